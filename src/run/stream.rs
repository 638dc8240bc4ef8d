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
    article::read_jsonl,
    claims::{Aliases, DecodeOptions},
    output::{JsonLines, OutputError, Sink},
};

/// Reads articles from `input` as JSON Lines and writes their claims to `output` as JSON Lines, each article's as soon
/// as it and all before it are done. A record that yields no article becomes a line
/// `{"error": …, "article": …, "stage": …}`.
///
/// # Errors
/// If `output` cannot be written, or the aliases not be read.
pub fn stream<S: Scorer, W: Write + Send + Clone>(
    input: impl BufRead + Send + 'static,
    output: W,
    options: &ExtractOptions,
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
    let items = read_jsonl(input, "-", &options.read);
    let feed = Feed::stream(items, &options.read, &budget, &clock.read, || halt.load(Ordering::Relaxed)).one_by_one();
    let mut lines = Lines { claims: JsonLines::new(output.clone(), TARGET), errors: output, counts: Counts::default() };
    pipeline.run(feed, &mut lines)?;
    Ok(lines.counts)
}

/// What error messages call the output.
const TARGET: &str = "standard output";

/// Takes the results as lines; both writers go to the same place, and neither holds anything back.
struct Lines<W: Write> {
    claims: JsonLines<W>,
    errors: W,
    counts: Counts,
}

impl<W: Write + Send> Receiver for Lines<W> {
    fn finished(&mut self, _done: &Done) -> Result<(), RunError> {
        Ok(())
    }

    fn next(&mut self, outcome: Outcome) -> Result<(), RunError> {
        match outcome {
            Outcome::Done(done) => {
                self.counts.add(&done);
                Ok(self.claims.article(&done.article, &done.finished.analysis)?)
            }
            Outcome::Skipped(skip) => {
                self.counts.add_skip();
                let line = json!({ "error": skip.reason, "article": skip.id, "stage": skip.stage });
                let written = writeln!(self.errors, "{line}").and_then(|()| self.errors.flush());
                Ok(written.map_err(|source| OutputError { target: TARGET.to_owned(), source })?)
            }
        }
    }
}
