//! Claims as JSON Lines, one object a claim.

use std::{
    io::{self, BufWriter, Write},
    path::Path,
};

use serde::Serialize;

use super::{
    OutputError, Sink,
    partial::{self, Partial},
    rows::{ClaimRow, EntityRow, Found},
};
use crate::{article::Article, claims::Analysis};

/// Writes each claim as one line of JSON: a [`ClaimRow`](super::ClaimRow), with texts exactly as written and offsets in
/// characters and in bytes. Each article's lines are flushed, so that a reader sees them at once.
///
/// Inputs that were skipped have no line; telling of them is left to the caller.
pub struct JsonLines<W: Write> {
    writer: BufWriter<W>,
    target: String,
    per: LinePer,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinePer {
    /// A claim.
    Claim,
    /// An article, with its claims and its mentions: `{"article": …, "claims": […], "entities": […]}`.
    Article,
}

#[derive(Serialize)]
struct ArticleLine<'a> {
    article: &'a str,
    claims: Vec<ClaimRow>,
    entities: Vec<EntityRow>,
}

impl<W: Write> JsonLines<W> {
    /// Writes to `writer`, which error messages call `target`.
    pub fn new(writer: W, target: impl Into<String>, per: LinePer) -> Self {
        Self { writer: BufWriter::new(writer), target: target.into(), per }
    }

    fn write(&mut self, article: &str, found: &Found) -> io::Result<()> {
        match self.per {
            LinePer::Claim => found.claims().try_for_each(|claim| self.line(&claim))?,
            LinePer::Article => {
                let (claims, entities) = (found.claims().collect(), found.entities().collect());
                self.line(&ArticleLine { article, claims, entities })?;
            }
        }
        self.writer.flush()
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.writer, value)?;
        self.writer.write_all(b"\n")
    }
}

impl<W: Write + Send> Sink for JsonLines<W> {
    fn article(&mut self, article: &Article, analysis: &Analysis) -> Result<(), OutputError> {
        let written = self.write(&article.id, &Found::new(article, analysis));
        written.map_err(|source| OutputError { target: self.target.clone(), source })
    }

    fn skipped(&mut self, _path: &str, _stage: &str, _reason: &str) -> Result<(), OutputError> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<String>, OutputError> {
        Ok(Vec::new())
    }
}

/// Writes `claims.jsonl` into a folder, as [`JsonLines`] does; the file appears when the sink is finished.
pub struct JsonFile(JsonLines<Partial>);

impl JsonFile {
    /// Starts the file in `folder`, which is made if need be.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn create(folder: &Path) -> Result<Self, OutputError> {
        let file = Partial::create(folder, "claims.jsonl")?;
        let target = file.target().display().to_string();
        Ok(Self(JsonLines::new(file, target, LinePer::Claim)))
    }
}

impl Sink for JsonFile {
    fn article(&mut self, article: &Article, analysis: &Analysis) -> Result<(), OutputError> {
        self.0.article(article, analysis)
    }

    fn skipped(&mut self, path: &str, stage: &str, reason: &str) -> Result<(), OutputError> {
        self.0.skipped(path, stage, reason)
    }

    fn finish(self: Box<Self>) -> Result<Vec<String>, OutputError> {
        let JsonLines { writer, target, .. } = self.0;
        let file = writer.into_inner().map_err(|e| OutputError { target, source: e.into_error() })?;
        partial::publish(vec![file])?;
        Ok(Vec::new())
    }
}
