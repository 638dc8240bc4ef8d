//! Everything that comes of a run, in the order of the input.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};

use super::{
    Counts, Event, ExtractOptions, OutputFormat, RunError, Summary,
    manifest::{self, LISTED, SkipRecord},
    pipeline::{Done, Outcome},
};
use crate::output::{CsvFolder, CsvStyle, JsonFile, OutputError, Parquet, ParquetFolder, Sink, TextsFile, XlsxFile};

/// What became of an article, as it is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Entry {
    Done(Box<Done>),
    Skipped(SkipRecord),
}

impl From<Outcome> for Entry {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done(done) => Self::Done(done),
            Outcome::Skipped(skip) => Self::Skipped(SkipRecord::new(skip)),
        }
    }
}

/// Writes the outputs, and gathers what the manifest tells of them.
pub(super) struct Results {
    sinks: Vec<Box<dyn Sink>>,
    told: Told,
    summary: Summary,
}

/// What a manifest tells about the articles.
#[derive(Default)]
pub(super) struct Told {
    pub counts: Counts,
    /// The first thousand.
    pub skipped: Vec<SkipRecord>,
    /// The first thousand.
    pub warnings: Vec<String>,
    pub more_warnings: usize,
    /// Articles taken from a run before.
    pub resumed: usize,
    /// Word pieces that the model read in this run.
    pub new_pieces: usize,
}

impl Told {
    fn warn(&mut self, warnings: impl IntoIterator<Item = String>) {
        for warning in warnings {
            if self.warnings.len() < LISTED { self.warnings.push(warning) } else { self.more_warnings += 1 }
        }
    }
}

impl Results {
    /// Starts the outputs that `options` ask for in the folder `out`.
    pub fn create(options: &ExtractOptions, out: &Path) -> Result<Self, OutputError> {
        Ok(Self { sinks: sinks(options, out)?, told: Told::default(), summary: Summary::default() })
    }

    /// What was counted so far.
    pub fn counts(&self) -> &Counts {
        &self.told.counts
    }

    /// Takes what became of the next article.
    pub fn add(&mut self, entry: Entry, watch: &mut dyn FnMut(Event)) -> Result<(), RunError> {
        match entry {
            Entry::Done(done) => self.article(&done, watch),
            Entry::Skipped(skip) => self.skip(skip),
        }
    }

    fn skip(&mut self, skip: SkipRecord) -> Result<(), RunError> {
        for sink in &mut self.sinks {
            sink.skipped(&skip.path, &skip.stage, &skip.reason)?;
        }
        self.told.counts.add_skip();
        if self.told.skipped.len() < LISTED {
            self.told.skipped.push(skip);
        }
        Ok(())
    }

    fn article(&mut self, done: &Done, watch: &mut dyn FnMut(Event)) -> Result<(), RunError> {
        let (article, analysis) = (&done.article, &done.finished.analysis);
        for sink in &mut self.sinks {
            sink.article(article, analysis)?;
        }
        self.told.counts.add(done);
        self.summary.add(article, analysis);
        if done.is_new {
            self.told.new_pieces += done.finished.size.pieces
        } else {
            self.told.resumed += 1
        }
        let mut warnings: Vec<String> =
            done.notes.messages.iter().map(|message| format!("{}: {message}", done.origin.path)).collect();
        if done.notes.replaced > 0 {
            warnings
                .push(format!("{}: characters that could not be decoded: {}", done.origin.path, done.notes.replaced));
        }
        warnings.iter().for_each(|warning| watch(Event::Warning(warning)));
        self.told.warn(warnings);
        Ok(())
    }

    /// Completes the outputs in the folder `out`. The manifest of a run before, which does not tell about them, is removed.
    pub fn finish(self, out: &Path) -> Result<(Told, Summary), OutputError> {
        let Self { sinks, mut told, summary } = self;
        let path = out.join(manifest::NAME);
        if path.exists() {
            fs::remove_file(&path).map_err(|source| OutputError { target: path.display().to_string(), source })?;
        }
        for sink in sinks {
            let warnings = sink.finish()?;
            told.warn(warnings);
        }
        Ok((told, summary))
    }
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
