//! `tieup report`

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::Args;
use tieup::output;

/// Make a page of HTML from results, to read, filter and follow them
///
/// Writes report.html beside the tables. It is one file that needs no network: open it in a browser, send it on.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The folder with the CSV tables that tieup extract wrote
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub fn run(args: &ReportArgs) -> Result<ExitCode> {
    let report = output::report(&args.folder)?;
    for warning in &report.warnings {
        eprintln!("warning: {warning}");
    }
    let path = report.path;
    let bytes = fs::metadata(&path).with_context(|| format!("{}: cannot be read", path.display()))?.len();
    println!("The report is {} ({:.1} MB); open it in a browser.", path.display(), bytes as f64 / 1e6);
    Ok(ExitCode::SUCCESS)
}
