//! A model folder, loaded: tokeniser, encoder and heads, and the way from windows to scores.

use std::{fs, ops::Range, path::Path};

use tch::{Device, Kind, Tensor, nn::VarStore, no_grad};

use super::{
    ModelError,
    config::ModelConfig,
    encoder::{Batch, Encoder},
    heads::{Heads, SpanSet},
    precision::Precision,
    scores::{Tagged, WindowScores},
    stored::Stored,
    tags::{Run, runs},
    weights::{self, Contents},
};
use crate::{
    labels::{MentionType, ReasonKind, Relation},
    text::{Token, Tokenizer},
};

/// One window, as the model reads it.
#[derive(Debug, Clone)]
pub struct WindowInput<'a> {
    /// Its word pieces, without special ones; at most [`ModelConfig::max_pieces`] − 2.
    pub tokens: &'a [Token],
    /// Its sentences, as ranges of `tokens`.
    pub sentences: Vec<Range<usize>>,
}

/// A trained model, or one being trained.
#[derive(Debug)]
pub struct Model {
    /// What `config.json` says.
    pub config: ModelConfig,
    /// What the encoder computes in.
    pub precision: Precision,
    /// Its tokeniser.
    pub tokenizer: Tokenizer,
    /// The encoder.
    pub encoder: Encoder,
    /// The heads.
    pub heads: Heads,
    /// All variables.
    pub store: VarStore,
}

impl Model {
    /// Loads a model folder: `config.json`, `tokenizer.json`, `model*.safetensors`. The model is one to train, in `f32`.
    ///
    /// # Errors
    /// If a file is missing, damaged, or does not fit the others.
    pub fn load(folder: &Path, device: Device) -> Result<Self, ModelError> {
        Self::trainable(folder, device, Contents::Model)
    }

    /// Loads a pretrained encoder's folder; the heads are fresh, drawn from libtorch's random numbers.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn from_encoder(folder: &Path, device: Device) -> Result<Self, ModelError> {
        Self::trainable(folder, device, Contents::Encoder)
    }

    /// Loads a model folder for reading only: in the precision `asked` for, otherwise in the fastest that the model allows.
    /// That is faster to load and to run than [`Model::load`], and the store holds the heads alone.
    ///
    /// # Errors
    /// As [`Model::load`], and if the model or the device does not allow the precision.
    pub fn open(folder: &Path, device: Device, asked: Option<Precision>) -> Result<Self, ModelError> {
        let config = ModelConfig::read(&folder.join("config.json"))?;
        let precision = config.precision(asked, device)?;
        let tokenizer = Tokenizer::from_file(&folder.join("tokenizer.json"))?;
        let mut stored = Stored::open(folder, config.model_type, Contents::Model, device)?;
        let store = VarStore::new(device);
        let encoder = no_grad(|| Encoder::read(&mut stored, &config, precision))?;
        let heads = Heads::new(&store.root(), config.hidden_size);
        stored.fill(&store, Contents::Model)?;
        stored.finish()?;
        Ok(Self { config, precision, tokenizer, encoder, heads, store })
    }

    fn trainable(folder: &Path, device: Device, contents: Contents) -> Result<Self, ModelError> {
        let config = ModelConfig::read(&folder.join("config.json"))?;
        let tokenizer = Tokenizer::from_file(&folder.join("tokenizer.json"))?;
        let store = VarStore::new(device);
        let encoder = Encoder::new(&store.root(), &config);
        let heads = Heads::new(&store.root(), config.hidden_size);
        let mut stored = Stored::open(folder, config.model_type, contents, device)?;
        stored.fill(&store, contents)?;
        stored.finish()?;
        Ok(Self { config, precision: Precision::F32, tokenizer, encoder, heads, store })
    }

    /// Writes the model into `folder`, with `tokenizer.json` copied from `tokenizer_from`.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn save(&self, folder: &Path, tokenizer_from: &Path) -> Result<(), ModelError> {
        let write = |path: &Path, result: std::io::Result<()>| result.map_err(|e| ModelError::Write(path.into(), e));
        write(folder, fs::create_dir_all(folder))?;
        let (from, to) = (tokenizer_from.join("tokenizer.json"), folder.join("tokenizer.json"));
        if from != to {
            write(&to, fs::copy(&from, &to).map(drop))?;
        }
        self.config.write(&folder.join("config.json"))?;
        weights::save(&self.store, folder, self.config.model_type)
    }

    /// Where the model's variables live.
    pub fn device(&self) -> Device {
        self.store.device()
    }

    /// The windows as one padded batch, special pieces added.
    pub fn batch(&self, windows: &[WindowInput]) -> Batch {
        let length = windows.iter().map(|w| w.tokens.len()).max().unwrap_or(0) + 2;
        let (count, special) = (windows.len() as i64, 0);
        let (mut ids, mut casing, mut mask) = (Vec::new(), Vec::new(), Vec::new());
        for window in windows {
            let padding = length - 2 - window.tokens.len();
            ids.push(i64::from(self.tokenizer.first()));
            ids.extend(window.tokens.iter().map(|t| i64::from(t.id)));
            ids.push(i64::from(self.tokenizer.last()));
            ids.extend(std::iter::repeat_n(i64::from(self.tokenizer.pad()), padding));
            casing.push(special);
            casing.extend(window.tokens.iter().map(|t| t.casing as i64));
            casing.extend(std::iter::repeat_n(special, padding + 1));
            mask.extend(std::iter::repeat_n(1f32, window.tokens.len() + 2));
            mask.extend(std::iter::repeat_n(0f32, padding));
        }
        let shape = [count, length as i64];
        let integers = |data: &[i64]| Tensor::from_slice(data).view(shape).to(self.device());
        Batch {
            ids: integers(&ids),
            casing: integers(&casing),
            mask: Tensor::from_slice(&mask).view(shape).to(self.device()),
        }
    }

    /// What the model says about each window.
    ///
    /// # Panics
    /// If a window has more pieces than the encoder has positions.
    pub fn score(&self, windows: &[WindowInput]) -> Vec<WindowScores> {
        if windows.is_empty() { Vec::new() } else { no_grad(|| self.score_batch(windows)) }
    }

    fn score_batch(&self, windows: &[WindowInput]) -> Vec<WindowScores> {
        let hidden = self.encoder.forward(&self.batch(windows), false).to_kind(Kind::Float);
        let heads = &self.heads;
        let [mentions, triggers, reasons] =
            [&heads.mentions, &heads.triggers, &heads.reasons].map(|head| tagged_runs(&hidden.apply(head), windows));
        let mut scores: Vec<WindowScores> = windows.iter().map(|_| WindowScores::default()).collect();

        let kinds = heads.sentence_kinds(&hidden, &sentence_means(windows, &hidden)).softmax(-1, Kind::Float);
        let mut kinds = rows::<4>(&kinds).into_iter();
        for (window, score) in windows.iter().zip(&mut scores) {
            score.sentences = kinds.by_ref().take(window.sentences.len()).collect();
        }

        if triggers.iter().any(|found| !found.is_empty()) {
            self.score_pairs(&hidden, &mentions, &triggers, &reasons, &mut scores);
        }
        self.score_antecedents(&hidden, &mentions, &mut scores);
        for (((score, mentions), triggers), reasons) in scores.iter_mut().zip(mentions).zip(triggers).zip(reasons) {
            score.mentions = label(mentions, MentionType::ALL);
            score.triggers = label(triggers, Relation::ALL);
            score.reasons = label(reasons, ReasonKind::ALL);
        }
        scores
    }

    fn score_pairs(
        &self,
        hidden: &Tensor,
        mentions: &[Vec<Run>],
        triggers: &[Vec<Run>],
        reasons: &[Vec<Run>],
        scores: &mut [WindowScores],
    ) {
        let device = hidden.device();
        let [t, m, r] = [triggers, mentions, reasons].map(|runs| SpanSet::new(&spans(runs), device));
        let logits = self.heads.pairs(hidden, &t, &m, &r);
        let probabilities = |logits: &Tensor| logits.softmax(-1, Kind::Float);
        let (roles, why) = (probabilities(&logits.roles), probabilities(&logits.why));
        let (polarity, status) = (probabilities(&logits.polarity), probabilities(&logits.status));
        let unnamed = probabilities(&logits.unnamed);
        for (i, score) in scores.iter_mut().enumerate() {
            let (nt, nm, nr) = (triggers[i].len(), mentions[i].len(), reasons[i].len());
            let of = |all: &Tensor| all.get(i as i64).narrow(0, 0, nt as i64);
            let yes = |all: &Tensor| rows::<2>(&of(all)).into_iter().map(|[_, p]| p).collect();
            score.roles = chunks(rows::<7>(&of(&roles).narrow(1, 0, nm as i64)), nt, nm);
            let why = rows::<2>(&of(&why).narrow(1, 0, nr as i64)).into_iter().map(|[_, p]| p).collect();
            score.why = chunks(why, nt, nr);
            score.negative = yes(&polarity);
            score.status = rows::<4>(&of(&status));
            score.unnamed = yes(&unnamed);
        }
    }

    fn score_antecedents(&self, hidden: &Tensor, mentions: &[Vec<Run>], scores: &mut [WindowScores]) {
        let is_ref = |run: &Run| run.class == MentionType::Ref.index();
        for (score, found) in scores.iter_mut().zip(mentions) {
            score.antecedents = vec![Vec::new(); found.len()];
        }
        if !mentions.iter().flatten().any(is_ref) {
            return;
        }
        let refs: Vec<Vec<Run>> =
            mentions.iter().map(|found| found.iter().filter(|run| is_ref(run)).cloned().collect()).collect();
        let [f, m] = [&refs, mentions].map(|runs| SpanSet::new(&spans(runs), hidden.device()));
        let logits = self.heads.antecedents(hidden, &f, &m);
        for (i, (score, found)) in scores.iter_mut().zip(mentions).enumerate() {
            let rows = logits.get(i as i64).narrow(1, 0, found.len() as i64);
            let numbers = found.iter().enumerate().filter(|(_, run)| is_ref(run)).map(|(n, _)| n);
            for (row, number) in numbers.enumerate() {
                // A reference does not stand for itself.
                let mask = Tensor::zeros_like(&rows.get(row as i64));
                let _ = mask.get(number as i64).fill_(f64::NEG_INFINITY);
                score.antecedents[number] = floats(&(rows.get(row as i64) + mask).softmax(-1, Kind::Float));
            }
        }
    }
}

/// N × (B·L): 1/n at the n pieces of each sentence, so that a product with the hidden states gives their means.
pub(crate) fn sentence_means(windows: &[WindowInput], hidden: &Tensor) -> Tensor {
    let length = hidden.size()[1] as usize;
    let (columns, count) = (windows.len() * length, windows.iter().map(|w| w.sentences.len()).sum::<usize>());
    let mut means = vec![0f32; count * columns];
    let sentences = windows.iter().enumerate().flat_map(|(i, w)| w.sentences.iter().map(move |s| (i, s)));
    for ((window, sentence), row) in sentences.zip(means.chunks_mut(columns.max(1))) {
        // The first piece of a window is a special one.
        let first = window * length + 1 + sentence.start;
        row[first..first + sentence.len()].fill(1.0 / sentence.len() as f32);
    }
    Tensor::from_slice(&means).view([count as i64, columns as i64]).to(hidden.device())
}

/// The runs in each window; token 0 is the first piece that is not special.
fn tagged_runs(logits: &Tensor, windows: &[WindowInput]) -> Vec<Vec<Run>> {
    let logarithms = logits.log_softmax(-1, Kind::Float).to(Device::Cpu);
    let tags = logits.size()[2] as usize;
    let rows = |(i, window): (usize, &WindowInput)| -> Vec<Vec<f32>> {
        let of_window = logarithms.get(i as i64).narrow(0, 1, window.tokens.len() as i64);
        floats(&of_window).chunks(tags).map(<[f32]>::to_vec).collect()
    };
    windows.iter().enumerate().map(|window| runs(&rows(window))).collect()
}

/// Runs as a span set wants them: places among the pieces of the batch, which begin with a special one.
fn spans(runs: &[Vec<Run>]) -> Vec<Vec<(usize, usize, usize)>> {
    let span = |run: &Run| (run.tokens.start + 1, run.tokens.end, run.class);
    runs.iter().map(|window| window.iter().map(span).collect()).collect()
}

fn label<L: Copy>(runs: Vec<Run>, labels: &[L]) -> Vec<Tagged<L>> {
    let tagged = |run: Run| Tagged { tokens: run.tokens, label: labels[run.class], confidence: run.confidence };
    runs.into_iter().map(tagged).collect()
}

/// The numbers of a tensor, row by row.
fn floats(tensor: &Tensor) -> Vec<f32> {
    let flat = tensor.to(Device::Cpu).to_kind(Kind::Float).contiguous().view(-1);
    Vec::try_from(flat).expect("a flat tensor of f32")
}

/// The last dimension as arrays of `N`, whatever stands before it.
fn rows<const N: usize>(tensor: &Tensor) -> Vec<[f32; N]> {
    floats(tensor).as_chunks::<N>().0.to_vec()
}

/// `count` rows of `length`, also where `length` is 0.
fn chunks<T: Clone>(flat: Vec<T>, count: usize, length: usize) -> Vec<Vec<T>> {
    (0..count).map(|i| flat[i * length..(i + 1) * length].to_vec()).collect()
}
