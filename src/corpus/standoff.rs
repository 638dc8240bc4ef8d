//! Labels apart from their text, for texts that must not be copied into the project.
//!
//! Offsets count only the characters that are not white space, and so does the fingerprint of the text: labels
//! still fit a copy whose lines are broken elsewhere, and no other.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    check::Fault,
    claim_line, is_space,
    parse::{self, Parsed},
    record::{AnnotatedSpan, Record},
    tag,
    texts::Text,
};
use crate::{labels::SentenceKind, text::Span};

/// All that a record says about its text, without the text. In files it is one line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// The record's id, which is the text's.
    pub id: String,
    /// The SHA-256 of the text's characters that are not white space, in hexadecimal digits.
    pub sha256: String,
    /// Where each sentence starts, and its kind.
    pub sentences: Vec<(usize, SentenceKind)>,
    /// Name, start, end, and what stands in the tag behind the name; in the order of [`Record::spans`].
    pub spans: Vec<(String, usize, usize, String)>,
    /// The claim lines.
    pub claims: Vec<String>,
}

/// Why a text cannot have its labels back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// The text is not the one that was labelled.
    #[error("its text has changed")]
    Changed,
    /// The labels are wrong in themselves.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Takes a record's labels off its text.
///
/// # Errors
/// A sentence that begins with white space: that place cannot be said.
pub fn labels(record: &Record) -> Result<Labels, Fault> {
    let ink = Ink::new(&record.text);
    let sentence = |&(start, kind): &(usize, SentenceKind)| match record.text[start..].starts_with(is_space) {
        true => Err(Fault::SentenceInSpace),
        false => Ok((ink.before(start), kind)),
    };
    let spans = record.spans.iter().map(|span| {
        let Span { start, end } = span.span;
        (span.name.clone(), ink.before(start), ink.before(end), span.label.to_string())
    });
    Ok(Labels {
        id: record.id.clone(),
        sha256: fingerprint(&record.text),
        sentences: record.sentences.iter().map(sentence).collect::<Result<_, _>>()?,
        spans: spans.collect(),
        claims: record.claims.iter().map(ToString::to_string).collect(),
    })
}

/// Puts labels back on their text: the inverse of [`labels`].
///
/// # Errors
/// A text that is not the one that was labelled; labels that are wrong in themselves.
pub fn restore(labels: &Labels, text: &Text) -> Result<Record, RestoreError> {
    if labels.sha256 != fingerprint(&text.text) {
        return Err(RestoreError::Changed);
    }
    let ink = Ink::new(&text.text);
    let sentence = |&(start, kind): &(usize, SentenceKind)| {
        let (byte, _) = ink.0.get(start).ok_or_else(|| Fault::Offsets(format!("the sentence at {start}")))?;
        Ok((*byte, kind))
    };
    let mut record = Record {
        id: labels.id.clone(),
        fields: text.fields.clone(),
        text: text.text.clone(),
        sentences: labels.sentences.iter().map(sentence).collect::<Result<_, Fault>>()?,
        spans: labels.spans.iter().map(|span| ink.span(span)).collect::<Result<_, Fault>>()?,
        claims: Vec::new(),
    };
    record.claims = labels.claims.iter().map(|line| claim_line::read(line, &record)).collect::<Result<_, Fault>>()?;
    as_written(record).map_err(RestoreError::Fault)
}

/// The record, if the inline form can hold it: there spans nest, names are unique, and the rest has been checked.
fn as_written(record: Record) -> Result<Record, Fault> {
    match parse::records(&record.to_string()).into_iter().next() {
        Some(Parsed { record: Ok(read), .. }) if read == record => Ok(record),
        Some(Parsed { record: Err(fault), .. }) => Err(fault),
        _ => Err(Fault::NotInline),
    }
}

/// The SHA-256 of what is not white space.
fn fingerprint(text: &str) -> String {
    let mut hash = Sha256::new();
    text.split(is_space).for_each(|word| hash.update(word));
    format!("{:x}", hash.finalize())
}

/// The first byte of every character that is not white space, and the byte behind it.
struct Ink(Vec<(usize, usize)>);

impl Ink {
    fn new(text: &str) -> Self {
        let ink = text.char_indices().filter(|&(_, c)| !is_space(c));
        Self(ink.map(|(at, c)| (at, at + c.len_utf8())).collect())
    }

    /// How many characters stand before a byte.
    fn before(&self, byte: usize) -> usize {
        self.0.partition_point(|&(start, _)| start < byte)
    }

    fn span(&self, (name, start, end, label): &(String, usize, usize, String)) -> Result<AnnotatedSpan, Fault> {
        let misfit = || Fault::Offsets(name.clone());
        let last = end.checked_sub(1).filter(|last| last >= start).ok_or_else(misfit)?;
        let (Some(&(start, _)), Some(&(_, end))) = (self.0.get(*start), self.0.get(last)) else { return Err(misfit()) };
        let label = tag::label(name, label)?.filter(|_| tag::is_name(name)).ok_or_else(misfit)?;
        Ok(AnnotatedSpan { name: name.clone(), span: Span::new(start, end), label })
    }
}
