//! The claims that one side makes and the other does not, and why.

use std::{collections::BTreeSet, fmt};

use serde::Serialize;

use super::{
    answer::Answer,
    claim_set::{ClaimSet, Key},
};
use crate::{claims::Claim, labels::Relation, text::Span};

/// Which side makes a claim that the other does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The labels do.
    Missed,
    /// Whoever is measured does.
    False,
}

/// How far the other side comes on the way to a claim that it does not make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It has no trigger there.
    NoTrigger,
    /// It has a trigger, but of another relation.
    OtherRelation,
    /// It does not have one of the names.
    NoName,
    /// It has all that, and puts it together in another way.
    OtherRoles,
}

impl Cause {
    /// Every cause, the shortest way first.
    pub const ALL: &'static [Self] = &[Self::NoTrigger, Self::OtherRelation, Self::NoName, Self::OtherRoles];
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NoTrigger => "no trigger on the other side",
            Self::OtherRelation => "another relation there",
            Self::NoName => "a name is not there",
            Self::OtherRoles => "other who or whom there",
        })
    }
}

/// A claim that one side makes and the other does not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The record's id.
    pub id: String,
    /// Who makes it.
    pub side: Side,
    /// Why the other does not.
    pub cause: Cause,
    /// The relation.
    pub relation: Relation,
    /// Who acts, as written; only a choice may lack it.
    pub who: Option<String>,
    /// Who is acted on or with, as written.
    pub whom: String,
    /// The words that carry the claim.
    pub trigger: String,
    /// The sentence they stand in.
    pub sentence: String,
    /// How sure the side is, 0 to 1.
    pub confidence: f32,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Missed => "missed".to_owned(),
            Side::False => format!("false {:.2}", self.confidence),
        };
        let (who, whom) = (self.who.as_deref().unwrap_or("?"), &self.whom);
        writeln!(f, "{side}: {who} | {} | {whom}   ({}, {})", self.relation, self.cause, self.id)?;
        write!(f, "    on {:?} in: {}", self.trigger, self.sentence)
    }
}

/// The claims on `text`, the text of record `id`, in which the answers differ: missed ones first, each sort in the order of the text.
pub fn differences(id: &str, text: &str, gold: &Answer, found: &Answer) -> Vec<Difference> {
    let (gold, found) = (ClaimSet::new(text, gold), ClaimSet::new(text, found));
    let list = |side, here: &ClaimSet, there: &ClaimSet| -> Vec<Difference> {
        let mut list = one_sided(here, there);
        list.sort_by_key(|(claim, _)| claim.trigger);
        let difference = |(claim, cause): (&Claim, Cause)| Difference {
            id: id.to_owned(),
            side,
            cause,
            relation: claim.relation,
            who: claim.who.map(|who| one_line(here.written(who))),
            whom: one_line(here.written(claim.whom)),
            trigger: one_line(claim.trigger.of(text)),
            sentence: here.sentence(claim).map_or_else(String::new, |sentence| one_line(sentence.of(text))),
            confidence: claim.confidence,
        };
        list.into_iter().map(difference).collect()
    };
    let mut all = list(Side::Missed, &gold, &found);
    all.extend(list(Side::False, &found, &gold));
    all
}

/// Why claims are made on one side only: one cause for each different claim.
pub(super) fn causes(gold: &ClaimSet, found: &ClaimSet) -> impl Iterator<Item = (Side, Cause)> {
    let of =
        |side, list: Vec<(&Claim, Cause)>| list.into_iter().map(move |(_, cause)| (side, cause)).collect::<Vec<_>>();
    of(Side::Missed, one_sided(gold, found)).into_iter().chain(of(Side::False, one_sided(found, gold)))
}

/// The claims that only `here` has. Of a claim made in several places the one where `there` comes nearest to it.
fn one_sided<'a>(here: &ClaimSet<'a>, there: &ClaimSet) -> Vec<(&'a Claim, Cause)> {
    let names = there.names();
    let missing = here.claims.iter().filter(|(key, _)| !there.claims.contains_key(key));
    let nearest = |(key, places): (&Key, &Vec<&'a Claim>)| {
        let causes = places.iter().map(|&claim| (claim, cause(key, claim, there.triggers(), &names)));
        causes.reduce(|best, next| if next.1 > best.1 { next } else { best })
    };
    missing.filter_map(nearest).collect()
}

fn cause(key: &Key, claim: &Claim, triggers: &[(Span, Relation)], names: &BTreeSet<String>) -> Cause {
    let mut there = triggers.iter().filter(|(span, _)| span.overlaps(claim.trigger)).peekable();
    let is_known = |name: &String| name.is_empty() || names.contains(name);
    if there.peek().is_none() {
        Cause::NoTrigger
    } else if there.all(|&(_, relation)| relation != key.relation) {
        Cause::OtherRelation
    } else if !is_known(&key.who) || !is_known(&key.whom) {
        Cause::NoName
    } else {
        Cause::OtherRoles
    }
}

/// As written, in one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
