//! What a model folder's `config.json` says.

use std::{fs, path::Path};

use rust_bert::bert::BertConfig;
use serde::{Deserialize, Serialize};
use tch::Device;

use super::{ClaimSettings, ModelError, Precision};

/// The kind of encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// BERT (MiniLM is one): absolute positions, token types.
    Bert,
    /// MPNet: absolute positions from 2 and a relative-position bias that all layers share; no token types.
    Mpnet,
}

/// The Hugging Face style `config.json` of a model folder, as far as tieup needs it; what else it says is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelConfig {
    /// The kind of encoder.
    pub model_type: Architecture,
    /// Word pieces in the vocabulary.
    pub vocab_size: i64,
    /// Width of a hidden state.
    pub hidden_size: i64,
    /// Number of layers.
    pub num_hidden_layers: i64,
    /// Attention heads a layer.
    pub num_attention_heads: i64,
    /// Width of the feed-forward layer.
    pub intermediate_size: i64,
    /// Rows of the position embedding.
    pub max_position_embeddings: i64,
    /// Rows of the token-type embedding (BERT).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_vocab_size: Option<i64>,
    /// Buckets of the relative-position bias (MPNet).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative_attention_num_buckets: Option<i64>,
    /// Dropout on hidden states, in training.
    pub hidden_dropout_prob: f64,
    /// Dropout on attention weights, in training.
    pub attention_probs_dropout_prob: f64,
    /// Epsilon of the layer norms.
    pub layer_norm_eps: f64,
    /// The precisions that the model may be run in; all where the file does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precisions: Option<Vec<Precision>>,
    /// What is known of its claims.
    #[serde(default)]
    pub tieup: ClaimSettings,
    /// Everything else that the file says.
    #[serde(flatten)]
    pub rest: serde_json::Map<String, serde_json::Value>,
}

impl ModelConfig {
    /// Reads `config.json`.
    ///
    /// # Errors
    /// If the file cannot be read, lacks something, or has a figure of [`ClaimSettings`] out of its range.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let text = fs::read(path).map_err(|e| ModelError::Read(path.into(), e))?;
        let config: Self = serde_json::from_slice(&text).map_err(|e| ModelError::Config(path.into(), e))?;
        if config.tieup.is_valid() { Ok(config) } else { Err(ModelError::Calibration(path.into())) }
    }

    /// Writes `config.json`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), ModelError> {
        let text = serde_json::to_string_pretty(self).map_err(|e| ModelError::Config(path.into(), e))?;
        fs::write(path, text + "\n").map_err(|e| ModelError::Write(path.into(), e))
    }

    /// The first row of the position embedding that a text uses: MPNet keeps the rows up to its padding id free.
    pub fn first_position(&self) -> i64 {
        match self.model_type {
            Architecture::Bert => 0,
            Architecture::Mpnet => 2,
        }
    }

    /// The longest window, in word pieces with the two special ones.
    pub fn max_pieces(&self) -> usize {
        (self.max_position_embeddings - self.first_position()) as usize
    }

    /// The precision to run in on `device`: the one `asked` for, otherwise the fastest that the model may be run in.
    ///
    /// # Errors
    /// If the model may not be run in it, or the device cannot compute in it.
    pub fn precision(&self, asked: Option<Precision>, device: Device) -> Result<Precision, ModelError> {
        let allowed = self.precisions.as_deref().unwrap_or(&Precision::ALL);
        let Some(asked) = asked else { return Ok(Precision::fastest(device, allowed)) };
        if allowed.contains(&asked) { asked.check(device).map(|()| asked) } else { Err(ModelError::Forbidden(asked)) }
    }

    /// The layers' configuration in rust-bert's terms.
    pub(super) fn layers(&self) -> BertConfig {
        BertConfig {
            hidden_size: self.hidden_size,
            num_hidden_layers: self.num_hidden_layers,
            num_attention_heads: self.num_attention_heads,
            intermediate_size: self.intermediate_size,
            max_position_embeddings: self.max_position_embeddings,
            vocab_size: self.vocab_size,
            hidden_dropout_prob: self.hidden_dropout_prob,
            attention_probs_dropout_prob: self.attention_probs_dropout_prob,
            ..BertConfig::default()
        }
    }
}
