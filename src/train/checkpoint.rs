//! A training's state on disk, so that a stop at any point costs minutes.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tch::{Tensor, no_grad};

use super::{AdamW, TrainOptions};
use crate::model::{Model, ModelError, read_exact, write_exact};

/// A checkpoint that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// It belongs to another training.
    #[error("{path}: this checkpoint is of a training with other options or data; use the same ones, or leave out --resume", path = .0.display())]
    Other(PathBuf),
    /// It lacks a tensor.
    #[error("{path}: the checkpoint lacks {1} in the right shape; leave out --resume to start again", path = .0.display())]
    Lacks(PathBuf, String),
    /// It cannot be read or written.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// What a checkpoint must agree on with the training that takes it up.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Identity {
    options: TrainOptions,
    records: usize,
}

/// A training's place for checkpoints: `NAME.safetensors` with all variables and the optimiser's state,
/// `NAME.json` with what it belongs to.
#[derive(Debug)]
pub struct Checkpoint {
    path: PathBuf,
    identity: Identity,
}

impl Checkpoint {
    /// The place `path` for a training on so many records.
    pub fn new(path: &Path, options: &TrainOptions, records: usize) -> Self {
        Self { path: path.into(), identity: Identity { options: options.clone(), records } }
    }

    /// Writes the state after so many whole passes and steps of the next one.
    pub fn write(
        &self,
        model: &Model,
        optimizer: &AdamW,
        (passes, steps): (usize, usize),
    ) -> Result<(), CheckpointError> {
        let mut tensors: Vec<(String, Tensor)> = model.store.variables().into_iter().collect();
        tensors.extend(optimizer.state());
        tensors.push(("done".to_owned(), Tensor::from_slice(&[passes as i64, steps as i64])));
        let json = self.path.with_extension("json");
        let text = serde_json::to_vec(&self.identity).unwrap_or_default();
        fs::write(&json, text).map_err(|e| ModelError::Write(json, e))?;
        Ok(write_exact(&self.path, &tensors)?)
    }

    /// Takes up what is there; gives the whole passes and the steps of the next one that are done, none where there is
    /// no checkpoint yet.
    pub fn read(&self, model: &Model, optimizer: &mut AdamW) -> Result<(usize, usize), CheckpointError> {
        if !self.path.exists() {
            return Ok((0, 0));
        }
        let json = self.path.with_extension("json");
        let text = fs::read(&json).map_err(|e| ModelError::Read(json, e))?;
        if serde_json::from_slice::<Identity>(&text).ok().as_ref() != Some(&self.identity) {
            return Err(CheckpointError::Other(self.path.clone()));
        }
        let found: BTreeMap<String, Tensor> = read_exact(&self.path)?;
        let lacks = |name: String| CheckpointError::Lacks(self.path.clone(), name);
        for (name, mut variable) in model.store.variables() {
            match found.get(&name) {
                Some(tensor) if tensor.size() == variable.size() => no_grad(|| variable.copy_(tensor)),
                _ => return Err(lacks(name)),
            }
        }
        optimizer.restore(|name| found.get(name).map(Tensor::shallow_clone)).map_err(&lacks)?;
        let done = found.get("done").filter(|done| done.size() == [2]).ok_or_else(|| lacks("done".into()))?;
        Ok((done.int64_value(&[0]) as usize, done.int64_value(&[1]) as usize))
    }
}
