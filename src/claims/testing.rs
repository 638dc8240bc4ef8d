//! Handmade scores for tests: what the model would say of a window, by the words it says it of.

use std::ops::Range;

use super::{Aliases, Analysis, DecodeOptions, decode};
use crate::{
    labels::{MentionType, ReasonKind, Relation, Role},
    model::{Calibration, Tagged, WindowScores},
    text::{self, Casing, Document, Span, Token},
};

/// A window under construction. Words are found at their first place in the window; a mention at its first place not taken by one before.
#[derive(Clone)]
pub(super) struct Window {
    text: String,
    document: Document,
    window: text::Window,
    pub scores: WindowScores,
}

impl Window {
    /// A window over all of `text`.
    pub fn new(text: &str) -> Self {
        let tokens = document(text).tokens.len();
        Self::part(text, 0..tokens, 0..tokens)
    }

    /// A window over some tokens of `text`, of which `own` are its own.
    pub fn part(text: &str, tokens: Range<usize>, own: Range<usize>) -> Self {
        let document = document(text);
        let within = |range: &Range<usize>| range.start.max(tokens.start)..range.end.min(tokens.end);
        let numbered = document.sentence_tokens.iter().map(within).enumerate();
        let sentences: Vec<_> = numbered.filter(|(_, range)| !range.is_empty()).collect();
        let scores = WindowScores { sentences: vec![[0.7, 0.1, 0.1, 0.1]; sentences.len()], ..Default::default() };
        Self { text: text.to_owned(), window: text::Window { tokens, own, sentences }, document, scores }
    }

    pub fn mention(mut self, words: &str, kind: MentionType) -> Self {
        let taken = self.scores.mentions.iter().map(|mention| mention.tokens.clone()).collect::<Vec<_>>();
        let tokens = self.find(words, &taken);
        self.scores.mentions.push(Tagged { tokens, label: kind, confidence: 1.0 });
        self.scores.antecedents.push(Vec::new());
        self
    }

    pub fn trigger(mut self, words: &str, relation: Relation) -> Self {
        let tokens = self.find(words, &[]);
        self.scores.triggers.push(Tagged { tokens, label: relation, confidence: 0.9 });
        self.scores.roles.push(Vec::new());
        self.scores.why.push(Vec::new());
        self.scores.negative.push(0.1);
        self.scores.status.push([0.7, 0.1, 0.1, 0.1]);
        self.scores.unnamed.push(0.1);
        self
    }

    /// A reason of the last trigger.
    pub fn reason(mut self, words: &str, kind: ReasonKind, confidence: f32) -> Self {
        let tokens = self.find(words, &[]);
        self.scores.reasons.push(Tagged { tokens, label: kind, confidence: 1.0 });
        let reasons = self.scores.reasons.len();
        if let Some(row) = self.scores.why.last_mut() {
            row.resize(reasons, 0.0);
            row[reasons - 1] = confidence;
        }
        self
    }

    /// Gives the last mention written so a role for the last trigger, with probability .8.
    pub fn role(self, mention: &str, role: Role) -> Self {
        self.role_with(mention, role, 0.8)
    }

    pub fn role_with(mut self, mention: &str, role: Role, confidence: f32) -> Self {
        let number = self.number(mention);
        let mentions = self.scores.mentions.len();
        let row = self.scores.roles.last_mut().expect("a trigger comes first");
        row.resize(mentions, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        row[number] = [0.0; 7];
        row[number][0] = 1.0 - confidence;
        row[number][role.index()] = confidence;
        self
    }

    pub fn antecedent(mut self, reference: &str, scores: &[(&str, f32)]) -> Self {
        let mut row = vec![0.0; self.scores.mentions.len()];
        for &(words, score) in scores {
            row[self.number(words)] = score;
        }
        let number = self.number(reference);
        self.scores.antecedents[number] = row;
        self
    }

    pub fn decode(&self) -> Analysis {
        decode_all(std::slice::from_ref(self))
    }

    pub fn decode_with(&self, options: &DecodeOptions) -> Analysis {
        let windows = std::slice::from_ref(&self.window);
        decode(&self.text, &self.document, windows, std::slice::from_ref(&self.scores), options)
    }

    /// The tokens that spell the words, the first such run that is not taken.
    fn find(&self, words: &str, taken: &[Range<usize>]) -> Range<usize> {
        let spelled = |span: Span| span.of(&self.text).to_owned();
        let wanted: Vec<String> = tokens(words).into_iter().map(|span| span.of(words).to_owned()).collect();
        let inside: Vec<String> =
            self.document.tokens[self.window.tokens.clone()].iter().map(|token| spelled(token.span)).collect();
        let start = (0..inside.len())
            .find(|&start| inside[start..].starts_with(&wanted) && !taken.contains(&(start..start + wanted.len())))
            .unwrap_or_else(|| panic!("{words:?} is not in the window"));
        start..start + wanted.len()
    }

    /// The number of the last mention written so.
    fn number(&self, words: &str) -> usize {
        let all = &self.document.tokens[self.window.tokens.clone()];
        let written = |mention: &Tagged<MentionType>| {
            Span::new(all[mention.tokens.start].span.start, all[mention.tokens.end - 1].span.end).of(&self.text)
        };
        let found = self.scores.mentions.iter().rposition(|mention| written(mention) == words);
        found.unwrap_or_else(|| panic!("{words:?} is no mention"))
    }
}

/// The default: everything is kept as it is.
pub(super) fn options(aliases: &Aliases) -> DecodeOptions<'_> {
    DecodeOptions { min_confidence: 0.0, calibration: Calibration::default(), aliases }
}

/// Decodes an article from its windows.
pub(super) fn decode_all(windows: &[Window]) -> Analysis {
    let cut: Vec<_> = windows.iter().map(|window| window.window.clone()).collect();
    let scores: Vec<_> = windows.iter().map(|window| window.scores.clone()).collect();
    decode(&windows[0].text, &windows[0].document, &cut, &scores, &options(&Aliases::default()))
}

/// A document of words and single other characters; a sentence ends with a full stop or a blank line.
pub(super) fn document(text: &str) -> Document {
    let spans = tokens(text);
    let mut sentence_tokens = Vec::new();
    let mut start = 0;
    for (number, span) in spans.iter().enumerate() {
        let next = spans.get(number + 1);
        let blank = next.is_some_and(|next| text[span.end..next.start].contains("\n\n"));
        if span.of(text) == "." || blank || next.is_none() {
            sentence_tokens.push(start..number + 1);
            start = number + 1;
        }
    }
    let sentences =
        sentence_tokens.iter().map(|range| Span::new(spans[range.start].start, spans[range.end - 1].end)).collect();
    let tokens = spans.into_iter().map(|span| Token { id: 0, span, casing: Casing::Lower }).collect();
    Document { sentences, tokens, sentence_tokens }
}

fn tokens(text: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut in_word = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        match spans.last_mut() {
            Some(last) if in_word && c.is_alphanumeric() => last.end = end,
            _ if c.is_whitespace() => {}
            _ => spans.push(Span::new(at, end)),
        }
        in_word = c.is_alphanumeric();
    }
    spans
}
