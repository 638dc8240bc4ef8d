//! The marks of the inline form: `[F] `, `<e1 ORG>`, `</e1>` and so on.

use super::{check::Fault, record::SpanLabel};
use crate::labels::{MentionType, SentenceKind};

/// A mark in the text.
#[derive(Debug)]
pub(super) enum Tag<'a> {
    /// `[F] `: a sentence begins.
    Sentence(SentenceKind),
    /// `<e1 ORG>`: a span begins.
    Open(&'a str, SpanLabel),
    /// `</e1>`: it ends.
    Close(&'a str),
}

/// The mark that `text` starts with and its length in bytes; `None` where it starts with none.
///
/// # Errors
/// A mention's type that does not exist.
pub(super) fn tag(text: &str) -> Result<Option<(Tag<'_>, usize)>, Fault> {
    if let Some(inside) = text.strip_prefix('[') {
        return Ok(sentence(inside).map(|(kind, length)| (Tag::Sentence(kind), 1 + length)));
    }
    let Some((inside, _)) = text.strip_prefix('<').and_then(|rest| rest.split_once('>')) else { return Ok(None) };
    let tag = match inside.strip_prefix('/') {
        Some(name) => is_name(name).then_some(Tag::Close(name)),
        None => open(inside)?,
    };
    Ok(tag.map(|tag| (tag, inside.len() + 2)))
}

/// Reads `F] `, of which the space may be missing.
fn sentence(inside: &str) -> Option<(SentenceKind, usize)> {
    let (kind, rest) = inside.split_once(']')?;
    Some((kind.parse().ok()?, kind.len() + 1 + usize::from(rest.starts_with(' '))))
}

/// Reads `e1 ORG`, `e1 REF=e2`, `t1` or `r1 cause`.
fn open(inside: &str) -> Result<Option<Tag<'_>>, Fault> {
    let (name, what) = inside.split_once(' ').unwrap_or((inside, ""));
    if !is_name(name) || inside.ends_with(' ') {
        return Ok(None);
    }
    Ok(label(name, what)?.map(|label| Tag::Open(name, label)))
}

/// What a tag says about its span; `None` if it cannot be a tag.
///
/// # Errors
/// A mention's type that does not exist.
pub(super) fn label(name: &str, what: &str) -> Result<Option<SpanLabel>, Fault> {
    Ok(match name.as_bytes().first() {
        Some(b'e') => match what.strip_prefix("REF=") {
            Some(to) => (is_name(to) && to.starts_with('e')).then(|| SpanLabel::Ref(to.to_owned())),
            None if what.is_empty() || !what.bytes().all(|b| b.is_ascii_uppercase()) => None,
            None => match what.parse() {
                Ok(MentionType::Ref) | Err(_) => return Err(Fault::MentionType(what.to_owned())),
                Ok(kind) => Some(SpanLabel::Mention(kind)),
            },
        },
        Some(b't') => what.is_empty().then_some(SpanLabel::Trigger),
        Some(b'r') => what.parse().ok().map(SpanLabel::Reason),
        _ => None,
    })
}

/// Whether `word` is `e`, `t` or `r` and a number.
pub(super) fn is_name(word: &str) -> bool {
    let mut bytes = word.bytes();
    matches!(bytes.next(), Some(b'e' | b't' | b'r')) && word.len() > 1 && bytes.all(|b| b.is_ascii_digit())
}
