//! Training: the encoder and all heads together, on annotated records.

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
use checkpoint::Checkpoint;
use plan::Plan;
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
    /// What shuffling and dropout are drawn from.
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
            seed: 0,
        }
    }
}

/// Where a training stands when it tells.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    /// The pass, from 1.
    pub pass: usize,
    /// Steps done, and in all.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
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
    #[error("the loss became {0} at step {1}; start again with a lower --rate")]
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
    let examples = all_examples(model, records);
    let plan = Plan::new(&examples, options);
    if plan.steps() == 0 {
        return Err(TrainError::Empty);
    }
    let mut optimizer = AdamW::new(model.store.variables().into_iter().collect(), options.weight_decay);
    let checkpoint = Checkpoint::new(checkpoint, options, plan.steps());
    let start = if resume { checkpoint.read(model, &mut optimizer)? } else { 0 };
    let mut progress = Progress::new(&plan, start);
    let mut saved = Instant::now();
    for step in start..plan.steps() {
        let (pass, batch) = plan.batch(step);
        let batch: Vec<Example> = batch.iter().map(|&i| examples[i].clone()).collect();
        // Drawn anew for every step, so that a resumed training continues with the same dropout.
        tch::manual_seed((options.seed.wrapping_mul(1_000_003).wrapping_add(step as u64)) as i64);
        let loss = loss(model, &batch);
        optimizer.zero_grad();
        loss.backward();
        optimizer.clip_gradients(options.clip);
        let pace = plan.pace(step);
        optimizer.step(|name| pace * if name.starts_with("enc.") { options.encoder_rate } else { options.head_rate });
        if let Some(report) = progress.step(pass, step, &batch, &loss) {
            if !report.loss.is_finite() {
                return Err(TrainError::Diverged(report.loss, step));
            }
            tell(report);
        }
        if saved.elapsed() >= CHECKPOINT_EVERY || step + 1 == plan.steps() {
            checkpoint.write(model, &optimizer, step + 1)?;
            saved = Instant::now();
        }
    }
    Ok(())
}

/// The windows of all records, none longer than the encoder reads.
fn all_examples(model: &Model, records: &[Record]) -> Vec<Example> {
    let default = WindowOptions::default();
    let options = WindowOptions { pieces: default.pieces.min(model.config.max_pieces()), ..default };
    records.iter().flat_map(|record| examples(record, &model.tokenizer, options)).collect()
}
