//! The columns of every table.

use super::{
    columns::{Cell, Column, Kind, Table},
    rows::{ClaimRow, EntityRow, SentenceRow, SkippedRow},
    ties::TieRow,
};
use crate::labels::{MentionType, Polarity, Relation, SentenceKind, Status};

/// What stands between several reasons in one cell.
pub const BETWEEN_REASONS: &str = " | ";
/// What stands between several names in one cell.
pub const BETWEEN_NAMES: &str = "; ";

const RELATION: Kind = Kind::Word(|| Relation::ALL.iter().map(|label| label.as_str()).collect());
const STATUS: Kind = Kind::Word(|| Status::ALL.iter().map(|label| label.as_str()).collect());
const POLARITY: Kind = Kind::Word(|| Polarity::ALL.iter().map(|label| label.as_str()).collect());
const MENTION_TYPE: Kind = Kind::Word(|| MentionType::ALL.iter().map(|label| label.as_str()).collect());
const SENTENCE_KIND: Kind = Kind::Word(|| SentenceKind::ALL.iter().map(|label| label.word()).collect());

const ARTICLE: &str = "The article's id: its own where its format has one, otherwise its path.";

/// One row a claim, that is, one pair of who and whom.
pub const CLAIMS: Table<ClaimRow> = Table {
    name: "claims",
    description: "Every claim found: who did what with whom, and why.",
    columns: &[
        Column::optional("who", Kind::Text, "The name of the one who acts; only a choice may lack it.", |row| {
            row.who.as_deref().map_or(Cell::Empty, Cell::line)
        }),
        Column::new("relation", RELATION, "What ties the two.", |row| Cell::word(row.relation.as_str())),
        Column::new("whom", Kind::Text, "The name of the one acted on or with.", |row| Cell::line(&row.whom)),
        Column::optional("instead_of", Kind::Text, "The names passed over in a choice, joined by '; '.", |row| {
            Cell::list(&row.instead_of, BETWEEN_NAMES)
        }),
        Column::optional(
            "why",
            Kind::Text,
            "The reasons in the words of the text, best first, joined by ' | '.",
            |row| Cell::list(row.why.iter().map(|why| &why.text), BETWEEN_REASONS),
        ),
        Column::optional("why_kind", Kind::Text, "For each reason: purpose or cause, joined by ' | '.", |row| {
            Cell::list(row.why.iter().map(|why| why.kind.as_str()), BETWEEN_REASONS)
        }),
        Column::new("status", STATUS, "How far the claim has come.", |row| Cell::word(row.status.as_str())),
        Column::new("polarity", POLARITY, "pos where the text affirms the claim, neg where it denies it.", |row| {
            Cell::word(row.polarity.as_str())
        }),
        Column::new("said_by", Kind::Text, "Who says so: author, unnamed, or a name.", |row| Cell::line(&row.said_by)),
        Column::optional("when", Kind::Text, "The date of the claim, as written.", |row| {
            row.when.as_deref().map_or(Cell::Empty, Cell::line)
        }),
        Column::optional("amount", Kind::Text, "The amount of the claim, as written.", |row| {
            row.amount.as_deref().map_or(Cell::Empty, Cell::line)
        }),
        Column::new(
            "confidence",
            Kind::Confidence,
            "How sure the model is of relation, who and whom, 0 to 1.",
            |row| Cell::Confidence(row.confidence),
        ),
        Column::new("article", Kind::Id, ARTICLE, |row| Cell::aligned(&row.article)),
        Column::optional("title", Kind::Text, "The article's title.", |row| {
            row.title.as_deref().map_or(Cell::Empty, Cell::line)
        }),
        Column::optional("published", Kind::Date, "The article's date of publication.", |row| {
            row.published.as_deref().map_or(Cell::Empty, Cell::line)
        }),
        Column::new("sentence", Kind::Text, "The sentence that the trigger stands in.", |row| {
            Cell::line(&row.sentence)
        }),
        Column::new("start", Kind::Integer, "Where the trigger starts, in Unicode characters of the text.", |row| {
            Cell::offset(row.place.start)
        }),
        Column::new("end", Kind::Integer, "Where the trigger ends, in Unicode characters of the text.", |row| {
            Cell::offset(row.place.end)
        }),
        Column::new("trigger", Kind::Text, "The words that carry the relation, as written.", |row| {
            Cell::line(&row.trigger)
        }),
        Column::optional("who_text", Kind::Text, "Who, as written there.", |row| {
            row.who_text.as_deref().map_or(Cell::Empty, Cell::line)
        }),
        Column::optional("who_start", Kind::Integer, "Where that starts, in Unicode characters of the text.", |row| {
            row.who_place.map_or(Cell::Empty, |place| Cell::offset(place.start))
        }),
        Column::new("whom_text", Kind::Text, "Whom, as written there.", |row| Cell::line(&row.whom_text)),
        Column::new("whom_start", Kind::Integer, "Where that starts, in Unicode characters of the text.", |row| {
            Cell::offset(row.whom_place.start)
        }),
        Column::optional(
            "why_start",
            Kind::Text,
            "Where each reason starts, in Unicode characters of the text, joined by ' | '.",
            |row| Cell::list(row.why.iter().map(|why| why.place.start.to_string()), BETWEEN_REASONS),
        ),
        Column::new("claim_id", Kind::Id, "Names the claim; an article's repetitions of a claim share it.", |row| {
            Cell::word(&row.claim_id)
        }),
    ],
};

/// One row for each who, relation and whom that some article affirms.
pub const TIES: Table<TieRow> = Table {
    name: "ties",
    description: "What the corpus affirms of each pair, summed up. Claims without a who or with an unresolved reference are left out.",
    columns: &[
        Column::new(
            "who",
            Kind::Text,
            "The name of the one who acts; of equal partners, the first by alphabet.",
            |row| Cell::line(&row.who),
        ),
        Column::new("relation", RELATION, "What ties the two.", |row| Cell::word(row.relation.as_str())),
        Column::new("whom", Kind::Text, "The name of the one acted on or with.", |row| Cell::line(&row.whom)),
        Column::new("claims", Kind::Integer, "How many claims affirm it.", |row| Cell::Integer(row.claims)),
        Column::new("denied", Kind::Integer, "How many claims deny it.", |row| Cell::Integer(row.denied)),
        Column::new("articles", Kind::Integer, "How many articles affirm it.", |row| Cell::Integer(row.articles)),
        Column::optional(
            "first",
            Kind::Date,
            "When the first of these articles that has a date was published.",
            |row| row.first.as_deref().map_or(Cell::Empty, Cell::line),
        ),
        Column::optional("last", Kind::Date, "When the last of these articles that has a date was published.", |row| {
            row.last.as_deref().map_or(Cell::Empty, Cell::line)
        }),
        Column::new("status", STATUS, "How far it has come, by the latest claim.", |row| {
            Cell::word(row.status.as_str())
        }),
        Column::optional("why", Kind::Text, "Its reasons, at most 5, each once, best first, joined by ' | '.", |row| {
            Cell::list(&row.why, BETWEEN_REASONS)
        }),
        Column::new("sentence", Kind::Text, "The sentence of the claim with the highest confidence.", |row| {
            Cell::line(&row.sentence)
        }),
        Column::new("article", Kind::Id, "The id of that claim's article.", |row| Cell::aligned(&row.article)),
        Column::new("confidence", Kind::Confidence, "The highest confidence of its claims, 0 to 1.", |row| {
            Cell::Confidence(row.confidence)
        }),
        Column::new("claim_id", Kind::Id, "The id of that claim in claims.csv.", |row| Cell::word(&row.claim_id)),
    ],
};

/// One row a mention.
pub const ENTITIES: Table<EntityRow> = Table {
    name: "entities",
    description: "Every mention of a company, person, product, place, amount or date.",
    columns: &[
        Column::new("article", Kind::Id, ARTICLE, |row| Cell::aligned(&row.article)),
        Column::new("name", Kind::Text, "The name that the mention stands for.", |row| Cell::line(&row.name)),
        Column::new("type", MENTION_TYPE, "What it is; REF where a reference was not resolved.", |row| {
            Cell::word(row.kind.as_str())
        }),
        Column::new("text", Kind::Text, "The mention, as written.", |row| Cell::line(&row.text)),
        Column::new("start", Kind::Integer, "Where it starts, in Unicode characters of the text.", |row| {
            Cell::offset(row.place.start)
        }),
        Column::new("end", Kind::Integer, "Where it ends, in Unicode characters of the text.", |row| {
            Cell::offset(row.place.end)
        }),
        Column::new("confidence", Kind::Confidence, "How sure the model is of it, 0 to 1.", |row| {
            Cell::Confidence(row.confidence)
        }),
    ],
};

/// One row a sentence.
pub const SENTENCES: Table<SentenceRow> = Table {
    name: "sentences",
    description: "Every sentence and what it does.",
    columns: &[
        Column::new("article", Kind::Id, ARTICLE, |row| Cell::aligned(&row.article)),
        Column::new("number", Kind::Integer, "Its number within the article, from 1.", |row| Cell::offset(row.number)),
        Column::new("kind", SENTENCE_KIND, "What it does.", |row| Cell::word(row.kind.word())),
        Column::new("confidence", Kind::Confidence, "How sure the model is of the kind, 0 to 1.", |row| {
            Cell::Confidence(row.confidence)
        }),
        Column::new("start", Kind::Integer, "Where it starts, in Unicode characters of the text.", |row| {
            Cell::offset(row.place.start)
        }),
        Column::new("end", Kind::Integer, "Where it ends, in Unicode characters of the text.", |row| {
            Cell::offset(row.place.end)
        }),
        Column::new("text", Kind::Text, "The sentence as written, each white-space character as a space.", |row| {
            Cell::aligned(&row.text)
        }),
    ],
};

/// One row an input that was not processed.
pub const SKIPPED: Table<SkippedRow> = Table {
    name: "skipped",
    description: "Every input that was not processed, and why.",
    columns: &[
        Column::new("path", Kind::Id, "The file, with # and the number of the record where it holds several.", |row| {
            Cell::aligned(&row.path)
        }),
        Column::new("stage", Kind::Text, "What it failed at.", |row| Cell::line(&row.stage)),
        Column::new("reason", Kind::Text, "Why, in a sentence.", |row| Cell::line(&row.reason)),
    ],
};
