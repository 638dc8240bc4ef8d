//! What a run found, in brief.

use crate::{
    article::Article,
    claims::Analysis,
    labels::{Polarity, Relation},
};

/// How many claims a summary shows.
const SHOWN: usize = 5;

/// A claim, in brief.
#[derive(Debug, Clone, PartialEq)]
pub struct Highlight {
    /// The name of the one who acts.
    pub who: String,
    /// What ties the two.
    pub relation: Relation,
    /// The name of the one acted on or with.
    pub whom: String,
    /// The best reason, in the words of the text.
    pub why: Option<String>,
    /// The article's id.
    pub article: String,
    /// 0 to 1.
    pub confidence: f32,
}

/// The strongest claims of a run, best first: affirmed ones between two names, each pair once; those with a reason
/// before those without.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary(pub Vec<Highlight>);

impl Summary {
    pub(super) fn add(&mut self, article: &Article, analysis: &Analysis) {
        for claim in &analysis.claims {
            let name = |mention: usize| &analysis.names[analysis.mentions[mention].name].canonical;
            let Some(who) = claim.who else { continue };
            if claim.polarity == Polarity::Neg {
                continue;
            }
            let reason = claim.reasons.first().map(|reason| reason.span.of(&article.text));
            self.put(Highlight {
                who: name(who).clone(),
                relation: claim.relation,
                whom: name(claim.whom).clone(),
                why: reason.map(|why| why.split_whitespace().collect::<Vec<_>>().join(" ")),
                article: article.id.clone(),
                confidence: claim.confidence,
            });
        }
    }

    fn put(&mut self, new: Highlight) {
        let rank = |claim: &Highlight| (claim.why.is_some(), claim.confidence);
        let is_same = |old: &Highlight| (&old.who, old.relation, &old.whom) == (&new.who, new.relation, &new.whom);
        match self.0.iter_mut().find(|old| is_same(old)) {
            Some(old) if rank(old) >= rank(&new) => {}
            Some(old) => *old = new,
            None => self.0.push(new),
        }
        self.0.sort_by(|a, b| rank(b).0.cmp(&rank(a).0).then(rank(b).1.total_cmp(&rank(a).1)));
        self.0.truncate(SHOWN);
    }
}
