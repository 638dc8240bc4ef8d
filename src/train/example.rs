//! Annotated records as what the model should answer: windows of tokens with their targets.

use std::ops::Range;

use crate::{
    corpus::{AnnotatedClaim, ClaimSource, Record, SpanLabel},
    labels::{MentionType, Polarity, ReasonKind, Relation, Role, SentenceKind, Status},
    model::WindowInput,
    text::{Document, Span, Token, Tokenizer, Window, WindowOptions, windows},
};

/// A run of a window's tokens with its label.
pub type Labelled<L> = (Range<usize>, L);

/// One window and the right answers for it. T triggers, M mentions, R reasons; tokens count from the window's first.
#[derive(Debug, Clone)]
pub struct Example {
    /// The window's word pieces.
    pub tokens: Vec<Token>,
    /// Its sentences.
    pub sentences: Vec<Labelled<SentenceKind>>,
    /// Its mentions.
    pub mentions: Vec<Labelled<MentionType>>,
    /// Its triggers.
    pub triggers: Vec<Labelled<Relation>>,
    /// Its reasons.
    pub reasons: Vec<Labelled<ReasonKind>>,
    /// T × M.
    pub roles: Vec<Vec<Role>>,
    /// T × R: whether the reason explains the trigger's claim.
    pub why: Vec<Vec<bool>>,
    /// T.
    pub polarity: Vec<Polarity>,
    /// T.
    pub status: Vec<Status>,
    /// T: whether an unnamed source says so.
    pub unnamed: Vec<bool>,
    /// Pairs of mention numbers: a REF and the named mention it stands for.
    pub antecedents: Vec<(usize, usize)>,
}

impl Example {
    /// The window as the model reads it.
    pub fn input(&self) -> WindowInput<'_> {
        WindowInput { tokens: &self.tokens, sentences: self.sentences.iter().map(|(s, _)| s.clone()).collect() }
    }
}

/// The record's windows. A claim is asked for in a window that holds its trigger, who and whom; a REF in one
/// that holds what it stands for.
pub fn examples(record: &Record, tokenizer: &Tokenizer, options: WindowOptions) -> Vec<Example> {
    let sentences = record.sentence_spans().map(|(span, _)| span).collect();
    let document = Document::new(&record.text, sentences, tokenizer);
    windows(&document, options).iter().map(|window| Builder { record, document: &document, window }.example()).collect()
}

/// Makes one window's example.
struct Builder<'a> {
    record: &'a Record,
    document: &'a Document,
    window: &'a Window,
}

impl Builder<'_> {
    fn example(&self) -> Example {
        let (mut names, mut mentions) = (Vec::new(), Vec::new());
        for span in &self.record.spans {
            let label = match &span.label {
                SpanLabel::Mention(kind) => *kind,
                SpanLabel::Ref(_) if self.antecedent(&span.name).is_some() => MentionType::Ref,
                _ => continue,
            };
            if let Some(tokens) = self.tokens(span.span) {
                names.push(span.name.as_str());
                mentions.push((tokens, label));
            }
        }
        let claims: Vec<&AnnotatedClaim> = self.record.claims.iter().filter(|c| self.is_inside(c, &names)).collect();
        let used = |name: &str| claims.iter().any(|claim| claim.why.iter().any(|reason| reason == name));
        let (mut reason_names, mut reasons) = (Vec::new(), Vec::new());
        for span in &self.record.spans {
            if let (SpanLabel::Reason(kind), true) = (&span.label, used(&span.name))
                && let Some(tokens) = self.tokens(span.span)
            {
                reason_names.push(span.name.as_str());
                reasons.push((tokens, *kind));
            }
        }
        let trigger = |claim: &AnnotatedClaim| {
            let span = self.record.span(&claim.trigger)?;
            Some((self.tokens(span.span)?, claim.relation))
        };
        let number = |name: &str| names.iter().position(|n| *n == name);
        let antecedents =
            names.iter().enumerate().filter_map(|(i, name)| Some((i, number(self.antecedent(name)?)?))).collect();
        Example {
            tokens: self.document.tokens[self.window.tokens.clone()].to_vec(),
            sentences: self.sentences(),
            triggers: claims.iter().filter_map(|claim| trigger(claim)).collect(),
            roles: claims.iter().map(|claim| names.iter().map(|name| role(claim, name)).collect()).collect(),
            why: claims
                .iter()
                .map(|claim| reason_names.iter().map(|name| claim.why.iter().any(|why| why == name)).collect())
                .collect(),
            polarity: claims.iter().map(|claim| claim.polarity).collect(),
            status: claims.iter().map(|claim| claim.status).collect(),
            unnamed: claims.iter().map(|claim| claim.source == ClaimSource::Unnamed).collect(),
            antecedents,
            mentions,
            reasons,
        }
    }

    fn sentences(&self) -> Vec<Labelled<SentenceKind>> {
        let start = self.window.tokens.start;
        let kind = |number: usize| self.record.sentences[number].1;
        let local = |tokens: &Range<usize>| tokens.start - start..tokens.end - start;
        self.window.sentences.iter().map(|(number, tokens)| (local(tokens), kind(*number))).collect()
    }

    /// The window's tokens that `span` covers, if all of them are in the window.
    fn tokens(&self, span: Span) -> Option<Range<usize>> {
        let all = &self.document.tokens;
        let first = all.partition_point(|token| token.span.end <= span.start);
        let end = all.partition_point(|token| token.span.start < span.end);
        let Range { start, end: limit } = self.window.tokens.clone();
        (first < end && start <= first && end <= limit).then(|| first - start..end - start)
    }

    /// The name of the mention that a REF of this name stands for, where that is in the window.
    fn antecedent(&self, name: &str) -> Option<&str> {
        let span = self.record.span(name)?;
        let named = self.record.named(span)?;
        (named.name != span.name && self.tokens(named.span).is_some()).then_some(named.name.as_str())
    }

    fn is_inside(&self, claim: &AnnotatedClaim, mentions: &[&str]) -> bool {
        let trigger = self.record.span(&claim.trigger).and_then(|span| self.tokens(span.span));
        trigger.is_some() && claim.who.iter().chain(&claim.whom).all(|name| mentions.contains(&name.as_str()))
    }
}

fn role(claim: &AnnotatedClaim, name: &str) -> Role {
    let lists = [
        (&claim.who, Role::Who),
        (&claim.whom, Role::Whom),
        (&claim.instead, Role::Instead),
        (&claim.when, Role::When),
        (&claim.amount, Role::Amount),
    ];
    let listed = lists.into_iter().rev().find(|(names, _)| names.iter().any(|n| n == name)).map(|(_, role)| role);
    listed.unwrap_or(if claim.source == ClaimSource::Mention(name.into()) { Role::Source } else { Role::None })
}
