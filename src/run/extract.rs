//! A run into a folder.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{
    Counts, ExtractOptions, Manifest, ModelRecord, OutputFormat, Plan, RunError, Scorer, Summary,
    analyst::Analyst,
    budget::Budget,
    feed::Feed,
    hash,
    journal::{Conditions, Journal, Known},
    machine::{self, Cpu},
    manifest::{self, InputsRecord, LISTED, Seconds, SkipRecord},
    pipeline::{Clock, Done, Outcome, Pipeline, Receiver},
    plan::is_whole,
};
use crate::{
    article::{self, Compression, Skip},
    claims::{Aliases, DecodeOptions},
    model::Precision,
    output::{self, CsvFolder, CsvStyle, JsonFile, OutputError, Parquet, ParquetFolder, Sink, TextsFile, XlsxFile},
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
        (Budget::new(IN_WORK), Clock::default(), AtomicBool::new(false), Total::new(plan));
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
    let mut folder = Folder::new(sinks(options, out)?, journal, &total, watch);
    let (ran, inputs) = thread::scope(|scope| {
        let hashing = scope.spawn(|| {
            let count = |lines| total.add(lines);
            let inputs = InputsRecord::new(&plan.inputs, options.aliases.as_deref(), || pipeline.is_cancelled(), count);
            total.close();
            inputs
        });
        let is_cancelled = || pipeline.is_cancelled();
        let skips = plan.skipped.iter().try_for_each(|skip| folder.skip(skip.clone()));
        let ran = skips.and_then(|()| {
            if plan.is_stdin {
                let items = article::read_jsonl(std::io::BufReader::new(std::io::stdin()), "-", &options.read);
                pipeline.run(Feed::stream(items, &options.read, &budget, &clock.read, is_cancelled), &mut folder)
            } else {
                pipeline.run(Feed::files(&plan.inputs, &options.read, &budget, &clock.read, is_cancelled), &mut folder)
            }
        });
        halt.store(ran.is_err(), Ordering::Relaxed);
        (ran, hashing.join().unwrap_or_default())
    });
    if ran.is_err() || stop.load(Ordering::Relaxed) {
        folder.journal.sync()?;
        return Err(ran.err().unwrap_or(RunError::Stopped));
    }
    let Folder { sinks, journal, counts, skipped, mut warnings, summary, resumed, new_pieces, .. } = folder;
    let path = out.join(manifest::NAME);
    if path.exists() {
        // From here on the outputs are new, so the old manifest no longer tells about them.
        fs::remove_file(&path).map_err(|source| OutputError { target: path.display().to_string(), source })?;
    }
    for sink in sinks {
        let told = sink.finish()?;
        warnings.add_all(told);
    }
    let total = begin.elapsed().as_secs_f64();
    let manifest = Manifest {
        tieup: env!("CARGO_PKG_VERSION").to_owned(),
        started: started.to_string(),
        finished: Timestamp::now().to_string(),
        options: options.clone(),
        model: model.clone(),
        precision: scorer.precision(),
        inputs,
        counts,
        skipped,
        warnings: warnings.listed,
        more_warnings: warnings.more,
        resumed_articles: resumed,
        jobs,
        seconds: Seconds::new(total, &clock),
        pieces_per_second: (new_pieces as f64 / total).round(),
        peak_memory_bytes: machine::peak_memory(),
        cpu: Cpu::here(),
    };
    let json = serde_json::to_string_pretty(&manifest).map_err(|source| RunError::Manifest { path, source })?;
    output::replace(out, manifest::NAME, (json + "\n").as_bytes())?;
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

fn sinks(options: &ExtractOptions, out: &Path) -> Result<Vec<Box<dyn Sink>>, OutputError> {
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    let style = CsvStyle { excel: options.excel, delimiter: u8::try_from(options.delimiter).unwrap_or(b',') };
    for (format, i) in options.formats.iter().zip(0..) {
        if options.formats[..i].contains(format) {
            continue;
        }
        sinks.push(match format {
            OutputFormat::Csv => Box::new(CsvFolder::create(out, style)?),
            OutputFormat::Jsonl => Box::new(JsonFile::create(out)?),
            OutputFormat::Xlsx => Box::new(XlsxFile::create(out)?),
            OutputFormat::Parquet => Box::new(ParquetFolder::create(out, Parquet)?),
        });
    }
    if options.save_text {
        sinks.push(Box::new(TextsFile::create(out)?));
    }
    Ok(sinks)
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
    fn new(plan: &Plan) -> Self {
        let whole = plan.inputs.iter().filter(|input| is_whole(input)).count();
        let is_packed = |input: &article::Input| !is_whole(input) && input.compression != Compression::None;
        Self {
            count: AtomicU64::new((plan.skipped.len() + whole) as u64),
            is_closed: AtomicBool::new(whole == plan.inputs.len()),
            is_open_ended: plan.is_stdin || plan.inputs.iter().any(is_packed),
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

/// Sentences for the user: some are listed, the rest is counted.
#[derive(Default)]
struct Warnings {
    listed: Vec<String>,
    more: usize,
}

impl Warnings {
    fn add_all(&mut self, warnings: impl IntoIterator<Item = String>) {
        for warning in warnings {
            if self.listed.len() < LISTED { self.listed.push(warning) } else { self.more += 1 }
        }
    }
}

/// Takes the results of a run.
struct Folder<'a> {
    sinks: Vec<Box<dyn Sink>>,
    journal: Journal,
    counts: Counts,
    skipped: Vec<SkipRecord>,
    warnings: Warnings,
    summary: Summary,
    /// Articles taken from a run before.
    resumed: usize,
    /// Word pieces that the model read in this run.
    new_pieces: usize,
    total: &'a Total,
    watch: &'a mut dyn FnMut(Event),
}

impl<'a> Folder<'a> {
    fn new(sinks: Vec<Box<dyn Sink>>, journal: Journal, total: &'a Total, watch: &'a mut dyn FnMut(Event)) -> Self {
        Self {
            sinks,
            journal,
            counts: Counts::default(),
            skipped: Vec::new(),
            warnings: Warnings::default(),
            summary: Summary::default(),
            resumed: 0,
            new_pieces: 0,
            total,
            watch,
        }
    }

    fn skip(&mut self, skip: Skip) -> Result<(), RunError> {
        let skip = SkipRecord::new(skip);
        for sink in &mut self.sinks {
            sink.skipped(&skip.path, &skip.stage, &skip.reason)?;
        }
        self.counts.add_skip();
        if self.skipped.len() < LISTED {
            self.skipped.push(skip);
        }
        Ok(())
    }

    fn article(&mut self, done: &Done) -> Result<(), RunError> {
        let (article, analysis) = (&done.article, &done.finished.analysis);
        for sink in &mut self.sinks {
            sink.article(article, analysis)?;
        }
        self.counts.add(done);
        self.summary.add(article, analysis);
        if done.is_new {
            self.new_pieces += done.finished.size.pieces
        } else {
            self.resumed += 1
        }
        let mut told: Vec<String> =
            done.notes.messages.iter().map(|message| format!("{}: {message}", done.origin.path)).collect();
        if done.notes.replaced > 0 {
            told.push(format!("{}: characters that could not be decoded: {}", done.origin.path, done.notes.replaced));
        }
        told.iter().for_each(|warning| (self.watch)(Event::Warning(warning)));
        self.warnings.add_all(told);
        Ok(())
    }
}

impl Receiver for Folder<'_> {
    fn finished(&mut self, done: &Done) -> Result<(), RunError> {
        if done.is_new { self.journal.add(&done.key, &done.finished) } else { Ok(()) }
    }

    fn next(&mut self, outcome: Outcome) -> Result<(), RunError> {
        match outcome {
            Outcome::Done(done) => self.article(&done)?,
            Outcome::Skipped(skip) => self.skip(skip)?,
        }
        (self.watch)(Event::Progress(&self.counts, self.total.get()));
        Ok(())
    }
}
