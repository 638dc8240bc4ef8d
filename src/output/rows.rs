//! The rows that an article gives.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    article::Article,
    claims::{Analysis, Claim, Source},
    labels::{MentionType, Polarity, ReasonKind, Relation, SentenceKind, Status},
    text::{CharIndex, Span},
};

/// A place in an article's text, in characters and in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The first character.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
    /// The first byte.
    pub start_byte: usize,
    /// The byte after the last.
    pub end_byte: usize,
}

/// A reason of a claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// In the words of the text.
    pub text: String,
    /// Purpose or cause.
    pub kind: ReasonKind,
    /// 0 to 1, 4 digits.
    pub confidence: f64,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
}

/// One claim: a row of `claims.csv`, and, as it stands here, a line of JSON Lines.
///
/// Names are canonical; the fields called text, trigger and sentence hold the text exactly as written.
/// [`CLAIMS`](super::tables::CLAIMS) describes the columns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClaimRow {
    pub who: Option<String>,
    pub relation: Relation,
    pub whom: String,
    pub instead_of: Vec<String>,
    pub why: Vec<Why>,
    pub status: Status,
    pub polarity: Polarity,
    pub said_by: String,
    pub when: Option<String>,
    pub amount: Option<String>,
    pub confidence: f64,
    pub article: String,
    pub title: Option<String>,
    pub published: Option<String>,
    /// The character at which the article's body starts, behind a title put in front.
    pub body_start: usize,
    /// The byte at which it does.
    pub body_start_byte: usize,
    pub sentence: String,
    /// Where the trigger stands.
    #[serde(flatten)]
    pub place: Place,
    pub trigger: String,
    pub who_text: Option<String>,
    pub who_type: Option<MentionType>,
    pub who_place: Option<Place>,
    pub whom_text: String,
    pub whom_type: MentionType,
    pub whom_place: Place,
    pub claim_id: String,
}

/// One mention: a row of `entities.csv`. [`ENTITIES`](super::tables::ENTITIES) describes the columns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntityRow {
    pub article: String,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: MentionType,
    pub text: String,
    #[serde(flatten)]
    pub place: Place,
    pub confidence: f64,
}

/// One sentence: a row of `sentences.csv`. [`SENTENCES`](super::tables::SENTENCES) describes the columns.
#[derive(Debug, Clone, PartialEq)]
pub struct SentenceRow {
    pub article: String,
    pub number: usize,
    pub kind: SentenceKind,
    pub confidence: f64,
    pub place: Place,
    pub text: String,
}

/// One input that was not processed: a row of `skipped.csv`. [`SKIPPED`](super::tables::SKIPPED) describes the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedRow {
    pub path: String,
    pub stage: String,
    pub reason: String,
}

/// An article with what was found in it, ready to be read row by row.
pub(super) struct Found<'a> {
    article: &'a Article,
    analysis: &'a Analysis,
    chars: CharIndex,
}

impl<'a> Found<'a> {
    pub(super) fn new(article: &'a Article, analysis: &'a Analysis) -> Self {
        Self { article, analysis, chars: CharIndex::new(&article.text) }
    }

    /// The claims, in their order.
    pub(super) fn claims(&self) -> impl Iterator<Item = ClaimRow> {
        self.analysis.claims.iter().map(|claim| self.claim(claim))
    }

    /// The mentions, in the order of the text.
    pub(super) fn entities(&self) -> impl Iterator<Item = EntityRow> {
        self.analysis.mentions.iter().enumerate().map(|(number, mention)| EntityRow {
            article: self.article.id.clone(),
            name: self.name(number),
            kind: mention.kind,
            text: self.text(mention.span),
            place: self.place(mention.span),
            confidence: four_digits(mention.confidence),
        })
    }

    /// The sentences, in the order of the text.
    pub(super) fn sentences(&self) -> impl Iterator<Item = SentenceRow> {
        self.analysis.sentences.iter().enumerate().map(|(index, sentence)| SentenceRow {
            article: self.article.id.clone(),
            number: index + 1,
            kind: sentence.kind,
            confidence: four_digits(sentence.confidence),
            place: self.place(sentence.span),
            text: self.text(sentence.span),
        })
    }

    fn claim(&self, claim: &Claim) -> ClaimRow {
        let who = claim.who.map(|mention| self.name(mention));
        let whom = self.name(claim.whom);
        let mentions = &self.analysis.mentions;
        ClaimRow {
            claim_id: claim_id(&self.article.id, claim.relation, who.as_deref().unwrap_or(""), &whom, claim.polarity),
            who,
            relation: claim.relation,
            whom,
            instead_of: claim.instead.iter().map(|&mention| self.name(mention)).collect(),
            why: claim.reasons.iter().map(|reason| self.why(reason)).collect(),
            status: claim.status,
            polarity: claim.polarity,
            said_by: match claim.source {
                Source::Author => "author".to_owned(),
                Source::Unnamed => "unnamed".to_owned(),
                Source::Mention(mention) => self.name(mention),
            },
            when: claim.when.map(|mention| self.text(mentions[mention].span)),
            amount: claim.amount.map(|mention| self.text(mentions[mention].span)),
            confidence: four_digits(claim.confidence),
            article: self.article.id.clone(),
            title: self.article.title.clone(),
            published: self.article.published.clone(),
            body_start: self.chars.to_char(self.article.body_start),
            body_start_byte: self.article.body_start,
            sentence: self.text(self.analysis.sentences[claim.sentence].span),
            place: self.place(claim.trigger),
            trigger: self.text(claim.trigger),
            who_text: claim.who.map(|mention| self.text(mentions[mention].span)),
            who_type: claim.who.map(|mention| mentions[mention].kind),
            who_place: claim.who.map(|mention| self.place(mentions[mention].span)),
            whom_text: self.text(mentions[claim.whom].span),
            whom_type: mentions[claim.whom].kind,
            whom_place: self.place(mentions[claim.whom].span),
        }
    }

    fn why(&self, reason: &crate::claims::Reason) -> Why {
        Why {
            text: self.text(reason.span),
            kind: reason.kind,
            confidence: four_digits(reason.confidence),
            place: self.place(reason.span),
        }
    }

    fn name(&self, mention: usize) -> String {
        self.analysis.names[self.analysis.mentions[mention].name].canonical.clone()
    }

    fn text(&self, span: Span) -> String {
        span.of(&self.article.text).to_owned()
    }

    fn place(&self, span: Span) -> Place {
        let Span { start, end } = self.chars.to_chars(span);
        Place { start, end, start_byte: span.start, end_byte: span.end }
    }
}

/// A confidence to the 4 digits that outputs show, so that all of them agree.
fn four_digits(confidence: f32) -> f64 {
    (f64::from(confidence) * 1e4).round() / 1e4
}

/// A short name of a claim: `c` and the first 12 hexadecimal digits of the SHA-256 of article, relation, who, whom and
/// polarity, each ended by a zero byte. Repetitions within an article share it; for a symmetric relation, either way round.
fn claim_id(article: &str, relation: Relation, who: &str, whom: &str, polarity: Polarity) -> String {
    let (who, whom) = if relation.is_symmetric() && whom < who { (whom, who) } else { (who, whom) };
    let mut hash = Sha256::new();
    for part in [article, relation.as_str(), who, whom, polarity.as_str()] {
        hash.update(part);
        hash.update([0]);
    }
    let hex: String = hash.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("c{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_id_is_stable_and_tells_claims_apart() {
        let id = |relation, who, whom, polarity| claim_id("a.txt", relation, who, whom, polarity);
        let partnership = id(Relation::Partnership, "Nimbus", "Verda", Polarity::Pos);
        // printf 'a.txt\0partnership\0Nimbus\0Verda\0pos\0' | sha256sum
        assert_eq!(partnership, "c1f34a2f67f80");
        assert_eq!(partnership, id(Relation::Partnership, "Verda", "Nimbus", Polarity::Pos));
        assert_ne!(partnership, id(Relation::Partnership, "Nimbus", "Verda", Polarity::Neg));
        assert_ne!(
            id(Relation::Supply, "Nimbus", "Verda", Polarity::Pos),
            id(Relation::Supply, "Verda", "Nimbus", Polarity::Pos)
        );
    }

    #[test]
    fn confidence_is_rounded_to_what_is_shown() {
        assert_eq!(four_digits(0.912_34), 0.9123);
        assert_eq!(four_digits(0.999_96), 1.0);
        assert_eq!(four_digits(0.1), 0.1);
    }
}
