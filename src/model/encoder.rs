//! The encoder: word pieces and their casing in, one hidden state a piece out.

use rust_bert::bert::BertEncoder;
use tch::{Device, Kind, Tensor, nn};

use super::{
    ModelError,
    config::{Architecture, ModelConfig},
    layer::{Layer, Norm, attention_kind},
    precision::Precision,
    stored::{Files, Matrix, Stored},
};

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

/// A BERT or MPNet encoder, with an embedding of each piece's casing added to its word embedding.
#[derive(Debug)]
pub struct Encoder {
    config: ModelConfig,
    words: Matrix,
    casing: Tensor,
    positions: Tensor,
    token_types: Option<Tensor>,
    norm: Norm,
    layers: Layers,
    relative_bias: Option<Tensor>,
    /// What weights lie in that were not copied.
    _files: Option<Files>,
}

/// The layers above the embeddings.
enum Layers {
    /// rust-bert's, on variables that can be trained: the reference.
    Trainable(BertEncoder),
    /// Ours, for inference in some precision.
    Fixed(Vec<Layer>, Precision),
}

/// [`BertEncoder`] has no `Debug`.
impl std::fmt::Debug for Layers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Trainable(_) => f.write_str("BertEncoder"),
            Self::Fixed(layers, precision) => write!(f, "{} layers in {precision}", layers.len()),
        }
    }
}

impl Encoder {
    /// An encoder on rust-bert's layers, whose variables live under `root`: the encoder's own under `enc`, the casing
    /// embedding beside it.
    pub fn new(root: &nn::Path, config: &ModelConfig) -> Self {
        let (enc, width) = (root / "enc", config.hidden_size);
        let embeddings = &enc / "embeddings";
        let table = |name: &str, rows: i64| {
            (&embeddings / name).var("weight", &[rows, width], nn::init::DEFAULT_KAIMING_UNIFORM)
        };
        Self {
            words: Matrix::Plain(table("word_embeddings", config.vocab_size)),
            // Zero, so that training starts from the pretrained encoder as it is.
            casing: (root / "case").var("weight", &[CASINGS, width], nn::Init::Const(0.0)),
            positions: table("position_embeddings", config.max_position_embeddings),
            token_types: config.type_vocab_size.map(|rows| table("token_type_embeddings", rows)),
            norm: Norm::new(&(&embeddings / "LayerNorm"), config),
            layers: Layers::Trainable(BertEncoder::new(&enc / "encoder", &config.layers())),
            relative_bias: relative_buckets_of(config).map(|buckets| {
                let shape = [buckets, config.num_attention_heads];
                (&enc / "encoder" / "relative_attention_bias").var("weight", &shape, nn::Init::Const(0.0))
            }),
            config: config.clone(),
            _files: None,
        }
    }

    /// An encoder for inference in `precision` with the weights in `stored`, on their device.
    ///
    /// # Errors
    /// If a tensor is missing or misshapen.
    pub fn read(stored: &mut Stored, config: &ModelConfig, precision: Precision) -> Result<Self, ModelError> {
        let width = config.hidden_size;
        let mut table =
            |name: &str, rows: i64, columns: i64| stored.tensor(&format!("{name}.weight"), &[rows, columns]);
        let casing = table("case", CASINGS, width)?;
        let positions = table("enc.embeddings.position_embeddings", config.max_position_embeddings, width)?;
        let types = "enc.embeddings.token_type_embeddings";
        let token_types = config.type_vocab_size.map(|rows| table(types, rows, width)).transpose()?;
        let words = "enc.embeddings.word_embeddings.weight";
        let relative = "enc.encoder.relative_attention_bias";
        let mut of_buckets = |buckets| table(relative, buckets, config.num_attention_heads);
        let relative_bias = relative_buckets_of(config).map(&mut of_buckets).transpose()?;
        let words = stored.matrix(words, &[config.vocab_size, width])?;
        let norm = Norm::read(stored, "enc.embeddings.LayerNorm", config, Kind::Float)?;
        let layers = (0..config.num_hidden_layers)
            .map(|i| Layer::read(stored, &format!("enc.encoder.layer.{i}"), config, precision))
            .collect::<Result<_, _>>()?;
        let layers = Layers::Fixed(layers, precision);
        let (config, _files) = (config.clone(), Some(stored.files()));
        Ok(Self { config, words, casing, positions, token_types, norm, layers, relative_bias, _files })
    }

    /// The hidden states, B × L × width. Dropout is applied where `train`, which takes an encoder with variables.
    pub fn forward(&self, batch: &Batch, train: bool) -> Tensor {
        let length = batch.ids.size()[1];
        let first = self.config.first_position();
        let rows = |table: &Tensor, index: &Tensor| Tensor::embedding(table, index, -1, false, false);
        let mut sum = self.words.rows(&batch.ids)
            + rows(&self.casing, &batch.casing)
            + self.positions.narrow(0, first, length).unsqueeze(0);
        if let Some(types) = &self.token_types {
            sum += types.get(0);
        }
        let embedded = self.norm.forward(&sum).dropout(self.config.hidden_dropout_prob, train);
        match &self.layers {
            Layers::Trainable(layers) => {
                let bias = self.attention_bias(batch, embedded.kind());
                layers.forward_t(&embedded, Some(&bias), None, None, train).hidden_state
            }
            Layers::Fixed(layers, precision) => {
                let bias = self.attention_bias(batch, attention_kind(*precision));
                let shape = [batch.ids.size()[0], self.config.num_attention_heads, length, length];
                let bias = bias.expand(shape, false).contiguous();
                layers.iter().fold(embedded.to_kind(precision.kind()), |hidden, layer| layer.forward(&hidden, &bias))
            }
        }
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
                let bias = Tensor::embedding(table, &buckets, -1, false, false).permute([2, 0, 1]).unsqueeze(0);
                padding + bias.to_kind(kind).contiguous()
            }
        }
    }
}

/// The buckets of MPNet's relative-position bias.
fn relative_buckets_of(config: &ModelConfig) -> Option<i64> {
    config.relative_attention_num_buckets.filter(|_| config.model_type == Architecture::Mpnet)
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
