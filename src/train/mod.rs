//! Training: the encoder and all heads together, on annotated records.

mod augment;
mod checkpoint;
mod example;
mod loss;
mod optimizer;
mod plan;
mod progress;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use checkpoint::CheckpointError;
pub use example::{Example, Labelled, examples};
pub use loss::loss;
pub use optimizer::AdamW;

use crate::{
    corpus::Record,
    model::{Model, ModelError},
    text::WindowOptions,
};
use augment::Names;
use checkpoint::Checkpoint;
use progress::Progress;

/// How to train. The defaults are those of the trial for the small encoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainOptions {
    /// Passes over all records.
    pub passes: usize,
    /// The highest learning rate of the encoder.
    pub encoder_rate: f64,
    /// The highest learning rate of the heads and of the casing embedding.
    pub head_rate: f64,
    /// Pieces in a batch, padding included.
    pub batch_pieces: usize,
    /// The share of all steps over which the learning rates rise; after that they fall to 0.
    pub warm_up: f64,
    /// Weight decay (AdamW).
    pub weight_decay: f64,
    /// The norm that a step's gradients are clipped to.
    pub clip: f64,
    /// Whether records are varied from pass to pass: other names, other capitals, other typography.
    pub vary: bool,
    /// What shuffling, variation and dropout are drawn from.
    pub seed: u64,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            passes: 5,
            encoder_rate: 3e-4,
            head_rate: 1e-3,
            batch_pieces: 1000,
            warm_up: 0.08,
            weight_decay: 0.01,
            clip: 1.0,
            vary: true,
            seed: 0,
        }
    }
}

/// Where a training stands when it tells.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    /// The pass, from 1.
    pub pass: usize,
    /// What is done of the whole training, 0 to 1.
    pub done: f64,
    /// The mean loss since the last report.
    pub loss: f64,
    /// Pieces a second since the start or the resumption.
    pub pieces_per_second: f64,
    /// What is left, at that rate.
    pub left: Duration,
}

/// What stopped a training.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// There is nothing to learn from.
    #[error("no training example: the files named hold no record")]
    Empty,
    /// The loss is not a number any more.
    #[error("the loss became {0} in pass {1}; start again with a lower --rate")]
    Diverged(f64, usize),
    /// The checkpoint cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The model cannot be written.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// How often a checkpoint is written.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(240);

/// Trains `model` on `records`. Checkpoints go to `checkpoint`; with `resume`, what it holds is continued, and the
/// result is that of a training without a stop. `tell` is called every few seconds.
///
/// # Errors
/// If there is no example, the loss diverges, or a checkpoint cannot be written, read or belongs to another training.
pub fn train(
    model: &Model,
    records: &[Record],
    options: &TrainOptions,
    checkpoint: &Path,
    resume: bool,
    mut tell: impl FnMut(Report),
) -> Result<(), TrainError> {
    if records.is_empty() {
        return Err(TrainError::Empty);
    }
    let passes = options.passes;
    let names = Names::of(records);
    let mut optimizer = AdamW::new(model.store.variables().into_iter().collect(), options.weight_decay);
    let checkpoint = Checkpoint::new(checkpoint, options, records.len());
    let (first_pass, mut skip) = if resume { checkpoint.read(model, &mut optimizer)? } else { (0, 0) };
    let mut progress = None;
    let mut saved = Instant::now();
    for pass in first_pass..passes {
        let mut random = StdRng::seed_from_u64(options.seed.wrapping_mul(1_000_003).wrapping_add(pass as u64));
        let examples = examples_of_pass(model, records, options.vary.then_some(&names), random.random());
        let batches = plan::batches(&examples, options, &mut random);
        let done = |steps: usize| (pass as f64 + steps as f64 / batches.len() as f64) / passes as f64;
        let progress = progress.get_or_insert_with(|| Progress::new(done(skip)));
        for (step, batch) in batches.iter().enumerate().skip(std::mem::take(&mut skip)) {
            let batch: Vec<&Example> = batch.iter().map(|&i| &examples[i]).collect();
            // Drawn anew for every step, so that a resumed training continues with the same dropout.
            tch::manual_seed(random_seed(options.seed, pass, step));
            let loss = loss(model, &batch);
            optimizer.zero_grad();
            loss.backward();
            optimizer.clip_gradients(options.clip);
            let pace = plan::pace(done(step + 1), options.warm_up);
            let rate = |name: &str| if name.starts_with("enc.") { options.encoder_rate } else { options.head_rate };
            optimizer.step(|name| pace * rate(name));
            if let Some(report) = progress.step(pass, done(step + 1), &batch, &loss) {
                if !report.loss.is_finite() {
                    return Err(TrainError::Diverged(report.loss, pass + 1));
                }
                tell(report);
            }
            if saved.elapsed() >= CHECKPOINT_EVERY {
                checkpoint.write(model, &optimizer, (pass, step + 1))?;
                saved = Instant::now();
            }
        }
    }
    Ok(checkpoint.write(model, &optimizer, (passes, 0))?)
}

/// A seed for a step's dropout that differs from step to step.
fn random_seed(seed: u64, pass: usize, step: usize) -> i64 {
    (seed.wrapping_mul(1_000_003) + ((pass as u64) << 32) + step as u64) as i64
}

/// The windows of all records, varied where `names` are given; none longer than the encoder reads.
fn examples_of_pass(model: &Model, records: &[Record], names: Option<&Names>, seed: u64) -> Vec<Example> {
    let default = WindowOptions::default();
    let options = WindowOptions { pieces: default.pieces.min(model.config.max_pieces()), ..default };
    let tokenizer = &model.tokenizer;
    let of_record = |(i, record): (usize, &Record)| match names {
        Some(names) => {
            let mut random = StdRng::seed_from_u64(seed ^ i as u64);
            examples(&augment::vary(record, names, &mut random), tokenizer, options)
        }
        None => examples(record, tokenizer, options),
    };
    records.par_iter().enumerate().flat_map_iter(of_record).collect()
}
