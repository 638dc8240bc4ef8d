//! The report: one page of HTML that shows the tables of a folder, and every claim in its text.
//!
//! The page needs nothing but itself: data, style, script and the charting library are inside, and its content security
//! policy forbids everything else. All text reaches it as data, never as markup.

mod article;
mod data;
mod page;
mod read;

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use super::{OutputError, partial};

/// The report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A table is missing or not as `extract` wrote it.
    #[error("cannot read {path}: {what}; a report is made of the CSV tables that `tieup extract` writes")]
    Read {
        /// The table's file.
        path: PathBuf,
        /// What is wrong with it, and where.
        what: String,
    },
    /// The page could not be written.
    #[error(transparent)]
    Write(#[from] OutputError),
}

/// What became of a report.
#[derive(Debug)]
pub struct Report {
    /// The page.
    pub path: PathBuf,
    /// What the user should know about it, one sentence each.
    pub warnings: Vec<String>,
}

/// Makes `report.html` in `folder` from the CSV files that stand there.
///
/// # Errors
/// If a table cannot be read or the page not be written.
pub fn report(folder: &Path) -> Result<Report, ReportError> {
    let data = data::gather(folder)?;
    let mut file = partial::Partial::create(folder, "report.html")?;
    let path = file.target().to_owned();
    page::write(&mut file, &data).and_then(|()| file.flush()).map_err(OutputError::at(&path))?;
    partial::publish(vec![file])?;
    let warnings = data.left_out_note().into_iter().collect();
    Ok(Report { path, warnings })
}
