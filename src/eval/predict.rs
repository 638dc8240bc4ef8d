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

/// What `model` says about each record's text, whose sentences are told to it. Windows of all records are read in
/// batches of about the same length; `done` is called with the share of the windows read, 0 to 1, after each.
pub fn predict(model: &Model, records: &[Record], options: &DecodeOptions, mut done: impl FnMut(f64)) -> Vec<Answer> {
    let texts: Vec<Cut> = records.iter().map(|record| Cut::new(record, model)).collect();
    let mut order: Vec<(usize, usize)> = Vec::new();
    for (text, cut) in texts.iter().enumerate() {
        order.extend((0..cut.windows.len()).map(|window| (text, window)));
    }
    order.sort_by_key(|&(text, window)| texts[text].windows[window].tokens.len());
    let mut scores: Vec<Vec<WindowScores>> =
        texts.iter().map(|cut| vec![WindowScores::default(); cut.windows.len()]).collect();
    let mut read = 0;
    while read < order.len() {
        let batch = batch(&order[read..], |&(text, window)| texts[text].windows[window].tokens.len());
        let inputs: Vec<WindowInput> = batch.iter().map(|&(text, window)| texts[text].input(window)).collect();
        for (&(text, window), score) in batch.iter().zip(model.score(&inputs)) {
            scores[text][window] = score;
        }
        read += batch.len();
        done(read as f64 / order.len() as f64);
    }
    records.iter().zip(&texts).zip(&scores).map(|((record, cut), scores)| cut.answer(record, scores, options)).collect()
}

/// As many items from the front, in ascending order of their lengths, as fit in a batch; at least one.
fn batch<T>(items: &[T], length: impl Fn(&T) -> usize) -> &[T] {
    let fitting = items.iter().zip(1..).take_while(|(item, count)| (length(item) + 2) * count <= BATCH_PIECES).count();
    &items[..fitting.max(1).min(items.len())]
}

/// A record's text, cut for the model.
struct Cut {
    document: Document,
    windows: Vec<Window>,
}

impl Cut {
    fn new(record: &Record, model: &Model) -> Self {
        let sentences = record.sentence_spans().map(|(span, _)| span).collect();
        let document = Document::new(&record.text, sentences, &model.tokenizer);
        let default = WindowOptions::default();
        let options = WindowOptions { pieces: default.pieces.min(model.config.max_pieces()), ..default };
        let windows = windows(&document, options);
        Self { document, windows }
    }

    fn input(&self, window: usize) -> WindowInput<'_> {
        let Window { tokens, sentences, .. } = &self.windows[window];
        let inside = |range: &Range<usize>| range.start - tokens.start..range.end - tokens.start;
        WindowInput {
            tokens: &self.document.tokens[tokens.clone()],
            sentences: sentences.iter().map(|(_, range)| inside(range)).collect(),
        }
    }

    fn answer(&self, record: &Record, scores: &[WindowScores], options: &DecodeOptions) -> Answer {
        Answer {
            analysis: decode(&record.text, &self.document, &self.windows, scores, options),
            triggers: self.runs(scores, |scores| &scores.triggers),
            reasons: self.runs(scores, |scores| &scores.reasons).into_iter().map(|(span, _)| span).collect(),
        }
    }

    /// The labelled runs of tokens that begin in the own part of their window.
    fn runs<L: Copy + 'static>(
        &self,
        scores: &[WindowScores],
        of: impl Fn(&WindowScores) -> &[Tagged<L>],
    ) -> Vec<(Span, L)> {
        let mut runs = Vec::new();
        for (window, scores) in self.windows.iter().zip(scores) {
            for run in of(scores) {
                let tokens = &self.document.tokens[window.tokens.clone()][run.tokens.clone()];
                if let [first, ..] = tokens
                    && let [.., last] = tokens
                    && window.own.contains(&(window.tokens.start + run.tokens.start))
                {
                    runs.push((Span::new(first.span.start, last.span.end), run.label));
                }
            }
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
