//! The joint loss: what the heads get wrong about a batch of windows.

use tch::{Kind, Reduction, Tensor};

use super::example::Example;
use crate::{
    labels::{MentionType, Role},
    model::{Model, SpanSet, WindowInput, mark},
};

/// Marks targets that do not count.
const IGNORED: i64 = -100;

/// Dropout between the encoder and the heads.
const HEAD_DROPOUT: f64 = 0.1;

/// The weight of each part beside the token tags' 1; those of the trial.
const SENTENCES: f64 = 0.3;
const WHY: f64 = 0.5;
const POLARITY: f64 = 0.2;
const STATUS: f64 = 0.3;
const UNNAMED: f64 = 0.2;
const ANTECEDENTS: f64 = 0.3;

/// The weight of a pair that has no role: most have none.
const NO_ROLE: f32 = 0.5;

/// The loss of a batch, a scalar. Tags are averaged over all pieces; whatever concerns triggers, references and sentences
/// is averaged within each window, then over the windows.
pub fn loss(model: &Model, examples: &[&Example]) -> Tensor {
    let inputs: Vec<WindowInput> = examples.iter().map(|example| example.input()).collect();
    let batch = model.batch(&inputs);
    let hidden = model.encoder.forward(&batch, true).to_kind(Kind::Float).dropout(HEAD_DROPOUT, true);
    let heads = &model.heads;
    let mut sum = tag_loss(&hidden.apply(&heads.mentions), examples, |e| classes(&e.mentions, |l| l.index()))
        + tag_loss(&hidden.apply(&heads.triggers), examples, |e| classes(&e.triggers, |l| l.index()))
        + tag_loss(&hidden.apply(&heads.reasons), examples, |e| classes(&e.reasons, |l| l.index()));
    sum += sentence_loss(model, &hidden, &inputs, examples) * SENTENCES;
    if examples.iter().any(|e| !e.triggers.is_empty() && !e.mentions.is_empty()) {
        sum += pair_loss(model, &hidden, examples);
    }
    if examples.iter().any(|e| !e.antecedents.is_empty()) {
        sum += antecedent_loss(model, &hidden, examples) * ANTECEDENTS;
    }
    sum
}

type Runs = Vec<(std::ops::Range<usize>, usize)>;

fn classes<L: Copy>(runs: &[(std::ops::Range<usize>, L)], class: fn(L) -> usize) -> Runs {
    runs.iter().map(|(tokens, label)| (tokens.clone(), class(*label))).collect()
}

/// Mean cross-entropy over all pieces, the special ones included (they carry no tag).
fn tag_loss(logits: &Tensor, examples: &[&Example], runs: impl Fn(&Example) -> Runs) -> Tensor {
    let length = logits.size()[1] as usize;
    let mut targets = Vec::with_capacity(examples.len() * length);
    for example in examples {
        targets.push(0);
        targets.extend(mark(example.tokens.len(), &runs(example)).into_iter().map(|tag| tag as i64));
        targets.push(0);
        targets.extend(std::iter::repeat_n(IGNORED, length - example.tokens.len() - 2));
    }
    let targets = Tensor::from_slice(&targets).to(logits.device());
    logits.flatten(0, 1).cross_entropy_loss::<Tensor>(&targets, None, Reduction::Mean, IGNORED, 0.0)
}

fn sentence_loss(model: &Model, hidden: &Tensor, inputs: &[WindowInput], examples: &[&Example]) -> Tensor {
    let logits = model.heads.sentence_kinds(hidden, &crate::model::sentence_means(inputs, hidden));
    let (mut targets, mut weights) = (Vec::new(), Vec::new());
    for example in examples {
        targets.extend(example.sentences.iter().map(|(_, kind)| kind.index() as i64));
        let weight = 1.0 / (example.sentences.len() * examples.len()) as f32;
        weights.extend(std::iter::repeat_n(weight, example.sentences.len()));
    }
    let [targets, weights] =
        [Tensor::from_slice(&targets), Tensor::from_slice(&weights)].map(|t| t.to(hidden.device()));
    (logits.cross_entropy_loss::<Tensor>(&targets, None, Reduction::None, IGNORED, 0.0) * weights).sum(Kind::Float)
}

fn pair_loss(model: &Model, hidden: &Tensor, examples: &[&Example]) -> Tensor {
    let device = hidden.device();
    let set = |runs: Vec<Runs>| SpanSet::new(&runs.iter().map(places).collect::<Vec<_>>(), device);
    let triggers = set(examples.iter().map(|e| classes(&e.triggers, |l| l.index())).collect());
    let mentions = set(examples.iter().map(|e| classes(&e.mentions, |l| l.index())).collect());
    let reasons = set(examples.iter().map(|e| classes(&e.reasons, |l| l.index())).collect());
    let logits = model.heads.pairs(hidden, &triggers, &mentions, &reasons);
    let roles = |e: &Example| e.roles.iter().map(|row| row.iter().map(|role| role.index() as i64).collect()).collect();
    let why = |e: &Example| e.why.iter().map(|row| row.iter().map(|&yes| i64::from(yes)).collect()).collect();
    let column = |values: Vec<i64>| values.into_iter().map(|value| vec![value]).collect();
    let mut role_weights = vec![1f32; Role::ALL.len()];
    role_weights[Role::None.index()] = NO_ROLE;
    let attribute = |logits: &Tensor, values: &dyn Fn(&Example) -> Vec<i64>| {
        table_loss(&logits.unsqueeze(2), examples, |e| column(values(e)), None)
    };
    table_loss(&logits.roles, examples, roles, Some(&role_weights))
        + table_loss(&logits.why, examples, why, None) * WHY
        + attribute(&logits.polarity, &|e| e.polarity.iter().map(|p| p.index() as i64).collect()) * POLARITY
        + attribute(&logits.status, &|e| e.status.iter().map(|s| s.index() as i64).collect()) * STATUS
        + attribute(&logits.unnamed, &|e| e.unnamed.iter().map(|&u| i64::from(u)).collect()) * UNNAMED
}

fn antecedent_loss(model: &Model, hidden: &Tensor, examples: &[&Example]) -> Tensor {
    let device = hidden.device();
    let mentions: Vec<Runs> = examples.iter().map(|e| classes(&e.mentions, |l| l.index())).collect();
    let refs: Vec<Runs> = examples
        .iter()
        .map(|e| {
            e.antecedents.iter().map(|&(from, _)| (e.mentions[from].0.clone(), MentionType::Ref.index())).collect()
        })
        .collect();
    let set = |runs: &[Runs]| SpanSet::new(&runs.iter().map(places).collect::<Vec<_>>(), device);
    let (refs, set_of_mentions) = (set(&refs), set(&mentions));
    let logits = model.heads.antecedents(hidden, &refs, &set_of_mentions);
    // Neither padding nor the reference itself can be what it stands for.
    let (rows, columns) = (logits.size()[1] as usize, logits.size()[2] as usize);
    let mut barred = vec![0f32; examples.len() * rows * columns];
    for (b, example) in examples.iter().enumerate() {
        for row in 0..rows {
            let line = &mut barred[(b * rows + row) * columns..][..columns];
            line[example.mentions.len()..].fill(f32::MIN / 2.0);
            if let Some(&(from, _)) = example.antecedents.get(row) {
                line[from] = f32::MIN / 2.0;
            }
        }
    }
    let logits =
        logits + Tensor::from_slice(&barred).view([examples.len() as i64, rows as i64, columns as i64]).to(device);
    let targets = |e: &Example| e.antecedents.iter().map(|&(_, to)| vec![to as i64]).collect();
    table_loss(&logits.unsqueeze(2), examples, targets, None)
}

/// Places among the pieces of a batch, which begin with a special one.
fn places(runs: &Runs) -> Vec<(usize, usize, usize)> {
    runs.iter().map(|(tokens, class)| (tokens.start + 1, tokens.end, *class)).collect()
}

/// Cross-entropy of logits B × X × Y × classes against each window's table of at most X × Y targets: the weighted mean within each
/// window, summed and divided by B. A window with an empty table counts as 0.
fn table_loss(
    logits: &Tensor,
    examples: &[&Example],
    targets: impl Fn(&Example) -> Vec<Vec<i64>>,
    class_weights: Option<&[f32]>,
) -> Tensor {
    let size = logits.size();
    let (x, y) = (size[1] as usize, size[2] as usize);
    let (mut flat, mut weights) = (vec![0; examples.len() * x * y], vec![0f32; examples.len() * x * y]);
    for (b, example) in examples.iter().enumerate() {
        let table = targets(example);
        let weight = |class: i64| class_weights.map_or(1.0, |weights| weights[class as usize]);
        let total: f32 = table.iter().flatten().map(|&class| weight(class)).sum();
        for (i, row) in table.iter().enumerate() {
            for (j, &class) in row.iter().enumerate() {
                let at = (b * x + i) * y + j;
                flat[at] = class;
                weights[at] = weight(class) / (total * examples.len() as f32);
            }
        }
    }
    let [flat, weights] = [Tensor::from_slice(&flat), Tensor::from_slice(&weights)].map(|t| t.to(logits.device()));
    let losses = logits.flatten(0, 2).cross_entropy_loss::<Tensor>(&flat, None, Reduction::None, IGNORED, 0.0);
    (losses * weights).sum(Kind::Float)
}
