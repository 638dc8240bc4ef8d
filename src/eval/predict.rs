//! A model's answers to annotated records.

use std::ops::Range;

use super::answer::Answer;
use crate::{
    claims::{DecodeOptions, decode},
    corpus::Record,
    model::{Model, Tagged, WindowInput, WindowScores},
    text::{Document, Span, Window, WindowOptions, windows},
};

/// Word pieces in a batch, padding included.
const BATCH_PIECES: usize = 2000;

/// What `model` says about each record's text, whose sentences are told to it. `done` is called with the share of the
/// work done, 0 to 1, again and again.
pub fn predict(model: &Model, records: &[Record], options: &DecodeOptions, done: impl FnMut(f64)) -> Vec<Answer> {
    let texts = records.iter().map(|record| {
        let sentences = record.sentence_spans().map(|(span, _)| span).collect();
        (record.text.as_str(), sentences)
    });
    read(model, texts, done).iter().map(|text| text.answer(options)).collect()
}

/// What `model` says about each text with its sentences. Windows of all texts are read in batches of about the same
/// length; `done` is called with the share of the windows read after each.
pub(super) fn read<'a>(
    model: &Model,
    texts: impl IntoIterator<Item = (&'a str, Vec<Span>)>,
    mut done: impl FnMut(f64),
) -> Vec<ReadText<'a>> {
    let mut texts: Vec<ReadText> =
        texts.into_iter().map(|(text, sentences)| ReadText::new(text, sentences, model)).collect();
    let mut order: Vec<(usize, usize)> = Vec::new();
    for (text, cut) in texts.iter().enumerate() {
        order.extend((0..cut.windows.len()).map(|window| (text, window)));
    }
    order.sort_by_key(|&(text, window)| texts[text].windows[window].tokens.len());
    let mut read = 0;
    while read < order.len() {
        let batch = batch(&order[read..], |&(text, window)| texts[text].windows[window].tokens.len());
        let inputs: Vec<WindowInput> = batch.iter().map(|&(text, window)| texts[text].input(window)).collect();
        let answers = model.score(&inputs);
        for (&(text, window), answer) in batch.iter().zip(answers) {
            texts[text].scores[window] = answer;
        }
        read += batch.len();
        done(read as f64 / order.len() as f64);
    }
    texts
}

/// As many items from the front, in ascending order of their lengths, as fit in a batch; at least one.
fn batch<T>(items: &[T], length: impl Fn(&T) -> usize) -> &[T] {
    let fitting = items.iter().zip(1..).take_while(|(item, count)| (length(item) + 2) * count <= BATCH_PIECES).count();
    &items[..fitting.max(1).min(items.len())]
}

/// A text, cut for the model, and its answers.
pub(super) struct ReadText<'a> {
    text: &'a str,
    document: Document,
    windows: Vec<Window>,
    /// For each window.
    scores: Vec<WindowScores>,
}

impl<'a> ReadText<'a> {
    fn new(text: &'a str, sentences: Vec<Span>, model: &Model) -> Self {
        let document = Document::new(text, sentences, &model.tokenizer);
        let default = WindowOptions::default();
        let options = WindowOptions { pieces: default.pieces.min(model.config.max_pieces()), ..default };
        let windows = windows(&document, options);
        let scores = vec![WindowScores::default(); windows.len()];
        Self { text, document, windows, scores }
    }

    fn input(&self, window: usize) -> WindowInput<'_> {
        let Window { tokens, sentences, .. } = &self.windows[window];
        let inside = |range: &Range<usize>| range.start - tokens.start..range.end - tokens.start;
        WindowInput {
            tokens: &self.document.tokens[tokens.clone()],
            sentences: sentences.iter().map(|(_, range)| inside(range)).collect(),
        }
    }

    /// What the answers say.
    pub fn answer(&self, options: &DecodeOptions) -> Answer {
        Answer {
            analysis: decode(self.text, &self.document, &self.windows, &self.scores, options),
            triggers: self.runs(|scores| &scores.triggers),
            reasons: self.runs(|scores| &scores.reasons).into_iter().map(|(span, _)| span).collect(),
        }
    }

    /// The answers for each window, as they are.
    pub fn windows(&self) -> impl Iterator<Item = (&Window, &WindowScores)> {
        self.windows.iter().zip(&self.scores)
    }

    /// Where a run of a window's tokens stands in the text.
    pub fn span(&self, window: &Window, tokens: &Range<usize>) -> Option<Span> {
        let tokens = self.document.tokens.get(window.tokens.clone())?.get(tokens.clone())?;
        Some(Span::new(tokens.first()?.span.start, tokens.last()?.span.end))
    }

    /// The labelled runs of tokens that begin in the own part of their window.
    fn runs<L: Copy + 'static>(&self, of: impl Fn(&WindowScores) -> &[Tagged<L>]) -> Vec<(Span, L)> {
        let mut runs = Vec::new();
        for (window, scores) in self.windows() {
            let own = of(scores).iter().filter(|run| window.own.contains(&(window.tokens.start + run.tokens.start)));
            runs.extend(own.filter_map(|run| Some((self.span(window, &run.tokens)?, run.label))));
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_what_fits() {
        let lengths = [8, 98, 498, 998, 998, 5000, 5000];
        let mut rest = &lengths[..];
        let mut sizes = Vec::new();
        while !rest.is_empty() {
            sizes.push(batch(rest, |&length| length).len());
            rest = &rest[sizes[sizes.len() - 1]..];
        }
        assert_eq!(sizes, [3, 2, 1, 1]);
    }
}
