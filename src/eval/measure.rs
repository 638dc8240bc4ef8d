//! What is measured, and the counts it is measured by.

use std::{collections::BTreeMap, fmt, ops::AddAssign};

use super::difference::Cause;
use crate::labels::{Relation, SentenceKind};

/// Something that is found or missed; measured by precision, recall and F1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Mentions but for REFs: span and type.
    NamedMentions,
    /// Mentions with REFs: span and type.
    Mentions,
    /// Mentions but for REFs: span alone.
    MentionSpans,
    /// Triggers: overlap and relation.
    Triggers,
    /// Triggers of one relation.
    TriggersOf(Relation),
    /// Claims: relation, who and whom, the names as written but for case.
    Claims,
    /// Claims, where two names also agree if they differ in suffix, accents or punctuation, or one contains the other.
    LooseClaims,
    /// Who and whom as in [`Measure::Claims`], in any order, whatever the relation.
    Pairs,
    /// Who and whom in any order, whatever the relation, names as in [`Measure::LooseClaims`].
    LoosePairs,
    /// Claims of one relation.
    ClaimsOf(Relation),
    /// Characters that belong to a reason.
    ReasonCharacters,
    /// Characters of the reasons of claims that both sides make.
    ClaimReasonCharacters,
    /// Claims with a reason: right if the claim is, and a reason of it.
    ClaimsWithReason,
    /// Sentences of one kind.
    Sentences(SentenceKind),
}

impl Measure {
    /// Whether a confidence interval is worth its time: for everything that is not a part of something else.
    pub const fn is_main(self) -> bool {
        !matches!(self, Self::TriggersOf(_) | Self::ClaimsOf(_) | Self::Sentences(_))
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::NamedMentions => "named mentions",
            Self::Mentions => "mentions with REF",
            Self::MentionSpans => "named mentions, no type",
            Self::Triggers => "triggers",
            Self::Claims => "claims",
            Self::LooseClaims => "claims, names loosely",
            Self::Pairs => "pairs",
            Self::LoosePairs => "pairs, names loosely",
            Self::ReasonCharacters => "reason characters",
            Self::ClaimReasonCharacters => "reason characters, matched claims",
            Self::ClaimsWithReason => "claims with reason",
            Self::TriggersOf(relation) => return f.pad(&format!("triggers: {relation}")),
            Self::ClaimsOf(relation) => return f.pad(&format!("claims: {relation}")),
            Self::Sentences(kind) => return f.pad(&format!("sentences: {}", kind.word())),
        };
        f.pad(name)
    }
}

/// Something that is right or not; measured by a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rate {
    /// Of the pairs with the right asymmetric relation, whatever the direction: those with the right direction.
    Direction,
    /// Of matched claims that have a reason: those given a right one.
    RightReason,
    /// Of matched claims: those given a wrong reason.
    WrongReason,
    /// Of matched claims: those with the right polarity.
    Polarity,
    /// Of matched claims: those with the right status.
    Status,
    /// Of matched claims: those with the right source.
    Source,
    /// Of sentences: those with the right kind.
    SentenceKinds,
    /// Of records without a claim: those in which one was found.
    RecordsWithFalseClaims,
    /// Claims found in records without a claim, of these records.
    FalseClaims,
    /// Of missed claims: those missed for this cause.
    Missed(Cause),
    /// Of false claims: those made for this cause.
    False(Cause),
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Direction => "right direction, of pairs with the right asymmetric relation",
            Self::RightReason => "a right reason, of matched claims that have one",
            Self::WrongReason => "a wrong reason, of matched claims",
            Self::Polarity => "right polarity, of matched claims",
            Self::Status => "right status, of matched claims",
            Self::Source => "right source, of matched claims",
            Self::SentenceKinds => "right kind, of sentences",
            Self::RecordsWithFalseClaims => "with a claim, of records that have none",
            Self::FalseClaims => "false claims a record, in records that have none",
            Self::Missed(cause) => return f.pad(&format!("missed claims: {cause}")),
            Self::False(cause) => return f.pad(&format!("false claims: {cause}")),
        };
        f.pad(name)
    }
}

/// What was found, what should have been, and what is in both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Found and wanted.
    pub right: usize,
    /// Found.
    pub found: usize,
    /// Wanted.
    pub wanted: usize,
}

impl Counts {
    /// The share of what was found that is right; `None` if nothing was found.
    pub fn precision(self) -> Option<f64> {
        ratio(self.right, self.found)
    }

    /// The share of what was wanted that was found; `None` if nothing was wanted.
    pub fn recall(self) -> Option<f64> {
        ratio(self.right, self.wanted)
    }

    /// The harmonic mean of precision and recall; `None` if nothing was found nor wanted.
    pub fn f1(self) -> Option<f64> {
        ratio(2 * self.right, self.found + self.wanted)
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.right += other.right;
        self.found += other.found;
        self.wanted += other.wanted;
    }
}

/// How many of how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub part: usize,
    /// Of how many.
    pub whole: usize,
}

impl Share {
    /// The share; `None` of nothing.
    pub fn value(self) -> Option<f64> {
        ratio(self.part, self.whole)
    }
}

impl AddAssign for Share {
    fn add_assign(&mut self, other: Self) {
        self.part += other.part;
        self.whole += other.whole;
    }
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// All counts of some records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scores {
    counts: BTreeMap<Measure, Counts>,
    shares: BTreeMap<Rate, Share>,
    /// For each different claim found: its confidence, and whether it is right.
    pub(super) claims: Vec<(f32, bool)>,
}

impl Scores {
    /// The counts of one measure.
    pub fn counts(&self, measure: Measure) -> Counts {
        self.counts.get(&measure).copied().unwrap_or_default()
    }

    /// The share that one rate is.
    pub fn share(&self, rate: Rate) -> Share {
        self.shares.get(&rate).copied().unwrap_or_default()
    }

    /// Every measure there is something to say about, in their order.
    pub fn measures(&self) -> impl Iterator<Item = (Measure, Counts)> {
        self.counts.iter().map(|(&measure, &counts)| (measure, counts))
    }

    /// Every rate there is something to say about, in their order.
    pub fn rates(&self) -> impl Iterator<Item = (Rate, Share)> {
        self.shares.iter().map(|(&rate, &share)| (rate, share))
    }

    pub(super) fn add_counts(&mut self, measure: Measure, counts: Counts) {
        if counts != Counts::default() {
            *self.counts.entry(measure).or_default() += counts;
        }
    }

    pub(super) fn add_share(&mut self, rate: Rate, part: usize, whole: usize) {
        if whole > 0 {
            *self.shares.entry(rate).or_default() += Share { part, whole };
        }
    }

    /// One more case of a rate.
    pub(super) fn add_case(&mut self, rate: Rate, holds: bool) {
        self.add_share(rate, usize::from(holds), 1);
    }
}

impl AddAssign<&Self> for Scores {
    fn add_assign(&mut self, other: &Self) {
        for (measure, counts) in other.measures() {
            self.add_counts(measure, counts);
        }
        for (rate, share) in other.rates() {
            self.add_share(rate, share.part, share.whole);
        }
        self.claims.extend_from_slice(&other.claims);
    }
}
