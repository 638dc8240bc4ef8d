//! What the model reads at once: whole sentences, as many as fit.

use std::ops::Range;

use super::{Span, Token, Tokenizer};

/// A text's sentences and word pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// In the order of the text.
    pub sentences: Vec<Span>,
    /// In the order of the text.
    pub tokens: Vec<Token>,
    /// For each sentence its tokens; together they are all tokens. Empty for a sentence of characters that the tokenizer drops.
    pub sentence_tokens: Vec<Range<usize>>,
}

impl Document {
    /// Tokenizes `text`, whose `sentences` are in order and cover all of it but white space.
    pub fn new(text: &str, sentences: Vec<Span>, tokenizer: &Tokenizer) -> Self {
        let tokens = tokenizer.tokens(text);
        let start_of = |span: &Span| tokens.partition_point(|token| token.span.start < span.start);
        let ends = sentences.iter().skip(1).map(start_of).chain([tokens.len()]);
        let mut start = 0;
        let sentence_tokens =
            sentences.iter().zip(ends).map(|(_, end)| std::mem::replace(&mut start, end)..end).collect();
        Self { sentences, tokens, sentence_tokens }
    }
}

/// A part of a document that the model reads at once. Ranges count the document's tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// All it shows, repeated context in front included.
    pub tokens: Range<usize>,
    /// What belongs to this window alone; those of all windows are all tokens, in order.
    pub own: Range<usize>,
    /// The number of each sentence in it, and its tokens as far as they lie in the window; at least one each.
    pub sentences: Vec<(usize, Range<usize>)>,
}

/// How large windows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowOptions {
    /// Word pieces, the two that frame the window included.
    pub pieces: usize,
    /// How many of the sentences in front are repeated, as far as they fit in half the window.
    pub context: usize,
}

impl Default for WindowOptions {
    fn default() -> Self {
        Self { pieces: 384, context: 2 }
    }
}

impl WindowOptions {
    /// The tokens that a window holds.
    fn room(self) -> usize {
        self.pieces.saturating_sub(2).max(1)
    }

    /// How many of `document`'s sentences are longer than a window, so that [`windows`] splits them.
    pub fn split_sentences(self, document: &Document) -> usize {
        document.sentence_tokens.iter().filter(|tokens| tokens.len() > self.room()).count()
    }
}

/// Cuts `document` into windows of whole sentences. A sentence longer than a window is split, between words if it can be.
pub fn windows(document: &Document, options: WindowOptions) -> Vec<Window> {
    let sentences = &document.sentence_tokens;
    let mut windows = Vec::new();
    let mut start = 0;
    let mut sentence = 0;
    while let Some(tokens) = sentences.get(sentence) {
        if tokens.end <= start {
            sentence += 1;
            continue;
        }
        let front = front(document, sentence, start, options);
        let limit = front + options.room();
        let fitting = sentences[sentence..].iter().map(|tokens| tokens.end).take_while(|&end| end <= limit).last();
        let end = fitting.unwrap_or_else(|| {
            let latest_half = start + (limit - start) / 2 + 1..=limit;
            latest_half.rev().find(|&at| is_word_start(&document.tokens, at)).unwrap_or(limit)
        });
        windows.push(Window { tokens: front..end, own: start..end, sentences: within(sentences, front..end) });
        start = end;
    }
    windows
}

/// Where the context begins that is repeated in front of token `start` in sentence number `sentence`.
///
/// A sentence that fits in a window is not split to make room for context. What comes before the cut in a split sentence is its
/// context.
fn front(document: &Document, sentence: usize, start: usize, options: WindowOptions) -> usize {
    let tokens = &document.sentence_tokens[sentence];
    let half = options.room() / 2;
    if options.context == 0 {
        return start;
    }
    if tokens.start < start {
        let earliest = tokens.start.max(start.saturating_sub(half));
        return (earliest..start).find(|&at| is_word_start(&document.tokens, at)).unwrap_or(earliest);
    }
    let spare = options.room().checked_sub(tokens.len()).map_or(half, |spare| spare.min(half));
    let before = document.sentence_tokens[..sentence].iter().rev().take(options.context);
    before.map(|tokens| tokens.start).take_while(|&first| start - first <= spare).last().unwrap_or(start)
}

/// Whether token number `at` has a gap in front of it.
fn is_word_start(tokens: &[Token], at: usize) -> bool {
    match at.checked_sub(1).and_then(|before| tokens.get(before)).zip(tokens.get(at)) {
        Some((before, token)) => before.span.end < token.span.start,
        None => true,
    }
}

/// The sentences that have tokens in `range`.
fn within(sentences: &[Range<usize>], range: Range<usize>) -> Vec<(usize, Range<usize>)> {
    let first = sentences.partition_point(|tokens| tokens.end <= range.start);
    let inside = sentences.iter().enumerate().skip(first).take_while(|(_, tokens)| tokens.start < range.end);
    let cut = inside.map(|(number, tokens)| (number, tokens.start.max(range.start)..tokens.end.min(range.end)));
    cut.filter(|(_, tokens)| !tokens.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{
        sentences,
        testing::{tokenizer, wild_text},
    };

    fn document(text: &str) -> Document {
        Document::new(text, sentences(text), &tokenizer())
    }

    #[test]
    fn whole_sentences_and_two_of_context() {
        // Six sentences of five tokens, windows of twenty: four fit, then two of context and two.
        let document = document(&"The deal is new. ".repeat(6));
        let windows = windows(&document, WindowOptions { pieces: 22, context: 2 });
        let own: Vec<_> = windows.iter().map(|window| window.own.clone()).collect();
        let all: Vec<_> = windows.iter().map(|window| window.tokens.clone()).collect();
        assert_eq!(own, [0..20, 20..30]);
        assert_eq!(all, [0..20, 10..30]);
        assert_eq!(windows[1].sentences, [(2, 10..15), (3, 15..20), (4, 20..25), (5, 25..30)]);
    }

    #[test]
    fn context_makes_room_for_a_whole_sentence() {
        let document = document("The deal is new. The deal is new. The deal is new and the deal is old and it is so.");
        let windows = windows(&document, WindowOptions { pieces: 20, context: 2 });
        assert_eq!(windows[1].tokens, 10..document.tokens.len(), "no room for the five tokens of a sentence in front");
    }

    #[test]
    fn a_sentence_longer_than_a_window_is_split_between_words() {
        let document = document(&"Partnerships ".repeat(12));
        let options = WindowOptions { pieces: 14, context: 2 };
        assert_eq!(options.split_sentences(&document), 1);
        for window in windows(&document, options) {
            assert!(is_word_start(&document.tokens, window.own.start), "{window:?}");
            assert!(is_word_start(&document.tokens, window.tokens.start), "{window:?}");
        }
    }

    #[test]
    fn an_empty_text_has_no_window() {
        assert_eq!(windows(&document(" \n"), WindowOptions::default()), []);
    }

    proptest! {
        #[test]
        fn windows_cover_every_token_once(text in wild_text(), pieces in 0..60_usize, context in 0..4_usize) {
            let document = document(&text);
            let options = WindowOptions { pieces, context };
            let mut end = 0;
            let mut split = std::collections::BTreeSet::new();
            for window in windows(&document, options) {
                prop_assert_eq!(window.own.start, end);
                prop_assert!(window.tokens.start <= end && window.own.end == window.tokens.end && !window.own.is_empty());
                prop_assert!(window.tokens.len() <= options.room());
                end = window.own.end;
                let inside: Vec<_> = window.sentences.iter().flat_map(|(_, tokens)| tokens.clone()).collect();
                prop_assert_eq!(inside, window.tokens.collect::<Vec<_>>());
                let parts = window.sentences.iter().filter(|(number, tokens)| *tokens != document.sentence_tokens[*number]);
                split.extend(parts.map(|(number, _)| *number));
            }
            prop_assert_eq!(end, document.tokens.len());
            prop_assert_eq!(split.len(), options.split_sentences(&document));
        }
    }
}
