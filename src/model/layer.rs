//! A transformer layer for inference, in any precision: what rust-bert's `BertLayer` computes, on the same weights.

use tch::{Kind, Tensor, nn};

use super::{
    ModelError,
    config::ModelConfig,
    precision::{Precision, has_bf16},
    stored::{Matrix, Rounded, Stored},
};

/// A linear layer: `x · weightᵀ + bias`.
#[derive(Debug)]
pub struct Product(Weights);

#[derive(Debug)]
enum Weights {
    /// In the type of what it is applied to.
    Exact { weight: Tensor, bias: Tensor },
    /// Whole numbers (in × out), a scale for each column, and the sum of what it stands for.
    Rounded { columns: Tensor, scale: Tensor, column_sums: Tensor, bias: Tensor },
}

impl Product {
    /// With the weights (out × in) and the bias (out, `f32`) given.
    pub fn new(weight: Matrix, bias: Tensor, precision: Precision) -> Self {
        if precision == Precision::Int8 {
            let Rounded { whole, scale } = weight.round();
            let columns = whole.tr();
            let ones = Tensor::ones([1, columns.size()[0]], (Kind::Int8, columns.device()));
            let column_sums = ones.internal_int_mm(&columns).squeeze_dim(0) * &scale;
            return Self(Weights::Rounded { columns, scale, column_sums, bias });
        }
        let cast = |tensor: Tensor| tensor.to_kind(precision.kind());
        Self(Weights::Exact { weight: cast(weight.expand()), bias: cast(bias) })
    }

    /// Applied to `input`, rows × in, of the precision's type: rows × out, of the same type.
    ///
    /// In `int8`, what comes out of a row depends on that row alone.
    pub fn forward(&self, input: &Tensor) -> Tensor {
        match &self.0 {
            Weights::Exact { weight, bias } => input.linear(weight, Some(bias)),
            Weights::Rounded { columns, scale, column_sums, bias } => {
                // Each row is cut into 255 steps from its least to its greatest number, so input = middle + step · whole.
                let (least, greatest) = (input.amin([-1], true), input.amax([-1], true));
                let middle = (&least + &greatest) * 0.5;
                let step = (greatest - least).clamp_min(1e-12) / 254.0;
                let mut steps = input - &middle;
                steps *= step.reciprocal();
                let mut sums = steps.round_().to_kind(Kind::Int8).internal_int_mm(columns).to_kind(Kind::Float);
                sums *= step;
                bias.addcmul(&middle, column_sums).addcmul_(&sums, scale)
            }
        }
    }
}

/// A layer norm.
#[derive(Debug)]
pub struct Norm {
    weight: Tensor,
    bias: Tensor,
    epsilon: f64,
}

impl Norm {
    /// A fresh one, with its variables under `path`.
    pub fn new(path: &nn::Path, config: &ModelConfig) -> Self {
        let var = |name, value| path.var(name, &[config.hidden_size], nn::Init::Const(value));
        Self { weight: var("weight", 1.0), bias: var("bias", 0.0), epsilon: config.layer_norm_eps }
    }

    /// The layer norm `name`, in the type `kind`.
    pub fn read(stored: &mut Stored, name: &str, config: &ModelConfig, kind: Kind) -> Result<Self, ModelError> {
        let mut read =
            |part| Ok::<_, ModelError>(stored.tensor(&format!("{name}.{part}"), &[config.hidden_size])?.to_kind(kind));
        Ok(Self { weight: read("weight")?, bias: read("bias")?, epsilon: config.layer_norm_eps })
    }

    /// Applied to the last dimension.
    pub fn forward(&self, input: &Tensor) -> Tensor {
        input.layer_norm(self.weight.size(), Some(&self.weight), Some(&self.bias), self.epsilon, false)
    }
}

/// A layer: attention and a feed-forward network, a residual connection and a layer norm after either.
#[derive(Debug)]
pub struct Layer {
    /// Queries, already divided by the root of a head's width, keys and values.
    attention: Product,
    attention_output: Product,
    attention_norm: Norm,
    inner: Product,
    output: Product,
    norm: Norm,
    heads: i64,
}

impl Layer {
    /// Reads layer `name`.
    pub fn read(
        stored: &mut Stored,
        name: &str,
        config: &ModelConfig,
        precision: Precision,
    ) -> Result<Self, ModelError> {
        let (width, inner, heads) = (config.hidden_size, config.intermediate_size, config.num_attention_heads);
        let mut product = |part: &str, from: i64, to: i64| {
            let weight = stored.matrix(&format!("{name}.{part}.weight"), &[to, from])?;
            Ok::<_, ModelError>((weight, stored.tensor(&format!("{name}.{part}.bias"), &[to])?))
        };
        let query = product("attention.self.query", width, width)?;
        let query = scaled(query, 1.0 / ((width / heads) as f64).sqrt());
        let attention =
            [query, product("attention.self.key", width, width)?, product("attention.self.value", width, width)?];
        let attention = stack(attention);
        let attention_output = product("attention.output.dense", width, width)?;
        let up = product("intermediate.dense", width, inner)?;
        let down = product("output.dense", inner, width)?;
        let product = |(weight, bias)| Product::new(weight, bias, precision);
        let mut norm = |part| Norm::read(stored, &format!("{name}.{part}"), config, precision.kind());
        Ok(Self {
            attention: product(attention),
            attention_output: product(attention_output),
            attention_norm: norm("attention.output.LayerNorm")?,
            inner: product(up),
            output: product(down),
            norm: norm("output.LayerNorm")?,
            heads,
        })
    }

    /// Hidden states B × L × width from those before; `bias` is that of [`attention_kind`], B × heads × L × L.
    pub fn forward(&self, hidden: &Tensor, bias: &Tensor) -> Tensor {
        let shape = hidden.size();
        let (windows, length) = (shape[0], shape[1]);
        let before = hidden.view([windows * length, -1]);
        let context = self.attend(&self.attention.forward(&before), bias, windows, length);
        let mut sum = self.attention_output.forward(&context);
        sum += &before;
        let attended = self.attention_norm.forward(&sum);
        let inner = self.inner.forward(&attended).gelu_("none");
        let mut sum = self.output.forward(&inner);
        sum += &attended;
        self.norm.forward(&sum).view_(&shape)
    }

    /// What each piece takes from the others: B·L × width, from B·L × 3·width.
    fn attend(&self, projected: &Tensor, bias: &Tensor, windows: i64, length: i64) -> Tensor {
        let (kind, back) = (bias.kind(), projected.kind());
        let parts = projected.view([windows, length, 3, self.heads, -1]).permute([2, 0, 3, 1, 4]);
        let context = if kind == Kind::Float {
            let [q, k, v] = [0, 1, 2].map(|part| parts.get(part));
            Tensor::scaled_dot_product_attention(&q, &k, &v, Some(bias), 0.0, false, Some(1.0))
        } else {
            let mut parts_in_kind = Tensor::empty(parts.size(), (kind, parts.device()));
            parts_in_kind.copy_(&parts);
            let [q, k, v] = [0, 1, 2].map(|part| parts_in_kind.get(part).flatten(0, 1));
            let scores = bias.flatten(0, 1).baddbmm(&q, &k.transpose(1, 2), 1.0, 1.0);
            scores.softmax(-1, kind).bmm(&v).view([windows, self.heads, length, -1])
        };
        context.transpose(1, 2).reshape([windows * length, -1]).to_kind(back)
    }
}

/// The type in which `precision` computes attention.
pub fn attention_kind(precision: Precision) -> Kind {
    match precision {
        Precision::Int8 if has_bf16() => Kind::BFloat16,
        other => other.kind(),
    }
}

/// Weights and bias of a linear layer.
type Linear = (Matrix, Tensor);

/// The layer whose output is `factor` times that of `linear`.
fn scaled((weight, bias): Linear, factor: f64) -> Linear {
    let weight = match weight {
        Matrix::Plain(weight) => Matrix::Plain(weight * factor),
        Matrix::Rounded(Rounded { whole, scale }) => Matrix::Rounded(Rounded { whole, scale: scale * factor }),
    };
    (weight, bias * factor)
}

/// The layer whose output is that of `linears`, one behind the other.
fn stack(linears: [Linear; 3]) -> Linear {
    let biases = Tensor::cat(&linears.each_ref().map(|(_, bias)| bias), 0);
    if linears.iter().all(|(weight, _)| matches!(weight, Matrix::Rounded(_))) {
        let rounded = linears.map(|(weight, _)| weight.round());
        let whole = Tensor::cat(&rounded.each_ref().map(|rounded| &rounded.whole), 0);
        let scale = Tensor::cat(&rounded.each_ref().map(|rounded| &rounded.scale), 0);
        return (Matrix::Rounded(Rounded { whole, scale }), biases);
    }
    let weights = linears.map(|(weight, _)| weight.expand());
    (Matrix::Plain(Tensor::cat(&weights, 0)), biases)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;
    use tch::{Device, nn::VarStore, no_grad};

    use super::*;
    use crate::{
        model::{Encoder, Heads, Model, WindowInput},
        text::testing::tokenizer,
    };

    /// The type of model, its precision, and how far its hidden states are from those of rust-bert's layers: root mean
    /// square, where those are about 1.
    fn difference(kind: &str, precision: Precision) -> f64 {
        let config: ModelConfig = serde_json::from_value(json!({
            "model_type": kind, "vocab_size": 308, "hidden_size": 64, "num_hidden_layers": 3,
            "num_attention_heads": 2, "intermediate_size": 256, "max_position_embeddings": 66, "type_vocab_size": 2,
            "relative_attention_num_buckets": 32, "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1,
            "layer_norm_eps": 1e-12,
        }))
        .unwrap();
        tch::manual_seed(1);
        let store = VarStore::new(Device::Cpu);
        let (encoder, heads) = (Encoder::new(&store.root(), &config), Heads::new(&store.root(), 64));
        for (name, mut variable) in store.variables() {
            if name.contains("bias") {
                let _ = no_grad(|| variable.normal_(0.0, 0.3));
            }
        }
        let model = Model { config, precision: Precision::F32, tokenizer: tokenizer(), encoder, heads, store };
        let (folder, fixtures) =
            (tempfile::tempdir().unwrap(), Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"));
        model.save(folder.path(), &fixtures).unwrap();
        let reference = Model::load(folder.path(), Device::Cpu).unwrap();
        let opened = Model::open(folder.path(), Device::Cpu, Some(precision)).unwrap();
        let long = model.tokenizer.tokens(&"Bank bought Cloud because the price is new. ".repeat(4));
        let windows = [&long[..], &long[..5]].map(|tokens| WindowInput { tokens, sentences: Vec::new() });
        let hidden =
            |model: &Model| no_grad(|| model.encoder.forward(&model.batch(&windows), false).to_kind(Kind::Float));
        let difference = hidden(&opened) - hidden(&reference);
        let pieces = model.batch(&windows).mask.unsqueeze(-1);
        let squares = (difference.square() * &pieces).sum(Kind::Float) / pieces.sum(Kind::Float) / 64.0;
        squares.sqrt().double_value(&[])
    }

    #[test]
    fn layers_compute_what_those_of_rust_bert_do() {
        for (precision, tolerance) in [(Precision::F32, 1e-5), (Precision::Bf16, 0.02), (Precision::Int8, 0.03)] {
            if precision.check(Device::Cpu).is_ok() {
                for kind in ["bert", "mpnet"] {
                    let difference = difference(kind, precision);
                    assert!(difference < tolerance, "{kind} in {precision}: {difference}");
                }
            }
        }
    }

    #[test]
    fn a_row_in_int8_depends_on_itself_alone() {
        if Precision::Int8.check(Device::Cpu).is_err() {
            return;
        }
        tch::manual_seed(1);
        let float = (Kind::Float, Device::Cpu);
        let weight = Matrix::Plain(Tensor::randn([96, 64], float));
        let product = Product::new(weight, Tensor::randn([96], float), Precision::Int8);
        let rows = Tensor::randn([70, 64], float) * Tensor::arange(70, float).unsqueeze(1);
        let all = product.forward(&rows);
        for (first, count) in [(0, 1), (3, 17), (40, 30)] {
            assert_eq!(product.forward(&rows.narrow(0, first, count)), all.narrow(0, first, count));
        }
    }
}
