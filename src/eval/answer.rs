//! What one side says about a text.

use std::collections::HashMap;

use crate::{
    claims::{Analysis, Claim, Mention, Name, Reason, Sentence, Source},
    corpus::{AnnotatedClaim, AnnotatedSpan, ClaimSource, Record, SpanLabel},
    labels::{MentionType, Relation},
    text::Span,
};

/// What a model or an annotator says about a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Mentions, claims and sentences.
    pub analysis: Analysis,
    /// All triggers, also those that led to no claim, in the order of the text.
    pub triggers: Vec<(Span, Relation)>,
    /// All reasons, also those that explain no claim, in the order of the text.
    pub reasons: Vec<Span>,
}

impl From<&Record> for Answer {
    /// What the record's labels say, with confidence 1.
    fn from(record: &Record) -> Self {
        let mut triggers: Vec<_> = record
            .claims
            .iter()
            .filter_map(|claim| Some((record.span(&claim.trigger)?.span, claim.relation)))
            .collect();
        triggers.sort();
        let is_reason = |span: &&AnnotatedSpan| matches!(span.label, SpanLabel::Reason(_));
        let mut reasons: Vec<Span> = record.spans.iter().filter(is_reason).map(|span| span.span).collect();
        reasons.sort();
        Self { analysis: Labels::new(record).analysis(), triggers, reasons }
    }
}

/// A record's labels on their way to an [`Analysis`], which numbers what the record names.
struct Labels<'a> {
    record: &'a Record,
    /// Mentions in the order of the text.
    mentions: Vec<&'a AnnotatedSpan>,
    /// The number of each mention, by its name in the record.
    numbers: HashMap<&'a str, usize>,
}

impl<'a> Labels<'a> {
    fn new(record: &'a Record) -> Self {
        let is_mention = |span: &&AnnotatedSpan| matches!(span.label, SpanLabel::Mention(_) | SpanLabel::Ref(_));
        let mut mentions: Vec<_> = record.spans.iter().filter(is_mention).collect();
        mentions.sort_by_key(|mention| mention.span);
        let numbers = mentions.iter().enumerate().map(|(number, mention)| (mention.name.as_str(), number)).collect();
        Self { record, mentions, numbers }
    }

    fn analysis(&self) -> Analysis {
        let sentences: Vec<Sentence> =
            self.record.sentence_spans().map(|(span, kind)| Sentence { span, kind, confidence: 1.0 }).collect();
        let mut names: Vec<Name> = Vec::new();
        let mentions = self.mentions.iter().map(|mention| self.mention(mention, &mut names)).collect();
        let mut claims: Vec<Claim> =
            self.record.claims.iter().flat_map(|claim| self.claims(claim, &sentences)).collect();
        claims.sort_by_key(|claim| (claim.trigger, claim.who, claim.whom));
        Analysis { mentions, names, claims, sentences, ..Analysis::default() }
    }

    fn mention(&self, mention: &AnnotatedSpan, names: &mut Vec<Name>) -> Mention {
        let named = self.record.named(mention).unwrap_or(mention);
        let kind = match named.label {
            SpanLabel::Mention(kind) => kind,
            _ => MentionType::Ref,
        };
        let canonical = named.span.of(&self.record.text);
        let name = names.iter().position(|name| name.canonical == canonical).unwrap_or_else(|| {
            names.push(Name { canonical: canonical.to_owned(), kind });
            names.len() - 1
        });
        let antecedent = if named.name == mention.name { None } else { self.number(&named.name) };
        Mention { span: mention.span, kind, antecedent, name, confidence: 1.0 }
    }

    /// One claim for each pair of who and whom.
    fn claims(&self, line: &AnnotatedClaim, sentences: &[Sentence]) -> Vec<Claim> {
        let Some(trigger) = self.record.span(&line.trigger).map(|trigger| trigger.span) else { return Vec::new() };
        let sentence = sentences.partition_point(|sentence| sentence.span.start <= trigger.start).saturating_sub(1);
        let numbers = |names: &[String]| names.iter().filter_map(|name| self.number(name)).collect::<Vec<usize>>();
        let source = match &line.source {
            ClaimSource::Author => Source::Author,
            ClaimSource::Unnamed => Source::Unnamed,
            ClaimSource::Mention(name) => self.number(name).map_or(Source::Author, Source::Mention),
        };
        let claim = |who, whom| Claim {
            relation: line.relation,
            trigger,
            sentence,
            who,
            whom,
            instead: numbers(&line.instead),
            when: numbers(&line.when).first().copied(),
            amount: numbers(&line.amount).first().copied(),
            source,
            reasons: line.why.iter().filter_map(|name| self.reason(name)).collect(),
            polarity: line.polarity,
            status: line.status,
            confidence: 1.0,
        };
        let mut who: Vec<Option<usize>> = numbers(&line.who).into_iter().map(Some).collect();
        if who.is_empty() {
            who.push(None);
        }
        let whom = numbers(&line.whom);
        who.iter()
            .flat_map(|&who| whom.iter().map(move |&whom| (who, whom)))
            .map(|(who, whom)| claim(who, whom))
            .collect()
    }

    fn reason(&self, name: &str) -> Option<Reason> {
        let reason = self.record.span(name)?;
        match reason.label {
            SpanLabel::Reason(kind) => Some(Reason { span: reason.span, kind, confidence: 1.0 }),
            _ => None,
        }
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }
}
