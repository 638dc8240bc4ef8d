//! A run from a stream to a stream.

use std::{
    io::{BufRead, Write},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use serde_json::json;

use super::{
    Counts, ExtractOptions, RunError, Scorer,
    analyst::Analyst,
    budget::Budget,
    extract::IN_WORK,
    feed::Feed,
    pipeline::{Clock, Done, Outcome, Pipeline, Receiver},
};
use crate::{
    article::read_pipe,
    claims::{Aliases, DecodeOptions},
    output::{JsonLines, LinePer, OutputError, Sink},
};

/// Reads articles from `input` as JSON Lines and writes what they say to `output` as JSON Lines, a line `per` claim or
/// article, each article's as soon as it and all before it are done. A record that yields no article becomes a line
/// `{"article": …, "error": …, "stage": …}`. `docs/pipe.md` is the contract.
///
/// # Errors
/// If `output` cannot be written, or the aliases not be read.
pub fn stream<S: Scorer, W: Write + Send + Clone>(
    input: impl BufRead + Send + 'static,
    output: W,
    options: &ExtractOptions,
    per: LinePer,
    jobs: usize,
    scorer: &S,
) -> Result<Counts, RunError> {
    let aliases = options.aliases.as_deref().map(Aliases::from_path).transpose()?.unwrap_or_default();
    let decode =
        DecodeOptions { min_confidence: options.min_confidence, calibration: scorer.calibration(), aliases: &aliases };
    let (budget, clock, halt) = (Budget::new(IN_WORK), Clock::default(), AtomicBool::new(false));
    let pipeline = Pipeline {
        analyst: &Analyst::new(scorer, decode),
        read: &options.read,
        jobs: jobs.max(1),
        limit: Duration::from_secs(options.max_article_seconds),
        known: &|_| None,
        budget: &budget,
        stop: &AtomicBool::new(false),
        halt: &halt,
        clock: &clock,
    };
    let items = read_pipe(input, &options.read);
    let feed = Feed::stream(items, options, &budget, &clock.read, || halt.load(Ordering::Relaxed)).one_by_one();
    let found = JsonLines::new(output.clone(), TARGET, per);
    let mut lines = Lines { found, errors: output, counts: Counts::default() };
    pipeline.run(feed, &mut lines)?;
    Ok(lines.counts)
}

/// What error messages call the output.
const TARGET: &str = "standard output";

/// Takes the results as lines; both writers go to the same place, and neither holds anything back.
struct Lines<W: Write> {
    found: JsonLines<W>,
    errors: W,
    counts: Counts,
}

impl<W: Write + Send> Receiver for Lines<W> {
    fn finished(&mut self, _done: &Done) -> Result<(), RunError> {
        Ok(())
    }

    fn next(&mut self, _position: u64, outcome: Outcome) -> Result<(), RunError> {
        match outcome {
            Outcome::Done(done) => {
                self.counts.add(&done);
                Ok(self.found.article(&done.article, &done.finished.analysis)?)
            }
            Outcome::Skipped(skip) => {
                self.counts.add_skip();
                let line = json!({ "article": skip.id, "error": skip.reason, "stage": skip.stage });
                let written = writeln!(self.errors, "{line}").and_then(|()| self.errors.flush());
                Ok(written.map_err(|source| OutputError { target: TARGET.to_owned(), source })?)
            }
        }
    }
}
