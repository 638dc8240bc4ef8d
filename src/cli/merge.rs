//! `tieup merge`

use std::{io, path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Args;
use tieup::run::{Event, Unfinished, merge};

use super::{
    extract::{done, replaces, tell_loss},
    progress::{Progress, print_summary},
};

/// Put the results of all shards together into what one run would have written
///
/// Takes the output folders of `tieup extract --shard 1/N` to `N/N`, in any order. All of them must be there, complete, and
/// made from the same inputs with the same model and options. Needs no model. Exit codes: as for extract.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The output folders of the shards
    #[arg(value_name = "OUT", required = true)]
    shards: Vec<PathBuf>,
    /// The folder to write to
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,
    /// Say nothing but errors and what was skipped
    #[arg(short, long)]
    quiet: bool,
}

pub fn run(args: &MergeArgs) -> Result<ExitCode> {
    let mut progress = Progress::new(args.quiet, false);
    let mut watch = |event: Event| match event {
        Event::Replaces => progress.say(&replaces(&args.output, Unfinished::Keep)),
        event => progress.show(&event),
    };
    let merged = merge(&args.shards, &args.output, &mut watch);
    progress.finish();
    let (manifest, summary) = merged?;
    tell_loss(&manifest, args.quiet);
    if !args.quiet {
        let printed = print_summary(&mut io::stdout().lock(), &args.output, &manifest, &summary, false);
        printed.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })?;
    }
    Ok(done(&manifest.counts))
}
