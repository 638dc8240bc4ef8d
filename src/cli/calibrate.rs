//! `tieup calibrate`

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::Args;
use tch::Device;
use tieup::{
    corpus::Texts,
    eval::{Answer, Evaluation, score},
    model::{Calibration, Model},
};

use super::{
    eval::{answers, print_curve, records},
    model::ModelOption,
};

/// Fit what a model's confidence is worth, and write it into the model's config.json
///
/// Afterwards confidence is the share of such claims that are right on these passages, and tieup extract leaves out by
/// default those below the lowest step at which seven claims in ten are right (with 95% certainty) and at most 8% of the
/// passages that have none are given one. Use passages that the model was not trained on, and of the kind that it is for.
#[derive(Debug, Args)]
pub struct CalibrateArgs {
    /// Annotated passages: inline .txt, stand-off .jsonl with --texts, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    model: ModelOption,
    /// The texts that stand-off labels refer to
    #[arg(long)]
    texts: Option<PathBuf>,
}

pub fn run(args: &CalibrateArgs) -> Result<ExitCode> {
    let folder = args.model.folder(None)?;
    let texts = args.texts.as_deref().map(Texts::read).transpose()?;
    let files = records(&args.paths, texts.as_ref())?;
    let mut model = Model::load(&folder, Device::cuda_if_available())?;
    let mut evaluation = Evaluation::default();
    for file in &files {
        for (record, found) in file.records.iter().zip(answers(&model, file, Calibration::default(), 0.0)?) {
            evaluation.add(score(&record.text, &Answer::from(record), &found));
        }
    }
    let settings = evaluation.settings().with_context(|| format!("{} is left as it is", folder.display()))?;
    model.config.tieup = settings;
    model.config.write(&folder.join("config.json"))?;
    let mut out = io::stdout().lock();
    writeln!(out, "as the model has it")?;
    print_curve(&mut out, &evaluation)?;
    writeln!(out, "calibrated: slope {}, offset {}", settings.calibration.slope, settings.calibration.offset)?;
    print_curve(&mut out, &evaluation.calibrated(settings.calibration))?;
    writeln!(out, "least confidence by default: {}", settings.min_confidence)?;
    if settings.min_confidence == 0.0 {
        eprintln!("warning: no step of confidence is good enough, or all are; tieup extract will leave nothing out");
    }
    Ok(ExitCode::SUCCESS)
}
