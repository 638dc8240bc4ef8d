//! A run into a folder.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{
    Counts, ExtractOptions, Manifest, ModelRecord, Plan, RunError, Scorer, Summary,
    analyst::Analyst,
    budget::Budget,
    feed::Feed,
    hash,
    journal::{Conditions, Journal, Known},
    machine::{self, Cpu},
    manifest::{self, InputsRecord, Seconds},
    pipeline::{Clock, Done, Outcome, Pipeline, Receiver},
    plan::is_whole,
    results::Results,
    shard_file::ShardFile,
};
use crate::{
    article::{self, Compression},
    claims::{Aliases, DecodeOptions},
    model::Precision,
};

/// What may be in work at once, in bytes.
pub(super) const IN_WORK: usize = 256 << 20;

/// A run into a folder.
#[derive(Debug, Clone, Copy)]
pub struct Extraction<'a> {
    /// What to extract, and how.
    pub options: &'a ExtractOptions,
    /// What to read.
    pub plan: &'a Plan,
    /// The output folder, which is made if need be.
    pub out: &'a Path,
    /// What the model is.
    pub model: &'a ModelRecord,
    /// What becomes of an unfinished run in the folder.
    pub unfinished: Unfinished,
    /// Model workers, at least 1.
    pub jobs: usize,
    /// Set, on whatever thread, to stop the run.
    pub stop: &'a AtomicBool,
}

/// What becomes of the work of an unfinished run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfinished {
    /// Nothing: the new run is refused.
    Keep,
    /// It is taken over.
    Resume,
    /// It is thrown away.
    Discard,
}

/// What a run tells while it goes on.
#[derive(Debug)]
pub enum Event<'a> {
    /// This is done so far, of so many articles in all, as far as that is known.
    Progress(&'a Counts, Option<u64>),
    /// So many articles were finished by a run before.
    Resumed(usize),
    /// The folder holds the results of a finished run, which this one replaces.
    Replaces,
    /// The user should know this.
    Warning(&'a str),
}

/// Runs it, and writes the outputs and `run.json` into its folder.
///
/// # Errors
/// If the outputs cannot be written, the aliases not be read, the folder's unfinished run is to be kept, or the run is
/// stopped. What was done until then stays in the
/// folder's journal for a run with `resume`.
pub fn extract<S: Scorer>(
    extraction: &Extraction,
    scorer: &S,
    watch: &mut dyn FnMut(Event),
) -> Result<(Manifest, Summary), RunError> {
    let &Extraction { options, plan, out, model, unfinished, jobs, stop } = extraction;
    let (started, begin) = (Timestamp::now(), Instant::now());
    let aliases = options.aliases.as_deref().map(Aliases::from_path).transpose()?.unwrap_or_default();
    let conditions = conditions(options, model, scorer.precision())?;
    let (journal, known) = match unfinished {
        Unfinished::Keep => (Journal::create(out, &conditions)?, Known::default()),
        Unfinished::Resume => Journal::resume(out, &conditions)?,
        Unfinished::Discard => (Journal::replace(out, &conditions)?, Known::default()),
    };
    if known.len() > 0 {
        watch(Event::Resumed(known.len()));
    } else if out.join(manifest::NAME).exists() {
        watch(Event::Replaces);
    }
    let (budget, clock, halt, total) =
        (Budget::new(IN_WORK), Clock::default(), AtomicBool::new(false), Total::new(plan, options));
    let decode =
        DecodeOptions { min_confidence: options.min_confidence, calibration: scorer.calibration(), aliases: &aliases };
    let pipeline = Pipeline {
        analyst: &Analyst::new(scorer, decode),
        read: &options.read,
        jobs: jobs.max(1),
        limit: Duration::from_secs(options.max_article_seconds),
        known: &|key| known.get(key),
        budget: &budget,
        stop,
        halt: &halt,
        clock: &clock,
    };
    let kept = options.shard.map(|_| ShardFile::create(out)).transpose()?;
    let mut folder = Folder { results: Results::create(options, out)?, journal, kept, total: &total, watch };
    let (ran, inputs) = thread::scope(|scope| {
        let hashing = scope.spawn(|| {
            let count = |lines| total.add(lines);
            let inputs = InputsRecord::new(&plan.inputs, options.aliases.as_deref(), || pipeline.is_cancelled(), count);
            total.close();
            inputs
        });
        let is_cancelled = || pipeline.is_cancelled();
        let ran = if plan.is_stdin {
            let items = article::read_jsonl(std::io::BufReader::new(std::io::stdin()), "-", &options.read);
            pipeline.run(Feed::stream(items, options, &budget, &clock.read, is_cancelled), &mut folder)
        } else {
            pipeline.run(Feed::files(plan, options, &budget, &clock.read, is_cancelled), &mut folder)
        };
        halt.store(ran.is_err(), Ordering::Relaxed);
        (ran, hashing.join().unwrap_or_default())
    });
    if ran.is_err() || stop.load(Ordering::Relaxed) {
        folder.journal.sync()?;
        return Err(ran.err().unwrap_or(RunError::Stopped));
    }
    let Folder { results, journal, kept, .. } = folder;
    let (told, summary) = results.finish(out)?;
    kept.map(ShardFile::finish).transpose()?;
    let total = begin.elapsed().as_secs_f64();
    let manifest = Manifest {
        tieup: env!("CARGO_PKG_VERSION").to_owned(),
        started: started.to_string(),
        finished: Timestamp::now().to_string(),
        options: options.clone(),
        model: model.clone(),
        precision: scorer.precision(),
        inputs,
        counts: told.counts,
        skipped: told.skipped,
        warnings: told.warnings,
        more_warnings: told.more_warnings,
        resumed_articles: told.resumed,
        merged_shards: None,
        jobs,
        seconds: Seconds::new(total, &clock),
        pieces_per_second: (told.new_pieces as f64 / total).round(),
        peak_memory_bytes: machine::peak_memory(),
        cpu: Cpu::here(),
    };
    manifest.write(out)?;
    journal.remove()?;
    Ok((manifest, summary))
}

fn conditions(options: &ExtractOptions, model: &ModelRecord, precision: Precision) -> Result<Conditions, RunError> {
    let hash = |path: &std::path::PathBuf| match hash::of_file(path) {
        Ok((_, sha256, _)) => Ok(sha256),
        Err(source) => Err(RunError::Read { path: path.clone(), source }),
    };
    Ok(Conditions {
        tieup: env!("CARGO_PKG_VERSION").to_owned(),
        model: model.sha256.clone(),
        precision,
        min_confidence: options.min_confidence,
        aliases: options.aliases.as_ref().map(hash).transpose()?,
    })
}

/// How many articles there are in all, as far as it can be known without reading them.
struct Total {
    count: AtomicU64,
    /// Whether all that can be counted is counted.
    is_closed: AtomicBool,
    /// Whether there are records that cannot be counted beforehand.
    is_open_ended: bool,
}

impl Total {
    fn new(plan: &Plan, options: &ExtractOptions) -> Self {
        let whole = plan.inputs.iter().filter(|input| is_whole(input)).count();
        let is_packed = |input: &article::Input| !is_whole(input) && input.compression != Compression::None;
        Self {
            count: AtomicU64::new((plan.skipped.len() + whole) as u64),
            is_closed: AtomicBool::new(whole == plan.inputs.len()),
            is_open_ended: options.shard.is_some() || plan.is_stdin || plan.inputs.iter().any(is_packed),
        }
    }

    fn add(&self, count: u64) {
        self.count.fetch_add(count, Ordering::Relaxed);
    }

    fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
    }

    fn get(&self) -> Option<u64> {
        let is_known = !self.is_open_ended && self.is_closed.load(Ordering::Acquire);
        is_known.then(|| self.count.load(Ordering::Relaxed))
    }
}

/// Takes the results of a run into a folder.
struct Folder<'a> {
    results: Results,
    journal: Journal,
    /// Where they are kept for merging, if the run is one of several shards.
    kept: Option<ShardFile>,
    total: &'a Total,
    watch: &'a mut dyn FnMut(Event),
}

impl Receiver for Folder<'_> {
    fn finished(&mut self, done: &Done) -> Result<(), RunError> {
        if done.is_new { self.journal.add(&done.key, &done.finished) } else { Ok(()) }
    }

    fn next(&mut self, position: u64, outcome: Outcome) -> Result<(), RunError> {
        let entry = outcome.into();
        if let Some(kept) = &mut self.kept {
            kept.add(position, &entry)?;
        }
        self.results.add(entry, self.watch)?;
        (self.watch)(Event::Progress(self.results.counts(), self.total.get()));
        Ok(())
    }
}
