//! `tieup verify`

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::Args;
use tieup::{
    model,
    run::{Difference, Event, Manifest, ModelRecord, RunError, verify},
};

use super::{
    extract::{STOPPED, jobs, keep_panics_quiet, stop_on_signal},
    model::{ModelOption, load},
    progress::Progress,
};

/// Do a run again as its run.json says, and compare the results row by row
///
/// Inputs and model must be those of the run; they are known by their hashes. Paths are taken from the current folder, as
/// they were given then. Exit codes: 0 nothing is different, 1 something is or an error.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The run.json of the run, beside its results, or the folder that they are in
    #[arg(value_name = "RUN.json")]
    manifest: PathBuf,
    #[command(flatten)]
    model: ModelOption,
    /// How many threads run the model [default: one for each core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Say nothing but differences and errors
    #[arg(short, long)]
    quiet: bool,
}

pub fn run(args: &VerifyArgs) -> Result<ExitCode> {
    let path = if args.manifest.is_dir() { args.manifest.join("run.json") } else { args.manifest.clone() };
    let manifest = Manifest::read(&path)?;
    let results = path.parent().unwrap_or(Path::new("."));
    let folder = args.model.folder(Some(Path::new(&manifest.model.folder)))?;
    // Before the weights are loaded for nothing.
    let sha256 = model::sha256(&folder).with_context(|| {
        format!("run.json names the model {}; name it with --model if it is elsewhere", manifest.model.folder)
    })?;
    manifest.check_model(&ModelRecord { folder: folder.display().to_string(), sha256 })?;
    let (scorer, model) = load(&folder, Some(manifest.precision))?;
    let stop = stop_on_signal()?;
    keep_panics_quiet();
    let mut progress = Progress::new(args.quiet, false);
    let mut watch = |event: Event| {
        if matches!(event, Event::Progress(..)) {
            progress.show(&event);
        }
    };
    let found = verify(&manifest, results, &scorer, &model, jobs(args.jobs), &stop, &mut watch);
    progress.finish();
    let differences = match found {
        Err(RunError::Stopped) => return Ok(ExitCode::from(STOPPED)),
        found => found?,
    };
    print(&manifest, &differences, args.quiet)?;
    Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(manifest: &Manifest, differences: &[Difference], is_quiet: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for Difference { file, what, rows } in differences {
        writeln!(out, "{file}: {what}")?;
        rows.iter().try_for_each(|row| writeln!(out, "  {row}"))?;
    }
    if differences.is_empty() && !is_quiet {
        let counts = &manifest.counts;
        writeln!(out, "the same: {} claims from {} articles", counts.claims, counts.processed)?;
    }
    if differences.is_empty() {
        return Ok(());
    }
    let version = env!("CARGO_PKG_VERSION");
    if manifest.tieup != version {
        writeln!(out, "note: the run was made by tieup {}, and this is {version}", manifest.tieup)?;
    }
    if !manifest.is_of_this_cpu() {
        writeln!(out, "note: the run was made on another kind of CPU, so the last digit of a confidence may differ")?;
    }
    Ok(())
}
