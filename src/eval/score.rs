//! Comparing two answers about one text.

use std::collections::BTreeSet;

use super::{
    answer::Answer,
    claim_set::{ClaimSet, Key, agree, reasons},
    difference::{Cause, Side, causes},
    loose,
    measure::{Counts, Measure, Rate, Scores},
};
use crate::{
    claims::{Claim, Mention, Sentence},
    labels::{MentionType, Relation, SentenceKind},
    text::Span,
};

/// How far `found` agrees with `gold`, both about `text`.
pub fn score(text: &str, gold: &Answer, found: &Answer) -> Scores {
    let mut scores = Scores::default();
    mentions(&mut scores, gold, found);
    triggers(&mut scores, gold, found);
    let characters = |answer: &Answer| characters(text, answer.reasons.iter().copied());
    scores.add_counts(Measure::ReasonCharacters, sets(&characters(gold), &characters(found)));
    sentences(&mut scores, &gold.analysis.sentences, &found.analysis.sentences);
    let (gold_claims, found_claims) = (ClaimSet::new(text, gold), ClaimSet::new(text, found));
    claims(&mut scores, &gold_claims, &found_claims);
    attributes(&mut scores, &gold_claims, &found_claims);
    claim_reasons(&mut scores, text, &gold_claims, &found_claims);
    for (side, cause) in causes(&gold_claims, &found_claims) {
        for &other in Cause::ALL {
            scores
                .add_case(if side == Side::Missed { Rate::Missed(other) } else { Rate::False(other) }, cause == other);
        }
    }
    scores
}

fn mentions(scores: &mut Scores, gold: &Answer, found: &Answer) {
    let kind = |mention: &Mention| if mention.antecedent.is_some() { MentionType::Ref } else { mention.kind };
    let all = |answer: &Answer| -> BTreeSet<(Span, MentionType)> {
        answer.analysis.mentions.iter().map(|mention| (mention.span, kind(mention))).collect()
    };
    let (gold, found) = (all(gold), all(found));
    let named = |all: &BTreeSet<(Span, MentionType)>| -> BTreeSet<_> {
        all.iter().copied().filter(|&(_, kind)| kind != MentionType::Ref).collect()
    };
    let spans =
        |named: &BTreeSet<(Span, MentionType)>| -> BTreeSet<Span> { named.iter().map(|&(span, _)| span).collect() };
    scores.add_counts(Measure::Mentions, sets(&gold, &found));
    let (gold, found) = (named(&gold), named(&found));
    scores.add_counts(Measure::NamedMentions, sets(&gold, &found));
    scores.add_counts(Measure::MentionSpans, sets(&spans(&gold), &spans(&found)));
}

fn triggers(scores: &mut Scores, gold: &Answer, found: &Answer) {
    for &relation in Relation::ALL {
        let of = |answer: &Answer| -> Vec<Span> {
            answer.triggers.iter().filter(|trigger| trigger.1 == relation).map(|trigger| trigger.0).collect()
        };
        let (wanted, found) = (of(gold), of(found));
        let mut left = wanted.clone();
        // Each trigger is found once.
        let right = found.iter().filter(|trigger| {
            let place = left.iter().position(|other| other.overlaps(**trigger));
            place.map(|place| left.remove(place)).is_some()
        });
        let counts = Counts { right: right.count(), found: found.len(), wanted: wanted.len() };
        scores.add_counts(Measure::TriggersOf(relation), counts);
        scores.add_counts(Measure::Triggers, counts);
    }
}

/// A sentence is known by where it starts.
fn sentences(scores: &mut Scores, gold: &[Sentence], found: &[Sentence]) {
    let starts = |sentences: &[Sentence], kind| -> BTreeSet<usize> {
        sentences.iter().filter(|sentence| sentence.kind == kind).map(|sentence| sentence.span.start).collect()
    };
    for &kind in SentenceKind::ALL {
        let counts = sets(&starts(gold, kind), &starts(found, kind));
        scores.add_counts(Measure::Sentences(kind), counts);
        scores.add_share(Rate::SentenceKinds, counts.right, counts.wanted);
    }
}

fn claims(scores: &mut Scores, gold: &ClaimSet, found: &ClaimSet) {
    let keys = |set: &ClaimSet| -> BTreeSet<Key> { set.claims.keys().cloned().collect() };
    let (wanted, made) = (keys(gold), keys(found));
    scores.add_counts(Measure::Claims, sets(&wanted, &made));
    scores.add_counts(Measure::LooseClaims, loose::claims(&wanted, &made));
    for &relation in Relation::ALL {
        let of = |keys: &BTreeSet<Key>| -> BTreeSet<Key> {
            keys.iter().filter(|key| key.relation == relation).cloned().collect()
        };
        scores.add_counts(Measure::ClaimsOf(relation), sets(&of(&wanted), &of(&made)));
    }
    let (wanted_pairs, made_pairs) = (wanted.iter().map(Key::pair).collect(), made.iter().map(Key::pair).collect());
    scores.add_counts(Measure::Pairs, sets(&wanted_pairs, &made_pairs));
    scores.add_counts(Measure::LoosePairs, loose::pairs(&wanted_pairs, &made_pairs));
    let directed: BTreeSet<_> = gold.matched(found).map(|(key, ..)| (key.relation, key.pair())).collect();
    for pair in gold.undirected().intersection(&found.undirected()) {
        scores.add_case(Rate::Direction, directed.contains(pair));
    }
    if wanted.is_empty() {
        scores.add_case(Rate::RecordsWithFalseClaims, !made.is_empty());
        scores.add_share(Rate::FalseClaims, made.len(), 1);
    }
    for (key, places) in &found.claims {
        let confidence = places.iter().map(|claim| claim.confidence).fold(0.0, f32::max);
        scores.claims.push((confidence, gold.claims.contains_key(key)));
    }
}

/// Polarity, status and source, compared where both sides make a claim on the same words, otherwise where each first does.
fn attributes(scores: &mut Scores, gold: &ClaimSet, found: &ClaimSet) {
    for (_, wanted, made) in gold.matched(found) {
        let pairs = || wanted.iter().flat_map(|&a| made.iter().map(move |&b| (a, b)));
        let same_words = |(a, b): &(&Claim, &Claim)| a.trigger.overlaps(b.trigger);
        if let Some((a, b)) = pairs().find(same_words).or_else(|| pairs().next()) {
            scores.add_case(Rate::Polarity, a.polarity == b.polarity);
            scores.add_case(Rate::Status, a.status == b.status);
            scores.add_case(Rate::Source, gold.source(a) == found.source(b));
        }
    }
}

fn claim_reasons(scores: &mut Scores, text: &str, gold: &ClaimSet, found: &ClaimSet) {
    let mut both_right = 0;
    for (_, wanted, made) in gold.matched(found) {
        let (wanted, made) = (reasons(wanted), reasons(made));
        let is_right = |reason: &Span| wanted.iter().any(|&other| agree(*reason, other));
        let has_right = made.iter().any(is_right);
        both_right += usize::from(has_right);
        if !wanted.is_empty() {
            scores.add_case(Rate::RightReason, has_right);
        }
        scores.add_case(Rate::WrongReason, !made.iter().all(is_right));
        let characters = |reasons: BTreeSet<Span>| characters(text, reasons.into_iter());
        scores.add_counts(Measure::ClaimReasonCharacters, sets(&characters(wanted), &characters(made)));
    }
    let with_reason = |set: &ClaimSet| set.claims.values().filter(|places| !reasons(places).is_empty()).count();
    let counts = Counts { right: both_right, found: with_reason(found), wanted: with_reason(gold) };
    scores.add_counts(Measure::ClaimsWithReason, counts);
}

fn sets<T: Ord>(gold: &BTreeSet<T>, found: &BTreeSet<T>) -> Counts {
    Counts { right: gold.intersection(found).count(), found: found.len(), wanted: gold.len() }
}

/// The characters that the spans cover, each by its first byte.
pub(super) fn characters(text: &str, spans: impl Iterator<Item = Span>) -> BTreeSet<usize> {
    spans.flat_map(|span| span.of(text).char_indices().map(move |(at, _)| span.start + at)).collect()
}
