//! The tables as files in a folder, one file a table, in whatever format.

use std::path::Path;

use super::{
    Sink,
    columns::Table,
    error::OutputError,
    partial::{self, Partial},
    rows::{ClaimRow, EntityRow, Found, SentenceRow, SkippedRow},
    tables,
    ties::{TieRow, Ties},
};
use crate::{article::Article, claims::Analysis};

/// A format whose files hold one table each.
pub trait Format: Copy {
    /// A table on its way into a file.
    type File<R: 'static>: TableFile<R> + Send;

    /// Starts the file of `table` in `folder`, which is made if need be.
    ///
    /// # Errors
    /// If the file cannot be made.
    fn create<R>(self, folder: &Path, table: &'static Table<R>) -> Result<Self::File<R>, OutputError>;
}

/// A table on its way into a file.
pub trait TableFile<R> {
    /// Writes a row below the others.
    ///
    /// # Errors
    /// If writing fails.
    fn write(&mut self, row: &R) -> Result<(), OutputError>;

    /// Completes the file, which gets its name later, together with those of the other tables.
    ///
    /// # Errors
    /// If writing fails.
    fn finish(self, finished: &mut Finished) -> Result<(), OutputError>;
}

/// Files that are complete, and what the user should know about them, one sentence each.
#[derive(Default)]
pub struct Finished {
    pub(super) files: Vec<Partial>,
    pub(super) warnings: Vec<String>,
}

/// Writes the tables claims, ties, entities, sentences and skipped into a folder. The files appear together when the sink
/// is finished.
pub struct TableFolder<F: Format> {
    claims: F::File<ClaimRow>,
    ties: F::File<TieRow>,
    entities: F::File<EntityRow>,
    sentences: F::File<SentenceRow>,
    skipped: F::File<SkippedRow>,
    totals: Ties,
}

impl<F: Format> TableFolder<F> {
    /// Starts the files in `folder`, which is made if need be.
    ///
    /// # Errors
    /// If a file cannot be made.
    pub fn create(folder: &Path, format: F) -> Result<Self, OutputError> {
        Ok(Self {
            claims: format.create(folder, &tables::CLAIMS)?,
            ties: format.create(folder, &tables::TIES)?,
            entities: format.create(folder, &tables::ENTITIES)?,
            sentences: format.create(folder, &tables::SENTENCES)?,
            skipped: format.create(folder, &tables::SKIPPED)?,
            totals: Ties::default(),
        })
    }
}

impl<F: Format> Sink for TableFolder<F> {
    fn article(&mut self, article: &Article, analysis: &Analysis) -> Result<(), OutputError> {
        let found = Found::new(article, analysis);
        let claims: Vec<ClaimRow> = found.claims().collect();
        self.totals.add_article(&claims);
        claims.iter().try_for_each(|row| self.claims.write(row))?;
        found.entities().try_for_each(|row| self.entities.write(&row))?;
        found.sentences().try_for_each(|row| self.sentences.write(&row))
    }

    fn skipped(&mut self, path: &str, stage: &str, reason: &str) -> Result<(), OutputError> {
        self.skipped.write(&SkippedRow { path: path.to_owned(), stage: stage.to_owned(), reason: reason.to_owned() })
    }

    fn finish(self: Box<Self>) -> Result<Vec<String>, OutputError> {
        let Self { claims, mut ties, entities, sentences, skipped, totals } = *self;
        totals.into_rows().iter().try_for_each(|row| ties.write(row))?;
        let mut finished = Finished::default();
        claims.finish(&mut finished)?;
        ties.finish(&mut finished)?;
        entities.finish(&mut finished)?;
        sentences.finish(&mut finished)?;
        skipped.finish(&mut finished)?;
        partial::publish(finished.files)?;
        Ok(finished.warnings)
    }
}
