//! `tieup exam`

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Result;
use clap::Args;
use tch::Device;
use tieup::{eval::Exam, model::Model};

use super::{eval::bar, model::ModelOption};

/// Measure a model on a public data set with labels of another kind
///
/// The file is not part of tieup: get the data set from its authors. What is compared is printed with the figures. They
/// show how a model carries over to other people's labels; do not choose between settings by them.
#[derive(Debug, Args)]
pub struct ExamArgs {
    /// The data set
    #[arg(value_name = "EXAM", value_enum)]
    exam: Exam,
    /// Its file
    #[arg(value_name = "PATH")]
    path: PathBuf,
    #[command(flatten)]
    model: ModelOption,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(args: &ExamArgs) -> Result<ExitCode> {
    let model = Model::load(&args.model.folder(None)?, Device::cuda_if_available())?;
    let bar = bar(&args.path)?;
    let result = args.exam.take(&args.path, &model, |share| bar.set_position((100.0 * share) as u64));
    bar.finish_and_clear();
    let result = result?;
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &result)?;
        writeln!(out)?;
    } else {
        write!(out, "{result}")?;
    }
    Ok(ExitCode::SUCCESS)
}
