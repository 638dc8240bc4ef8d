//! Claims as they are compared: by relation and the names of who and whom.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    claims::{Claim, Reason, Source},
    labels::Relation,
    text::Span,
};

use super::answer::Answer;

/// What makes two claims the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub relation: Relation,
    /// The name in lower case; empty where a choice tells nobody who chooses. Of a symmetric relation the first of the two.
    pub who: String,
    /// The name in lower case.
    pub whom: String,
}

impl Key {
    /// Both names, in an order that does not depend on who acts.
    pub fn pair(&self) -> (&str, &str) {
        let (who, whom) = (self.who.as_str(), self.whom.as_str());
        if who <= whom { (who, whom) } else { (whom, who) }
    }
}

/// The different claims that one side makes about a text.
pub(super) struct ClaimSet<'a> {
    text: &'a str,
    answer: &'a Answer,
    /// For each claim the places where it is made, in the order of the text.
    pub claims: BTreeMap<Key, Vec<&'a Claim>>,
}

impl<'a> ClaimSet<'a> {
    pub fn new(text: &'a str, answer: &'a Answer) -> Self {
        let mut set = Self { text, answer, claims: BTreeMap::new() };
        for claim in &answer.analysis.claims {
            set.claims.entry(set.key(claim)).or_default().push(claim);
        }
        set
    }

    fn key(&self, claim: &Claim) -> Key {
        let who = claim.who.map_or_else(String::new, |who| self.name(who));
        let whom = self.name(claim.whom);
        let (who, whom) = if claim.relation.is_symmetric() && who > whom { (whom, who) } else { (who, whom) };
        Key { relation: claim.relation, who, whom }
    }

    /// What a mention names, as written there: a REF what its antecedent does.
    pub fn written(&self, mention: usize) -> &'a str {
        let mentions = &self.answer.analysis.mentions;
        let named = mentions.get(mention).and_then(|mention| mention.antecedent).unwrap_or(mention);
        mentions.get(named).map_or("", |mention| mention.span.of(self.text))
    }

    fn name(&self, mention: usize) -> String {
        self.written(mention).to_lowercase()
    }

    /// All names that the side knows of.
    pub fn names(&self) -> BTreeSet<String> {
        (0..self.answer.analysis.mentions.len()).map(|mention| self.name(mention)).collect()
    }

    /// All triggers of the side, also those without a claim.
    pub fn triggers(&self) -> &'a [(Span, Relation)] {
        &self.answer.triggers
    }

    /// Where the sentence stands that a claim's trigger is in.
    pub fn sentence(&self, claim: &Claim) -> Option<Span> {
        self.answer.analysis.sentences.get(claim.sentence).map(|sentence| sentence.span)
    }

    /// Who says so: `None` for the author, an empty name for somebody not named.
    pub fn source(&self, claim: &Claim) -> Option<String> {
        match claim.source {
            Source::Author => None,
            Source::Unnamed => Some(String::new()),
            Source::Mention(mention) => Some(self.name(mention)),
        }
    }

    /// The claims that both sets have: the claim, and its places in either.
    pub fn matched<'b>(&'b self, other: &'b Self) -> impl Iterator<Item = (&'b Key, &'b [&'a Claim], &'b [&'a Claim])> {
        self.claims.iter().filter_map(|(key, here)| Some((key, here.as_slice(), other.claims.get(key)?.as_slice())))
    }

    /// The relations with their two names, whoever acts, of relations where that matters and claims that tell both.
    pub fn undirected(&self) -> BTreeSet<(Relation, (&str, &str))> {
        let directed = self.claims.keys().filter(|key| !key.relation.is_symmetric() && !key.who.is_empty());
        directed.map(|key| (key.relation, key.pair())).collect()
    }
}

/// The reasons given wherever a claim is made.
pub(super) fn reasons(places: &[&Claim]) -> BTreeSet<Span> {
    let all = places.iter().flat_map(|claim| &claim.reasons);
    all.map(|reason: &Reason| reason.span).collect()
}

/// Whether two reasons are as good as the same: they share at least half of the shorter one.
pub(super) fn agree(a: Span, b: Span) -> bool {
    let shared = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    shared > 0 && 2 * shared >= a.len().min(b.len())
}
