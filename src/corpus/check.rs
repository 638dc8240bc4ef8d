//! What must hold in an annotated passage.

use std::collections::HashSet;

use super::{
    is_space,
    record::{Record, SpanLabel},
};
use crate::labels::{Relation, UnknownLabel};

/// What is wrong with an annotated passage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A record without its three parts.
    #[error("expected a header, a line ---, the text, a line ---, and the claim lines")]
    Parts,
    /// A sentence mark between a tag and its end.
    #[error("a sentence mark stands inside {0}; close {0} before it")]
    MarkInside(String),
    /// An end tag for another span than the innermost.
    #[error("</{name}> does not close {}", .open.as_deref().unwrap_or("anything"))]
    Crossing {
        /// The name in the end tag.
        name: String,
        /// The innermost span that is open.
        open: Option<String>,
    },
    /// A span with nothing in it, or with white space at an end.
    #[error("{name} is empty or has white space at an end: {text:?}")]
    Edges {
        /// The span.
        name: String,
        /// What it covers.
        text: String,
    },
    /// Two spans of one name.
    #[error("{0} is used twice; give each span its own number")]
    NameTwice(String),
    /// A mention's type that does not exist.
    #[error("unknown mention type {0:?}; use ORG, PERSON, PRODUCT, PLACE, MONEY, QUANTITY, DATE or REF=eN")]
    MentionType(String),
    /// A tag without its end.
    #[error("{0} is never closed")]
    Open(String),
    /// Something that looks like a mark but is none.
    #[error("this looks like a mark but cannot be read: {0:?}")]
    Leftover(String),
    /// Text before the first sentence mark.
    #[error("the text must begin with a sentence mark: [F], [O], [P] or [Q]")]
    FirstMark,
    /// A sentence mark with nothing but white space up to the next.
    #[error("a sentence mark with no sentence behind it")]
    EmptySentence,
    /// A REF to something that is no tagged mention.
    #[error("{name}: REF to {to}, which is not tagged")]
    RefToNothing {
        /// The reference.
        name: String,
        /// What it names.
        to: String,
    },
    /// A REF that leads back to itself.
    #[error("{0}: REF runs in a circle")]
    RefCircle(String),
    /// A claim line with fewer than two words.
    #[error("a claim line needs a trigger and a relation: {0:?}")]
    ClaimLine(String),
    /// A claim on something that is no trigger.
    #[error("claim on {0}, which is not a tagged trigger")]
    NotATrigger(String),
    /// A label that does not exist.
    #[error("{trigger}: {label}")]
    Label {
        /// The claim's trigger.
        trigger: String,
        /// What is wrong with it.
        label: UnknownLabel,
    },
    /// A `key=value` with an unknown key or without a value.
    #[error("{trigger}: cannot read {word:?}")]
    Attribute {
        /// The claim's trigger.
        trigger: String,
        /// What stands there.
        word: String,
    },
    /// A claim that names what is not tagged, or is tagged as something else.
    #[error("{trigger}: {word}: {name:?} is not a tagged {expected}")]
    Argument {
        /// The claim's trigger.
        trigger: String,
        /// The attribute that names it.
        word: String,
        /// The name.
        name: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A claim with a side missing.
    #[error("{trigger} {relation} lacks who or whom")]
    Sides {
        /// The claim's trigger.
        trigger: String,
        /// Its relation.
        relation: Relation,
    },
    /// Triggers and reasons that no claim uses.
    #[error("tagged but in no claim: {0}")]
    Idle(String),
    /// Two claims on one trigger.
    #[error("two claim lines on {0}; tag a trigger for each claim")]
    TriggerTwice(String),
    /// A record of the same id came before.
    #[error("this id is used twice")]
    IdTwice,
    /// Labels that point beyond the end of their text, or at nothing.
    #[error("{0} does not fit the text")]
    Offsets(String),
    /// A text or header that the inline form cannot hold.
    #[error("its text or header cannot be written in the inline form as it is")]
    NotInline,
    /// A sentence that begins with white space, which stand-off labels cannot say.
    #[error("a sentence begins with white space; put its mark behind it")]
    SentenceInSpace,
}

/// Checks a record as a whole; its claims have been checked one by one, as they were read.
pub(super) fn record(record: &Record) -> Result<(), Fault> {
    if let Some(found) = leftover(&record.text) {
        return Err(Fault::Leftover(found));
    }
    if record.sentences.first().is_none_or(|&(start, _)| start != 0) {
        return Err(Fault::FirstMark);
    }
    if record.sentence_spans().any(|(span, _)| record.text[span.range()].trim_matches(is_space).is_empty()) {
        return Err(Fault::EmptySentence);
    }
    references(record)?;
    every_tag_is_used_once(record)
}

/// Something in a text without its tags that looks like one, with a little of its surroundings.
fn leftover(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let looks_so = |at: &usize| matches!(&bytes[*at..], [b'<', b'a'..=b'z' | b'/', ..] | [b'[', b'A'..=b'Z', b']', ..]);
    let at = (0..bytes.len()).find(looks_so)?;
    let before = text[..at].char_indices().rev().take(20).last().map_or(at, |(start, _)| start);
    let around = &text[before..];
    Some(around.chars().take(42).collect())
}

fn references(record: &Record) -> Result<(), Fault> {
    for span in &record.spans {
        let mut here = span;
        let mut seen = HashSet::new();
        while let SpanLabel::Ref(to) = &here.label {
            here = record.span(to).ok_or_else(|| Fault::RefToNothing { name: span.name.clone(), to: to.clone() })?;
            if !seen.insert(to) {
                return Err(Fault::RefCircle(span.name.clone()));
            }
        }
    }
    Ok(())
}

fn every_tag_is_used_once(record: &Record) -> Result<(), Fault> {
    let mut triggers = HashSet::new();
    let reasons: HashSet<&String> = record.claims.iter().flat_map(|claim| &claim.why).collect();
    for claim in &record.claims {
        if !triggers.insert(&claim.trigger) {
            return Err(Fault::TriggerTwice(claim.trigger.clone()));
        }
    }
    let idle = record.spans.iter().filter(|span| match span.label {
        SpanLabel::Trigger => !triggers.contains(&span.name),
        SpanLabel::Reason(_) => !reasons.contains(&span.name),
        SpanLabel::Mention(_) | SpanLabel::Ref(_) => false,
    });
    let idle: Vec<&str> = idle.map(|span| span.name.as_str()).collect();
    if idle.is_empty() { Ok(()) } else { Err(Fault::Idle(idle.join(", "))) }
}
