//! The encoder: word pieces and their casing in, one hidden state a piece out.

use rust_bert::bert::BertEncoder;
use tch::{Device, Kind, Tensor, nn};

use super::config::{Architecture, ModelConfig};

/// Rows of the casing embedding: the classes of [`crate::text::Casing`].
const CASINGS: i64 = 8;

/// Distance from which on MPNet's relative-position bias no longer tells distances apart.
const MAX_DISTANCE: f32 = 128.0;

/// Added to the attention scores of padding; its exponential is 0 in f32 and bf16.
const MASKED: f64 = -10_000.0;

/// A batch of windows, padded to one length. B windows of L pieces.
#[derive(Debug)]
pub struct Batch {
    /// B × L, `i64`: vocabulary ids, special pieces included.
    pub ids: Tensor,
    /// B × L, `i64`: casing classes.
    pub casing: Tensor,
    /// B × L, `f32`: 1 for a piece, 0 for padding.
    pub mask: Tensor,
}

/// A BERT or MPNet encoder on rust-bert's layers, with an embedding of each piece's casing added to its word embedding.
#[derive(Debug)]
pub struct Encoder {
    config: ModelConfig,
    words: nn::Embedding,
    casing: nn::Embedding,
    positions: Tensor,
    token_types: Option<Tensor>,
    norm: nn::LayerNorm,
    layers: Layers,
    relative_bias: Option<Tensor>,
}

/// [`BertEncoder`] has no `Debug`.
struct Layers(BertEncoder);

impl std::fmt::Debug for Layers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BertEncoder")
    }
}

impl Encoder {
    /// An encoder whose variables live under `root`: the encoder's own under `enc`, the casing embedding beside it.
    pub fn new(root: &nn::Path, config: &ModelConfig) -> Self {
        let (enc, width) = (root / "enc", config.hidden_size);
        let embeddings = &enc / "embeddings";
        let table = |name: &str, rows: i64| {
            (&embeddings / name).var("weight", &[rows, width], nn::init::DEFAULT_KAIMING_UNIFORM)
        };
        let embedding = |path: nn::Path, rows, ws_init| {
            nn::embedding(path, rows, width, nn::EmbeddingConfig { ws_init, ..Default::default() })
        };
        Self {
            words: embedding(&embeddings / "word_embeddings", config.vocab_size, nn::init::DEFAULT_KAIMING_UNIFORM),
            // Zero, so that training starts from the pretrained encoder as it is.
            casing: embedding(root / "case", CASINGS, nn::Init::Const(0.0)),
            positions: table("position_embeddings", config.max_position_embeddings),
            token_types: config.type_vocab_size.map(|rows| table("token_type_embeddings", rows)),
            norm: nn::layer_norm(
                &embeddings / "LayerNorm",
                vec![width],
                nn::LayerNormConfig { eps: config.layer_norm_eps, ..Default::default() },
            ),
            layers: Layers(BertEncoder::new(&enc / "encoder", &config.layers())),
            relative_bias: config
                .relative_attention_num_buckets
                .filter(|_| config.model_type == Architecture::Mpnet)
                .map(|buckets| {
                    (&enc / "encoder" / "relative_attention_bias").var(
                        "weight",
                        &[buckets, config.num_attention_heads],
                        nn::Init::Const(0.0),
                    )
                }),
            config: config.clone(),
        }
    }

    /// The hidden states, B × L × width. Dropout is applied where `train`.
    pub fn forward(&self, batch: &Batch, train: bool) -> Tensor {
        let length = batch.ids.size()[1];
        let first = self.config.first_position();
        let mut sum = batch.ids.apply(&self.words)
            + batch.casing.apply(&self.casing)
            + self.positions.narrow(0, first, length).unsqueeze(0);
        if let Some(types) = &self.token_types {
            sum += types.get(0);
        }
        let embedded = sum.apply(&self.norm).dropout(self.config.hidden_dropout_prob, train);
        self.layers
            .0
            .forward_t(&embedded, Some(&self.attention_bias(batch, embedded.kind())), None, None, train)
            .hidden_state
    }

    /// What is added to the attention scores: a large negative number for padding, and MPNet's relative bias.
    /// B × 1 × 1 × L, or B × heads × L × L.
    fn attention_bias(&self, batch: &Batch, kind: Kind) -> Tensor {
        let padding = ((&batch.mask - 1.0) * -MASKED).unsqueeze(1).unsqueeze(1).to_kind(kind);
        match &self.relative_bias {
            None => padding,
            Some(table) => {
                let length = batch.ids.size()[1];
                let buckets = relative_buckets(length, table.size()[0], table.device());
                padding + Tensor::embedding(table, &buckets, -1, false, false).permute([2, 0, 1]).unsqueeze(0)
            }
        }
    }
}

/// The bucket of the distance from each of `length` pieces (rows) to each other (columns), L × L: T5's scheme
/// (Raffel et al. 2020, §2.1): half of the buckets for either direction, near distances one by one, far ones
/// on a logarithmic scale.
fn relative_buckets(length: i64, buckets: i64, device: Device) -> Tensor {
    let half = buckets / 2;
    let exact = half / 2;
    let far = |n: i64| {
        let scale = (n as f32 / exact as f32).ln() / (MAX_DISTANCE / exact as f32).ln();
        (exact + (scale * (half - exact) as f32) as i64).min(half - 1)
    };
    // The bucket depends on the distance alone: -(length - 1) ..= length - 1.
    let of_distance: Vec<i64> = (1 - length..length)
        .map(|to| {
            let n = to.abs();
            (if to > 0 { half } else { 0 }) + if n < exact { n } else { far(n) }
        })
        .collect();
    let row = Tensor::arange(length, (Kind::Int64, device));
    let index = row.unsqueeze(0) - row.unsqueeze(1) + (length - 1);
    Tensor::from_slice(&of_distance).to(device).take(&index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_buckets_are_those_of_the_reference() {
        // transformers 4.44, MPNetEncoder.relative_position_bucket(memory - context), from position 200 of 400.
        let row: Vec<i64> = Vec::try_from(relative_buckets(400, 32, Device::Cpu).get(200)).unwrap();
        let at = |distance: i64| row[(200 + distance) as usize];
        let distances = [-200, -128, -64, -20, -8, -7, -1, 0, 1, 7, 8, 11, 12, 20, 64, 127, 199];
        let expected = [15, 15, 14, 10, 8, 7, 1, 0, 17, 23, 24, 24, 25, 26, 30, 31, 31];
        assert_eq!(distances.map(at), expected);
    }
}
