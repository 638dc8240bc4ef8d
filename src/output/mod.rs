//! Writing what was found: spreadsheets for people, JSON Lines for programs.
//!
//! What a table holds is said once, in [`tables`]: name, type, description and content of every column. The CSV
//! header, its Table Schema and every other format follow from that. A [`Sink`] takes articles one after another, in
//! the order of the input, and keeps nothing of them but the totals that [`ties`] needs.
//!
//! The same input gives the same bytes: nothing here knows the time, the machine or the number of threads.

mod columns;
mod csv;
mod error;
mod folder;
mod jsonl;
mod limits;
mod parquet;
mod partial;
mod report;
mod rows;
pub mod safety;
mod schema;
pub mod tables;
mod texts;
pub mod ties;
mod xlsx;

pub use self::{
    columns::{Cell, Column, Kind, Table},
    csv::{CsvFolder, CsvStyle},
    error::OutputError,
    folder::TableFolder,
    jsonl::{JsonFile, JsonLines, LinePer},
    parquet::{Parquet, ParquetFolder},
    report::{Report, ReportError, report},
    rows::{ClaimRow, EntityRow, Place, SentenceRow, SkippedRow, Why},
    schema::schema,
    texts::TextsFile,
    ties::TieRow,
    xlsx::XlsxFile,
};

pub(crate) use partial::{Partial, publish, replace};

use crate::{article::Article, claims::Analysis};

/// A place that results go to.
pub trait Sink: Send {
    /// Takes what was found in one article. Articles come in the order of the input.
    ///
    /// # Errors
    /// If writing fails; the sink is then of no further use, and dropping it leaves no half-written file.
    fn article(&mut self, article: &Article, analysis: &Analysis) -> Result<(), OutputError>;

    /// Takes note of an input that was not processed: its path, the stage it failed at, and why.
    ///
    /// # Errors
    /// As for [`Sink::article`].
    fn skipped(&mut self, path: &str, stage: &str, reason: &str) -> Result<(), OutputError>;

    /// Completes the output: files appear under their names only now. Returns warnings for the user, one sentence each.
    ///
    /// # Errors
    /// As for [`Sink::article`].
    fn finish(self: Box<Self>) -> Result<Vec<String>, OutputError>;
}
