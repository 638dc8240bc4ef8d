//! The heads: light layers on the encoder's hidden states. Dozat and Manning's biaffine scorer (2017) relates spans.

use tch::{Device, Kind, Tensor, nn};

use crate::labels::{MentionType, ReasonKind, Relation, Role, SentenceKind, Status};

/// Width of a type embedding.
const TYPE_WIDTH: i64 = 32;
/// Width of a biaffine scorer's projections.
const PAIR_WIDTH: i64 = 128;
/// Buckets of a signed distance: sixteen powers of two either way.
const DISTANCES: i64 = 32;

/// How many BIO tags `labels` labels need: outside, and begin and inside for each.
pub const fn tags(labels: usize) -> i64 {
    1 + 2 * labels as i64
}

/// Scores each pair of a left and a right span: a bilinear form with biases, plus a bias for their distance.
#[derive(Debug)]
pub struct Biaffine {
    left: nn::Linear,
    right: nn::Linear,
    weight: Tensor,
    distance: nn::Embedding,
}

impl Biaffine {
    fn new(path: nn::Path, width: i64, classes: i64) -> Self {
        Self {
            left: nn::linear(&path / "a", width, PAIR_WIDTH, Default::default()),
            right: nn::linear(&path / "b", width, PAIR_WIDTH, Default::default()),
            weight: path.var(
                "w",
                &[classes, PAIR_WIDTH + 1, PAIR_WIDTH + 1],
                nn::Init::Randn { mean: 0.0, stdev: 0.02 },
            ),
            distance: nn::embedding(
                &path / "dist",
                DISTANCES,
                classes,
                nn::EmbeddingConfig { ws_init: nn::Init::Const(0.0), ..Default::default() },
            ),
        }
    }

    /// Logits B × X × Y × classes of left spans B × X × width and right spans B × Y × width.
    fn forward(&self, left: &Spans, right: &Spans) -> Tensor {
        let project = |x: &Tensor, layer: &nn::Linear| {
            let h = x.apply(layer).gelu("none");
            Tensor::cat(&[&h, &h.ones_like().narrow(-1, 0, 1)], -1)
        };
        let (a, b) = (project(&left.states, &self.left), project(&right.states, &self.right));
        let (batch, x, y) = (a.size()[0], a.size()[1], b.size()[1]);
        let classes = self.weight.size()[0];
        // (B × X × i) · (i × classes·j) → B × X·classes × j, then · (B × j × Y).
        let form = self.weight.permute([1, 0, 2]).reshape([PAIR_WIDTH + 1, -1]);
        let ab = a.matmul(&form).reshape([batch, x * classes, PAIR_WIDTH + 1]).matmul(&b.transpose(1, 2));
        let scores = ab.reshape([batch, x, classes, y]).transpose(2, 3);
        let offset = right.first.unsqueeze(1) - left.first.unsqueeze(2);
        scores + distance_bucket(&offset).apply(&self.distance)
    }
}

/// 16 · (right of it) + log2 of the distance, at most 14.
fn distance_bucket(offset: &Tensor) -> Tensor {
    let right = offset.gt(0).to_kind(Kind::Int64) * 16;
    let log = offset.abs().clamp_min(1).to_kind(Kind::Float).log2().floor().to_kind(Kind::Int64).clamp_max(14);
    right + log
}

/// A padded set of spans: B windows of up to N spans.
#[derive(Debug)]
pub struct SpanSet {
    /// B × N, `i64`: position of the first piece.
    pub first: Tensor,
    /// B × N, `i64`: position of the last piece.
    pub last: Tensor,
    /// B × N, `i64`: class of the label.
    pub label: Tensor,
}

impl SpanSet {
    /// From each window's spans: (first piece, last piece, label). Padded with (0, 0, 0) to the longest, at least one.
    pub fn new(windows: &[Vec<(usize, usize, usize)>], device: Device) -> Self {
        let most = windows.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let column = |pick: fn(&(usize, usize, usize)) -> usize| {
            let flat: Vec<i64> = windows
                .iter()
                .flat_map(|spans| {
                    spans.iter().map(move |span| pick(span) as i64).chain(std::iter::repeat_n(0, most - spans.len()))
                })
                .collect();
            Tensor::from_slice(&flat).view([windows.len() as i64, most as i64]).to(device)
        };
        Self { first: column(|s| s.0), last: column(|s| s.1), label: column(|s| s.2) }
    }
}

/// Spans with their representation.
struct Spans {
    /// B × N × width: [h_first; h_last], perhaps with the label's embedding behind it.
    states: Tensor,
    /// B × N: position of the first piece.
    first: Tensor,
}

/// Logits about triggers and what they relate to, padded as the span sets are. B windows of T triggers, M mentions, R reasons.
#[derive(Debug)]
pub struct PairLogits {
    /// B × T × M × 7.
    pub roles: Tensor,
    /// B × T × R × 2.
    pub why: Tensor,
    /// B × T × 2.
    pub polarity: Tensor,
    /// B × T × 4.
    pub status: Tensor,
    /// B × T × 2: not unnamed, unnamed.
    pub unnamed: Tensor,
}

/// All heads.
#[derive(Debug)]
pub struct Heads {
    /// BIO tags of mentions.
    pub mentions: nn::Linear,
    /// BIO tags of triggers, by relation.
    pub triggers: nn::Linear,
    /// BIO tags of reasons, by kind.
    pub reasons: nn::Linear,
    /// Sentence kinds.
    pub sentences: nn::Linear,
    mention_types: nn::Embedding,
    relations: nn::Embedding,
    roles: Biaffine,
    why: Biaffine,
    antecedents: Biaffine,
    polarity: nn::Linear,
    status: nn::Linear,
    unnamed: nn::Linear,
}

impl Heads {
    /// Heads on hidden states `width` wide, with their variables under `root`.
    pub fn new(root: &nn::Path, width: i64) -> Self {
        let linear = |name: &str, from: i64, to: i64| nn::linear(root / name, from, to, Default::default());
        let types = |name: &str, rows: usize| {
            let ws_init = nn::Init::Randn { mean: 0.0, stdev: 1.0 };
            nn::embedding(root / name, rows as i64, TYPE_WIDTH, nn::EmbeddingConfig { ws_init, ..Default::default() })
        };
        let typed = 2 * width + TYPE_WIDTH;
        Self {
            mentions: linear("m", width, tags(MentionType::ALL.len())),
            triggers: linear("t", width, tags(Relation::ALL.len())),
            reasons: linear("r", width, tags(ReasonKind::ALL.len())),
            sentences: linear("s", width, SentenceKind::ALL.len() as i64),
            mention_types: types("mtype", MentionType::ALL.len()),
            relations: types("ttype", Relation::ALL.len()),
            roles: Biaffine::new(root / "role", typed, Role::ALL.len() as i64),
            why: Biaffine::new(root / "why", typed, 2),
            antecedents: Biaffine::new(root / "coref", typed, 1),
            polarity: linear("pol", 2 * width, 2),
            status: linear("st", 2 * width, Status::ALL.len() as i64),
            unnamed: linear("unn", 2 * width, 2),
        }
    }

    /// Sentence kind logits, N × 4, from the mean hidden state of each sentence; `means` is N × (B·L), each row
    /// holding 1/n at the n pieces of its sentence.
    pub fn sentence_kinds(&self, hidden: &Tensor, means: &Tensor) -> Tensor {
        means.matmul(&hidden.flatten(0, 1)).apply(&self.sentences)
    }

    /// Roles, reasons and attributes of triggers.
    pub fn pairs(&self, hidden: &Tensor, triggers: &SpanSet, mentions: &SpanSet, reasons: &SpanSet) -> PairLogits {
        let bare = represent(hidden, triggers, None);
        let trigger = represent(hidden, triggers, Some(&self.relations));
        PairLogits {
            roles: self.roles.forward(&trigger, &represent(hidden, mentions, Some(&self.mention_types))),
            // Kinds of reason share the first rows of the mention types' embedding.
            why: self.why.forward(&trigger, &represent(hidden, reasons, Some(&self.mention_types))),
            polarity: bare.states.apply(&self.polarity),
            status: bare.states.apply(&self.status),
            unnamed: bare.states.apply(&self.unnamed),
        }
    }

    /// Antecedent logits, B × F × M: how well each mention serves each REF mention.
    pub fn antecedents(&self, hidden: &Tensor, refs: &SpanSet, mentions: &SpanSet) -> Tensor {
        let [refs, mentions] = [refs, mentions].map(|set| represent(hidden, set, Some(&self.mention_types)));
        self.antecedents.forward(&refs, &mentions).squeeze_dim(-1)
    }
}

/// [h_first; h_last], with the label's embedding behind it where `labels` is given.
fn represent(hidden: &Tensor, set: &SpanSet, labels: Option<&nn::Embedding>) -> Spans {
    let width = hidden.size()[2];
    let gather = |index: &Tensor| hidden.gather(1, &index.unsqueeze(-1).expand([-1, -1, width], false), false);
    let mut parts = vec![gather(&set.first), gather(&set.last)];
    parts.extend(labels.map(|table| set.label.apply(table)));
    Spans { states: Tensor::cat(&parts, -1), first: set.first.shallow_clone() }
}
