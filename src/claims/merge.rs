//! One list for the article out of the lists of its windows: each window's own part decides.

use super::{
    Mention, Sentence,
    names::is_named,
    read::{Found, WindowReading, likeliest},
};
use crate::{
    labels::{MentionType, SentenceKind},
    model::WindowScores,
    text::{Document, Span, Window},
};

/// The article's mentions in the order of the text, none overlapping another; their names are still to be found.
///
/// A mention in a window's context is the one that the window before found there. Only where that window found
/// none, and a claim or a REF needs it, it is added.
pub(super) fn mentions(windows: &[WindowReading]) -> Vec<Mention> {
    let all = || windows.iter().flat_map(|window| &window.mentions);
    let mut placed = join(all().filter(|mention| mention.own).cloned().collect());
    let missing = all().filter(|mention| !mention.own && mention.needed && at(&placed, mention.span).is_none());
    placed.extend(join(missing.cloned().collect()));
    placed.sort_by_key(|mention| mention.span);
    placed
        .iter()
        .map(|found| {
            let antecedent = named_antecedent(&placed, found);
            Mention {
                span: found.span,
                kind: antecedent.map_or(found.kind, |number| placed[number].kind),
                antecedent,
                name: 0,
                confidence: found.confidence,
            }
        })
        .collect()
}

/// Something that stands somewhere in the text.
pub(super) trait Placed {
    /// Where.
    fn span(&self) -> Span;
}

impl Placed for Found {
    fn span(&self) -> Span {
        self.span
    }
}

impl Placed for Mention {
    fn span(&self) -> Span {
        self.span
    }
}

/// The number of the item that covers most of `span`, of items in the order of the text that do not overlap.
pub(super) fn at(items: &[impl Placed], span: Span) -> Option<usize> {
    let first = items.partition_point(|item| item.span().end <= span.start);
    let shared = |item: Span| item.end.min(span.end) - item.start.max(span.start);
    let overlapping = items.iter().enumerate().skip(first).take_while(|(_, item)| item.span().overlaps(span));
    let best = overlapping.reduce(|best, next| if shared(next.1.span()) > shared(best.1.span()) { next } else { best });
    best.map(|(number, _)| number)
}

/// Sorts mentions and makes one of those that overlap (labels that changed within a word): all their text, and for the
/// rest the surer one.
fn join(mut mentions: Vec<Found>) -> Vec<Found> {
    mentions.sort_by_key(|mention| mention.span);
    let mut joined: Vec<Found> = Vec::with_capacity(mentions.len());
    for mention in mentions {
        match joined.last_mut() {
            Some(last) if last.span.overlaps(mention.span) => {
                let span = Span::new(last.span.start, last.span.end.max(mention.span.end));
                let surer = if mention.confidence > last.confidence { mention } else { last.clone() };
                *last = Found { span, ..surer };
            }
            _ => joined.push(mention),
        }
    }
    joined
}

/// The number of the named mention that a REF stands for, through at most one other REF.
fn named_antecedent(placed: &[Found], found: &Found) -> Option<usize> {
    let next = |found: &Found| match found.kind {
        MentionType::Ref => at(placed, found.antecedent?),
        _ => None,
    };
    let first = next(found)?;
    let last = if placed[first].kind == MentionType::Ref { next(&placed[first])? } else { first };
    is_named(placed[last].kind).then_some(last)
}

/// The document's sentences with their kinds. Where a sentence was split over windows, each has a say by its tokens.
pub(super) fn sentences(document: &Document, windows: &[Window], scores: &[WindowScores]) -> Vec<Sentence> {
    let mut votes = vec![([0.0f32; 4], 0.0f32); document.sentences.len()];
    for (window, scores) in windows.iter().zip(scores) {
        for ((number, tokens), kinds) in window.sentences.iter().zip(&scores.sentences) {
            let own = tokens.end.min(window.own.end).saturating_sub(tokens.start.max(window.own.start)) as f32;
            if let Some((sums, weight)) = votes.get_mut(*number) {
                for (sum, kind) in sums.iter_mut().zip(kinds) {
                    *sum += kind * own;
                }
                *weight += own;
            }
        }
    }
    let sentence = |(&span, (sums, weight)): (&Span, ([f32; 4], f32))| {
        if weight == 0.0 {
            return Sentence { span, kind: SentenceKind::Other, confidence: 0.0 };
        }
        let (kind, sum) = likeliest(SentenceKind::ALL, &sums);
        Sentence { span, kind, confidence: sum / weight }
    };
    document.sentences.iter().zip(votes).map(sentence).collect()
}
