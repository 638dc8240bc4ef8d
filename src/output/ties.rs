//! The claims of a whole corpus, summed up by pair.

use std::collections::BTreeMap;

use super::rows::ClaimRow;
use crate::labels::{MentionType, Polarity, Relation, Status};

/// How many reasons a tie shows.
const REASONS: usize = 5;

/// What a corpus says of one pair: a row of `ties.csv`. [`TIES`](super::tables::TIES) describes the columns.
#[derive(Debug, Clone, PartialEq)]
pub struct TieRow {
    pub who: String,
    pub relation: Relation,
    pub whom: String,
    pub claims: u64,
    pub denied: u64,
    pub articles: u64,
    pub first: Option<String>,
    pub last: Option<String>,
    pub status: Status,
    pub why: Vec<String>,
    pub sentence: String,
    pub article: String,
    pub confidence: f64,
    pub claim_id: String,
    /// The number of that claim among all claims of the corpus, from 0.
    pub claim_number: u64,
}

/// Gathers ties from claims; needs memory for each tie, not for each claim.
#[derive(Default)]
pub struct Ties {
    /// By who, whom and relation: the order of the alphabet is also that of equal rows.
    ties: BTreeMap<(String, String, Relation), Tie>,
    /// How many articles were added.
    articles: u64,
    /// How many claims were.
    claims: u64,
}

/// What is known so far of one tie.
#[derive(Default)]
struct Tie {
    denied: u64,
    affirmed: Option<Affirmed>,
}

/// The claims so far that affirm a tie.
struct Affirmed {
    claims: u64,
    articles: u64,
    /// The number of the last article that added a claim.
    last_article: u64,
    first: Option<String>,
    last: Option<String>,
    /// By the claim with the latest date, among equals the furthest: what is over was in force, what is in force was planned.
    status: Status,
    /// Best first, each with its highest confidence.
    why: Vec<(String, f64)>,
    /// Of the claim with the highest confidence, among equals the first.
    sentence: String,
    article: String,
    confidence: f64,
    claim_id: String,
    claim_number: u64,
}

impl Ties {
    /// Adds the claims of one article.
    pub fn add_article(&mut self, claims: &[ClaimRow]) {
        self.articles += 1;
        for (claim, number) in claims.iter().zip(self.claims..) {
            let Some((who, whom)) = pair(claim) else { continue };
            let tie = self.ties.entry((who.to_owned(), whom.to_owned(), claim.relation)).or_default();
            match claim.polarity {
                Polarity::Neg => tie.denied += 1,
                Polarity::Pos => {
                    tie.affirmed.get_or_insert_with(|| Affirmed::nothing_yet(claim)).add(claim, number, self.articles);
                }
            }
        }
        self.claims += claims.len() as u64;
    }

    /// The ties that some article affirms, those with the most claims first, equals by alphabet.
    pub fn into_rows(self) -> Vec<TieRow> {
        let mut rows: Vec<TieRow> = self
            .ties
            .into_iter()
            .filter_map(|((who, whom, relation), tie)| {
                let affirmed = tie.affirmed?;
                Some(TieRow {
                    who,
                    relation,
                    whom,
                    claims: affirmed.claims,
                    denied: tie.denied,
                    articles: affirmed.articles,
                    first: affirmed.first,
                    last: affirmed.last,
                    status: affirmed.status,
                    why: affirmed.why.into_iter().map(|(text, _)| text).collect(),
                    sentence: affirmed.sentence,
                    article: affirmed.article,
                    confidence: affirmed.confidence,
                    claim_id: affirmed.claim_id,
                    claim_number: affirmed.claim_number,
                })
            })
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.claims));
        rows
    }
}

/// Who and whom of a claim that can be a tie. An unresolved `it` is somebody else in every article.
fn pair(claim: &ClaimRow) -> Option<(&str, &str)> {
    if claim.who_type == Some(MentionType::Ref) || claim.whom_type == MentionType::Ref {
        return None;
    }
    let (who, whom) = (claim.who.as_deref()?, claim.whom.as_str());
    Some(if claim.relation.is_symmetric() && whom < who { (whom, who) } else { (who, whom) })
}

impl Affirmed {
    fn nothing_yet(claim: &ClaimRow) -> Self {
        Self {
            claims: 0,
            articles: 0,
            last_article: 0,
            first: None,
            last: None,
            status: claim.status,
            why: Vec::new(),
            sentence: String::new(),
            article: String::new(),
            confidence: -1.0,
            claim_id: String::new(),
            claim_number: 0,
        }
    }

    fn add(&mut self, claim: &ClaimRow, number: u64, article: u64) {
        self.claims += 1;
        if self.last_article != article {
            self.articles += 1;
            self.last_article = article;
        }
        if let Some(date) = &claim.published
            && self.first.as_ref().is_none_or(|first| date < first)
        {
            self.first = Some(date.clone());
        }
        if claim.published > self.last {
            self.last.clone_from(&claim.published);
            self.status = claim.status;
        } else if claim.published == self.last && stage(claim.status) > stage(self.status) {
            self.status = claim.status;
        }
        for why in &claim.why {
            self.add_reason(&why.text, why.confidence);
        }
        if claim.confidence > self.confidence {
            self.confidence = claim.confidence;
            self.sentence.clone_from(&claim.sentence);
            self.article.clone_from(&claim.article);
            self.claim_id.clone_from(&claim.claim_id);
            self.claim_number = number;
        }
    }

    /// Keeps the best reasons, each once. What falls off the end can come back only by a higher confidence, so nothing
    /// but the best ones needs to be remembered.
    fn add_reason(&mut self, text: &str, confidence: f64) {
        let same = |known: &(String, f64)| words(&known.0).eq(words(text));
        match self.why.iter().position(same) {
            Some(at) if self.why[at].1 >= confidence => return,
            Some(at) => self.why[at].1 = confidence,
            None => self.why.push((text.to_owned(), confidence)),
        }
        self.why.sort_by(|a, b| b.1.total_cmp(&a.1));
        self.why.truncate(REASONS);
    }
}

/// How far a claim of this status has come.
fn stage(status: Status) -> u8 {
    match status {
        Status::Possible => 0,
        Status::Planned => 1,
        Status::Actual => 2,
        Status::Ended => 3,
    }
}

/// The words of a reason, for comparison.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::ReasonKind;
    use crate::output::rows::{Place, Why};

    const PLACE: Place = Place { start: 0, end: 1, start_byte: 0, end_byte: 1 };

    fn claim(who: &str, relation: Relation, whom: &str) -> ClaimRow {
        ClaimRow {
            who: Some(who.to_owned()),
            relation,
            whom: whom.to_owned(),
            instead_of: Vec::new(),
            why: Vec::new(),
            status: Status::Actual,
            polarity: Polarity::Pos,
            said_by: "author".to_owned(),
            when: None,
            amount: None,
            confidence: 0.5,
            article: "a.txt".to_owned(),
            title: None,
            published: None,
            body_start: 0,
            body_start_byte: 0,
            sentence: format!("{who} and {whom}."),
            place: PLACE,
            trigger: "and".to_owned(),
            who_text: Some(who.to_owned()),
            who_type: Some(MentionType::Org),
            who_place: Some(PLACE),
            whom_text: whom.to_owned(),
            whom_type: MentionType::Org,
            whom_place: PLACE,
            claim_id: "c000000000000".to_owned(),
        }
    }

    fn ties(articles: &[&[ClaimRow]]) -> Vec<TieRow> {
        let mut ties = Ties::default();
        articles.iter().for_each(|claims| ties.add_article(claims));
        ties.into_rows()
    }

    #[test]
    fn equal_partners_are_one_tie_and_suppliers_are_not() {
        let a = claim("Verda", Relation::Partnership, "Nimbus");
        let b = claim("Nimbus", Relation::Partnership, "Verda");
        let c = claim("Verda", Relation::Supply, "Nimbus");
        let d = claim("Nimbus", Relation::Supply, "Verda");
        let rows = ties(&[&[a], &[b, c, d]]);
        let pairs: Vec<_> = rows.iter().map(|t| (t.who.as_str(), t.relation, t.whom.as_str(), t.claims)).collect();
        assert_eq!(
            pairs,
            [
                ("Nimbus", Relation::Partnership, "Verda", 2),
                ("Nimbus", Relation::Supply, "Verda", 1),
                ("Verda", Relation::Supply, "Nimbus", 1),
            ]
        );
        assert_eq!(rows[0].articles, 2);
    }

    #[test]
    fn a_denied_claim_is_no_tie_but_counts_where_there_is_one() {
        let denied = ClaimRow { polarity: Polarity::Neg, ..claim("Nimbus", Relation::Acquisition, "Verda") };
        assert_eq!(ties(&[std::slice::from_ref(&denied)]), []);
        let rows = ties(&[&[denied], &[claim("Nimbus", Relation::Acquisition, "Verda")]]);
        assert_eq!((rows[0].claims, rows[0].denied, rows[0].articles), (1, 1, 1));
    }

    #[test]
    fn claims_without_two_names_are_no_ties() {
        let nobody = ClaimRow { who: None, who_type: None, ..claim("", Relation::Choice, "Verda") };
        let it = ClaimRow { whom_type: MentionType::Ref, ..claim("Nimbus", Relation::Supply, "it") };
        assert_eq!(ties(&[&[nobody, it]]), []);
    }

    #[test]
    fn the_latest_article_tells_the_status_and_the_surest_claim_the_sentence() {
        let dated = |date: Option<&str>, status, confidence, sentence: &str| ClaimRow {
            published: date.map(str::to_owned),
            status,
            confidence,
            sentence: sentence.to_owned(),
            ..claim("Nimbus", Relation::Acquisition, "Verda")
        };
        let rows = ties(&[
            &[dated(Some("2025-03-01"), Status::Actual, 0.6, "closed")],
            &[dated(Some("2025-01-01"), Status::Planned, 0.9, "agreed")],
            &[dated(None, Status::Possible, 0.9, "talked")],
        ]);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].first.as_deref(), Some("2025-01-01"));
        assert_eq!(rows[0].last.as_deref(), Some("2025-03-01"));
        assert_eq!(rows[0].status, Status::Actual);
        assert_eq!((rows[0].sentence.as_str(), rows[0].confidence, rows[0].claim_number), ("agreed", 0.9, 1));
    }

    #[test]
    fn reasons_come_once_and_best_first() {
        let because = |text: &str, confidence| {
            let why = Why { text: text.to_owned(), kind: ReasonKind::Cause, confidence, place: PLACE };
            ClaimRow { why: vec![why], ..claim("Nimbus", Relation::Supply, "Verda") }
        };
        let mut claims: Vec<_> = (1..=6).map(|i| because(&format!("reason {i}"), f64::from(i) / 10.0)).collect();
        claims.push(because("Reason\n1", 0.55));
        assert_eq!(ties(&[&claims])[0].why, ["reason 6", "Reason\n1", "reason 5", "reason 4", "reason 3"]);
    }
}
