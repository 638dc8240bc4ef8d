//! One article from its text to what it says.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Scorer;
use crate::{
    claims::{Analysis, DecodeOptions, decode},
    model::{WindowInput, WindowScores},
    text::{Document, Window, WindowOptions, sentences, windows},
};

/// What it takes to analyse an article; all workers share it.
#[derive(Debug)]
pub(super) struct Analyst<'a, S> {
    scorer: &'a S,
    windows: WindowOptions,
    decode: DecodeOptions<'a>,
}

/// How much work an article is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Sentences.
    pub sentences: usize,
    /// Word pieces.
    pub tokens: usize,
    /// Windows.
    pub windows: usize,
    /// Word pieces that the model reads: those of all windows, with repeated context and special pieces.
    pub pieces: usize,
    /// Sentences longer than a window.
    pub split_sentences: usize,
}

/// A text cut for the model.
#[derive(Debug)]
pub(super) struct Cut {
    document: Document,
    windows: Vec<Window>,
    pub size: Size,
}

impl<'a, S: Scorer> Analyst<'a, S> {
    /// Reads with `scorer`, and its scores as `decode` says.
    pub fn new(scorer: &'a S, decode: DecodeOptions<'a>) -> Self {
        let default = WindowOptions::default();
        let windows = WindowOptions { pieces: default.pieces.min(scorer.max_pieces()), ..default };
        Self { scorer, windows, decode }
    }

    /// Cuts a text into windows.
    pub fn cut(&self, text: &str) -> Cut {
        let document = Document::new(text, sentences(text), self.scorer.tokenizer());
        let windows = windows(&document, self.windows);
        let size = Size {
            sentences: document.sentences.len(),
            tokens: document.tokens.len(),
            windows: windows.len(),
            pieces: windows.iter().map(length).sum(),
            split_sentences: self.windows.split_sentences(&document),
        };
        Cut { document, windows, size }
    }

    /// The model's answer for each window of a batch.
    pub fn score<'c>(&self, batch: impl Iterator<Item = (&'c Cut, usize)>) -> Vec<WindowScores> {
        let inputs: Vec<WindowInput> = batch.map(|(cut, window)| cut.input(window)).collect();
        self.scorer.score(&inputs)
    }

    /// What the answers for all windows say.
    pub fn decode(&self, text: &str, cut: &Cut, scores: &[WindowScores]) -> Analysis {
        decode(text, &cut.document, &cut.windows, scores, &self.decode)
    }
}

/// What the model reads of a window, in word pieces with the two special ones.
fn length(window: &Window) -> usize {
    window.tokens.len() + 2
}

impl Cut {
    /// The length of a window, in word pieces with the two special ones.
    pub fn length(&self, window: usize) -> usize {
        length(&self.windows[window])
    }

    /// The lengths of all windows.
    pub fn lengths(&self) -> Vec<usize> {
        self.windows.iter().map(length).collect()
    }

    fn input(&self, window: usize) -> WindowInput<'_> {
        let Window { tokens, sentences, .. } = &self.windows[window];
        let inside = |range: &Range<usize>| range.start - tokens.start..range.end - tokens.start;
        WindowInput {
            tokens: &self.document.tokens[tokens.clone()],
            sentences: sentences.iter().map(|(_, range)| inside(range)).collect(),
        }
    }
}
