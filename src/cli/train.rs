//! `tieup train`

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use clap::Args;
use tch::Device;

use super::eval::{self, EvalArgs};

use tieup::{
    corpus::{Record, Texts},
    model::{Architecture, ClaimSettings, Model},
    train::{Report, TrainOptions, train},
};

/// Trains a model on annotated passages.
///
/// Starts from a pretrained encoder (scripts/fetch-base brings two) or, with --from, from a model that is there.
/// A checkpoint is written every few minutes; --resume continues after a stop.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// Annotated passages: inline .txt, stand-off .jsonl with --texts, or folders of them
    #[arg(required = true)]
    train: Vec<PathBuf>,
    /// The folder to write the model to
    #[arg(short, long)]
    output: PathBuf,
    /// Annotated passages to measure the trained model on
    #[arg(long, num_args = 1..)]
    dev: Vec<PathBuf>,
    /// The pretrained encoder to start from: config.json, tokenizer.json, model.safetensors
    #[arg(long, default_value = "base/minilm", conflicts_with = "from")]
    encoder: PathBuf,
    /// The model to start from, instead of a bare encoder
    #[arg(long)]
    from: Option<PathBuf>,
    /// The texts that stand-off labels refer to
    #[arg(long)]
    texts: Option<PathBuf>,
    /// Passes over the passages
    #[arg(long, default_value_t = TrainOptions::default().passes)]
    passes: usize,
    /// The encoder's highest learning rate [default: 3e-4 for a BERT encoder, 1e-4 for MPNet]
    #[arg(long)]
    rate: Option<f64>,
    /// The heads' highest learning rate
    #[arg(long, default_value_t = TrainOptions::default().head_rate)]
    head_rate: f64,
    /// Word pieces in a batch
    #[arg(long, default_value_t = TrainOptions::default().batch_pieces)]
    batch: usize,
    /// Show the passages as they are, not varied from pass to pass (other names, capitals, typography)
    #[arg(long)]
    plain: bool,
    /// What shuffling, variation and dropout are drawn from
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Continue the training whose checkpoint is in the output folder
    #[arg(long)]
    resume: bool,
}

pub fn run(args: &TrainArgs) -> Result<ExitCode> {
    let texts = args.texts.as_deref().map(Texts::read).transpose()?;
    // Read before the training, not to fail after it.
    eval::records(&args.dev, texts.as_ref())?;
    let files = eval::records(&args.train, texts.as_ref())?;
    let records: Vec<Record> = files.into_iter().flat_map(|file| file.records).collect();
    let source = args.from.as_ref().unwrap_or(&args.encoder);
    tch::manual_seed(args.seed as i64);
    let device = Device::cuda_if_available();
    let mut model = match &args.from {
        Some(folder) => Model::load(folder, device),
        None => Model::from_encoder(&args.encoder, device),
    }
    .with_context(|| "no encoder to start from; scripts/fetch-base brings two")?;
    // What confidence was worth before is not what it will be: `tieup calibrate` tells.
    model.config.tieup = ClaimSettings::default();
    let rate = args.rate.unwrap_or(match model.config.model_type {
        Architecture::Bert => 3e-4,
        Architecture::Mpnet => 1e-4,
    });
    let options = TrainOptions {
        passes: args.passes,
        encoder_rate: rate,
        head_rate: args.head_rate,
        batch_pieces: args.batch,
        vary: !args.plain,
        seed: args.seed,
        ..TrainOptions::default()
    };
    std::fs::create_dir_all(&args.output).with_context(|| format!("{}: cannot be made", args.output.display()))?;
    eprintln!("{} passages, {} on {device:?}", records.len(), source.display());
    let checkpoint = args.output.join("checkpoint.safetensors");
    train(&model, &records, &options, &checkpoint, args.resume, tell)?;
    model.save(&args.output, source)?;
    eprintln!("the model is in {}; measure it with: tieup eval DEV --model {0}", args.output.display());
    if args.dev.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eval::run(&EvalArgs::of_model(&args.output, &args.dev, args.texts.as_ref()))
}

fn tell(report: Report) {
    let Report { pass, done, loss, pieces_per_second, left } = report;
    eprintln!(
        "pass {pass}, {:.1}% done, loss {loss:.4} {pieces_per_second:.0} pieces/s, {} left",
        100.0 * done,
        minutes(left)
    );
}

fn minutes(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
