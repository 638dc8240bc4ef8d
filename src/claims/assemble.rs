//! From triggers with roles to claims: one for each pair of who and whom.

use std::{cmp::Ordering, collections::HashMap};

use super::{
    Analysis, Claim, DecodeOptions, Dropped, Mention, Name, Reason, Source, confidence, merge,
    read::{Argument, Reading, WindowReading},
};
use crate::{
    labels::{MentionType, Polarity, Relation, Role},
    text::Span,
};

/// Adds the claims that the windows make to an analysis whose mentions, names and sentences are complete.
pub(super) fn claims(windows: &[WindowReading], options: &DecodeOptions, analysis: &mut Analysis) {
    let reasons = reasons(windows);
    let mut found = Vec::new();
    for reading in windows.iter().flat_map(|window| &window.triggers).filter(|reading| reading.own) {
        let article = Article { mentions: &analysis.mentions, names: &analysis.names };
        let template = Template {
            reading,
            sentence: sentence_at(&analysis.sentences, reading.trigger),
            reasons: reasons.get(&(reading.trigger, reading.relation)).map_or(&[], Vec::as_slice),
        };
        template.pairs(article, options, &mut found, &mut analysis.dropped);
    }
    let article = Article { mentions: &analysis.mentions, names: &analysis.names };
    analysis.claims = article.distinct(found, &mut analysis.dropped);
    let before = analysis.claims.len();
    analysis.claims.retain(|claim| claim.confidence >= options.min_confidence);
    analysis.dropped.unsure += before - analysis.claims.len();
}

/// For each trigger the reasons that any window gives it, best first: a reason may stand in a later window, which has
/// the trigger in its context.
fn reasons(windows: &[WindowReading]) -> HashMap<(Span, Relation), Vec<Reason>> {
    let mut all: HashMap<_, Vec<Reason>> = HashMap::new();
    for reading in windows.iter().flat_map(|window| &window.triggers) {
        all.entry((reading.trigger, reading.relation)).or_default().extend(reading.reasons.iter().cloned());
    }
    all.into_iter().map(|(trigger, reasons)| (trigger, best_apart(reasons))).collect()
}

/// The reasons, best first, without those that overlap a better one.
fn best_apart(mut reasons: Vec<Reason>) -> Vec<Reason> {
    reasons.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.span.cmp(&b.span)));
    let mut kept: Vec<Reason> = Vec::with_capacity(reasons.len());
    for reason in reasons {
        if !kept.iter().any(|other| other.span.overlaps(reason.span)) {
            kept.push(reason);
        }
    }
    kept
}

/// The number of the sentence that the span begins in.
fn sentence_at(sentences: &[super::Sentence], span: Span) -> usize {
    sentences.partition_point(|sentence| sentence.span.start <= span.start).saturating_sub(1)
}

/// The mentions and names that claims are about.
#[derive(Clone, Copy)]
struct Article<'a> {
    mentions: &'a [Mention],
    names: &'a [Name],
}

/// What the claims of one trigger have in common.
struct Template<'a> {
    reading: &'a Reading,
    sentence: usize,
    reasons: &'a [Reason],
}

/// An argument, found among the article's mentions.
#[derive(Clone, Copy)]
struct Filler {
    mention: usize,
    /// How sure the model is of the role and of the mention.
    confidence: f32,
}

impl Template<'_> {
    /// Adds a claim for each who and whom; counts those that cannot be.
    fn pairs(&self, article: Article, options: &DecodeOptions, claims: &mut Vec<Claim>, dropped: &mut Dropped) {
        let whom = self.fillers(article, Role::Whom);
        let mut who: Vec<Option<Filler>> = self.fillers(article, Role::Who).into_iter().map(Some).collect();
        if who.is_empty() && self.reading.relation == Relation::Choice {
            who.push(None);
        }
        if who.is_empty() || whom.is_empty() {
            dropped.incomplete += 1;
            return;
        }
        for &who in &who {
            for &whom in &whom {
                if article.is_unresolved(whom.mention) || who.is_some_and(|who| article.is_unresolved(who.mention)) {
                    dropped.unresolved += 1;
                } else if who.is_some_and(|who| article.is_same(who.mention, whom.mention)) {
                    dropped.same_name += 1;
                } else {
                    claims.push(self.claim(article, who, whom, options));
                }
            }
        }
    }

    fn claim(&self, article: Article, who: Option<Filler>, whom: Filler, options: &DecodeOptions) -> Claim {
        let reading = self.reading;
        let parts = [reading.confidence, who.map_or(1.0, |who| who.confidence), whom.confidence];
        let who = who.map(|who| who.mention);
        let whom = whom.mention;
        let best = |role| {
            let fillers = self.fillers(article, role);
            let best =
                fillers.into_iter().reduce(|best, next| if next.confidence > best.confidence { next } else { best });
            best.map(|filler| filler.mention)
        };
        let source = match best(Role::Source) {
            Some(mention) => Source::Mention(mention),
            None if reading.unnamed_source => Source::Unnamed,
            None => Source::Author,
        };
        Claim {
            relation: reading.relation,
            trigger: reading.trigger,
            sentence: self.sentence,
            who,
            whom,
            instead: self.instead(article, who, whom),
            when: best(Role::When),
            amount: best(Role::Amount),
            source,
            reasons: self.reasons.to_vec(),
            polarity: reading.polarity,
            status: reading.status,
            confidence: options.calibration.apply(confidence::all_right(parts)),
        }
    }

    /// Those passed over, each once, and nobody who chooses or is chosen.
    fn instead(&self, article: Article, who: Option<usize>, whom: usize) -> Vec<usize> {
        let mut kept: Vec<usize> = Vec::new();
        for Filler { mention, .. } in self.fillers(article, Role::Instead) {
            let mut others = kept.iter().copied().chain(who).chain([whom]);
            if !article.is_unresolved(mention) && !others.any(|other| article.is_same(other, mention)) {
                kept.push(mention);
            }
        }
        kept
    }

    fn fillers(&self, article: Article, role: Role) -> Vec<Filler> {
        let filler = |argument: &Argument| {
            let mention = merge::at(article.mentions, argument.mention)?;
            let confidence = confidence::all_right([argument.confidence, article.mentions[mention].confidence]);
            Some(Filler { mention, confidence })
        };
        self.reading.arguments.iter().filter(|argument| argument.role == role).filter_map(filler).collect()
    }
}

impl Article<'_> {
    fn is_unresolved(&self, mention: usize) -> bool {
        self.mentions[mention].kind == MentionType::Ref
    }

    /// Whether two mentions would read the same in a spreadsheet.
    fn is_same(&self, a: usize, b: usize) -> bool {
        self.folded_name(a) == self.folded_name(b)
    }

    fn folded_name(&self, mention: usize) -> String {
        self.names[self.mentions[mention].name].canonical.to_lowercase()
    }

    /// The claims in their order, without those that say the same as another one in the same sentence: the surest is kept, with
    /// the reasons of both.
    fn distinct(&self, mut claims: Vec<Claim>, dropped: &mut Dropped) -> Vec<Claim> {
        claims.sort_by(|a, b| by_place(a, b).then(b.confidence.total_cmp(&a.confidence)));
        let mut last: HashMap<(Relation, Polarity, Option<String>, Option<String>), usize> = HashMap::new();
        let mut kept: Vec<Claim> = Vec::with_capacity(claims.len());
        for mut claim in claims {
            let (mut who, mut whom) = (claim.who.map(|who| self.folded_name(who)), Some(self.folded_name(claim.whom)));
            if claim.relation.is_symmetric() && who > whom {
                std::mem::swap(&mut who, &mut whom);
            }
            let key = (claim.relation, claim.polarity, who, whom);
            match last.get(&key) {
                Some(&number) if kept[number].sentence == claim.sentence => {
                    dropped.repeated += 1;
                    let other = &mut kept[number];
                    if claim.confidence > other.confidence {
                        std::mem::swap(other, &mut claim);
                    }
                    other.reasons = best_apart(other.reasons.drain(..).chain(claim.reasons).collect());
                }
                _ => {
                    last.insert(key, kept.len());
                    kept.push(claim);
                }
            }
        }
        kept.sort_by(by_place);
        kept
    }
}

/// The order of claims: by trigger, who, whom.
fn by_place(a: &Claim, b: &Claim) -> Ordering {
    (a.trigger, a.relation, a.who, a.whom).cmp(&(b.trigger, b.relation, b.who, b.whom))
}
