//! What the page shows, gathered from the tables.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    iter,
    path::Path,
};

use serde::Serialize;

use super::{
    ReportError,
    article::{Placed, Text},
    read::{self, Claim, Entity, Sentence, Skipped},
};
use crate::{labels::Relation, output::tables::BETWEEN_REASONS, text::Span};

/// The most claims that a page shows; a browser would not like many more.
const CLAIMS: usize = 50_000;

/// All that the page shows.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    pub(super) claims: Vec<ClaimData>,
    /// Those that have claims, in the order of the first one.
    articles: Vec<ArticleData>,
    skipped: Vec<Skipped>,
    /// What each name is.
    types: BTreeMap<String, String>,
    /// The relations that go either way round.
    symmetric: Vec<Relation>,
    /// How many claims the table has beyond those shown.
    left_out: usize,
}

/// A claim and where it stands in its article, in characters.
#[derive(Debug, Serialize)]
pub(super) struct ClaimData {
    who: String,
    relation: String,
    whom: String,
    instead_of: String,
    why: Vec<WhyData>,
    status: String,
    polarity: String,
    said_by: String,
    when: String,
    amount: String,
    confidence: f64,
    /// The number of its article.
    article: usize,
    sentence: String,
    trigger_at: Span,
    who_at: Option<Span>,
    whom_at: Option<Span>,
}

#[derive(Debug, Serialize)]
struct WhyData {
    text: String,
    kind: String,
    at: Option<Span>,
}

#[derive(Debug, Serialize)]
struct ArticleData {
    id: String,
    title: String,
    published: String,
    text: String,
    mentions: Vec<MentionData>,
}

#[derive(Debug, Serialize)]
struct MentionData {
    name: String,
    kind: String,
    at: Span,
}

impl Data {
    /// What to tell the user if not everything is shown.
    pub(super) fn left_out_note(&self) -> Option<String> {
        let (shown, left_out) = (self.claims.len(), self.left_out);
        (left_out > 0).then(|| format!("the report shows the first {shown} claims and leaves out {left_out}"))
    }
}

/// Reads the tables in `folder`.
pub(super) fn gather(folder: &Path) -> Result<Data, ReportError> {
    let mut claims: Vec<Claim> = Vec::new();
    let mut left_out = 0;
    for claim in read::rows(folder, "claims")? {
        let claim = claim?;
        if claims.len() < CLAIMS { claims.push(claim) } else { left_out += 1 }
    }
    let mut articles = Articles::of(&claims);
    articles.read(folder)?;
    let types = articles.types(&claims);
    let claims = claims.into_iter().filter_map(|claim| articles.claim(claim)).collect();
    Ok(Data {
        claims,
        articles: articles.into_data(),
        skipped: read::rows(folder, "skipped")?.collect::<Result<_, _>>()?,
        types,
        symmetric: Relation::ALL.iter().copied().filter(|relation| relation.is_symmetric()).collect(),
        left_out,
    })
}

/// The articles that have claims, while they are put together.
struct Articles {
    numbers: HashMap<String, usize>,
    articles: Vec<(ArticleData, Placed, Vec<Entity>)>,
}

impl Articles {
    fn of(claims: &[Claim]) -> Self {
        let mut numbers = HashMap::new();
        let mut articles = Vec::new();
        for claim in claims {
            numbers.entry(claim.article.clone()).or_insert_with(|| {
                let data = ArticleData {
                    id: claim.article.clone(),
                    title: claim.title.clone(),
                    published: claim.published.clone(),
                    text: String::new(),
                    mentions: Vec::new(),
                };
                articles.push((data, Text::default().into_placed(), Vec::new()));
                articles.len() - 1
            });
        }
        Self { numbers, articles }
    }

    /// Reads the texts and mentions.
    fn read(&mut self, folder: &Path) -> Result<(), ReportError> {
        let mut texts: Vec<Text> = self.articles.iter().map(|_| Text::default()).collect();
        for sentence in read::rows::<Sentence>(folder, "sentences")? {
            let sentence = sentence?;
            if let Some(&number) = self.numbers.get(&sentence.article) {
                let added = texts[number].add(&sentence);
                added.map_err(|what| ReportError::Read { path: folder.join("sentences.csv"), what })?;
            }
        }
        for (article, text) in self.articles.iter_mut().zip(texts) {
            article.1 = text.into_placed();
        }
        for entity in read::rows::<Entity>(folder, "entities")? {
            let entity = entity?;
            if let Some(&number) = self.numbers.get(&entity.article) {
                self.articles[number].2.push(entity);
            }
        }
        Ok(())
    }

    /// What the names in `claims` are.
    fn types(&self, claims: &[Claim]) -> BTreeMap<String, String> {
        let names: HashSet<&str> = claims.iter().flat_map(|claim| [&*claim.who, &*claim.whom]).collect();
        let entities = self.articles.iter().flat_map(|(_, _, entities)| entities);
        let named = entities.filter(|entity| names.contains(&*entity.name));
        named.map(|entity| (entity.name.clone(), entity.kind.clone())).collect()
    }

    /// The claim with its places; none for an article that is not there, which cannot be.
    fn claim(&self, claim: Claim) -> Option<ClaimData> {
        let &article = self.numbers.get(&claim.article)?;
        let (_, text, _) = self.articles.get(article)?;
        Some(ClaimData {
            who_at: claim.who_start.and_then(|start| text.at(start, &claim.who_text)),
            whom_at: text.at(claim.whom_start, &claim.whom_text),
            why: reasons(&claim, text),
            who: claim.who,
            relation: claim.relation,
            whom: claim.whom,
            instead_of: claim.instead_of,
            status: claim.status,
            polarity: claim.polarity,
            said_by: claim.said_by,
            when: claim.when,
            amount: claim.amount,
            confidence: claim.confidence,
            article,
            sentence: claim.sentence,
            trigger_at: Span::new(claim.start, claim.end),
        })
    }

    fn into_data(self) -> Vec<ArticleData> {
        let mention = |entity: Entity| MentionData {
            name: entity.name,
            kind: entity.kind,
            at: Span::new(entity.start, entity.end),
        };
        let data = |(data, text, entities): (ArticleData, Placed, Vec<Entity>)| ArticleData {
            text: text.text,
            mentions: entities.into_iter().map(mention).collect(),
            ..data
        };
        self.articles.into_iter().map(data).collect()
    }
}

/// The reasons of a claim, and where they stand. A reason that holds the separator itself is not taken apart rightly and not
/// found in the text, but still shown.
fn reasons(claim: &Claim, text: &Placed) -> Vec<WhyData> {
    let kinds = claim.why_kind.split(BETWEEN_REASONS).chain(iter::repeat(""));
    let starts = claim.why_start.split(BETWEEN_REASONS).map(|start| start.parse().ok()).chain(iter::repeat(None));
    let reasons = claim.why.split(BETWEEN_REASONS).filter(|reason| !reason.is_empty());
    reasons
        .zip(kinds)
        .zip(starts)
        .map(|((reason, kind), start)| WhyData {
            text: reason.to_owned(),
            kind: kind.to_owned(),
            at: start.and_then(|start| text.at(start, reason)),
        })
        .collect()
}
