//! What scores windows.

use crate::{
    model::{Calibration, Model, ModelConfig, Precision, WindowInput, WindowScores},
    text::Tokenizer,
};

/// Scores windows, on several threads at once.
pub trait Scorer: Sync {
    /// What cuts texts into the word pieces that it reads.
    fn tokenizer(&self) -> &Tokenizer;

    /// The longest window that it reads, in word pieces with the two special ones.
    fn max_pieces(&self) -> usize;

    /// What it computes in.
    fn precision(&self) -> Precision;

    /// What its confidence in a claim is worth.
    fn calibration(&self) -> Calibration;

    /// The answer for each of `windows`, which are one batch.
    fn score(&self, windows: &[WindowInput]) -> Vec<WindowScores>;
}

/// A model that all workers share: its weights are in memory once.
#[derive(Debug)]
pub struct SharedModel(Model);

// SAFETY: a tensor is only not `Sync` because it can be changed in place through a shared reference. Here nothing
// changes one: the model is moved in, never handed out, and scoring reads its variables without gradients. libtorch
// allows concurrent reads of a tensor, and counts references atomically.
unsafe impl Sync for SharedModel {}

impl SharedModel {
    /// Shares `model`.
    pub fn new(model: Model) -> Self {
        Self(model)
    }

    /// What the model's `config.json` says.
    pub fn config(&self) -> &ModelConfig {
        &self.0.config
    }
}

impl Scorer for SharedModel {
    fn tokenizer(&self) -> &Tokenizer {
        &self.0.tokenizer
    }

    fn max_pieces(&self) -> usize {
        self.0.config.max_pieces()
    }

    fn precision(&self) -> Precision {
        self.0.precision
    }

    fn calibration(&self) -> Calibration {
        self.0.config.tieup.calibration
    }

    fn score(&self, windows: &[WindowInput]) -> Vec<WindowScores> {
        self.0.score(windows)
    }
}
