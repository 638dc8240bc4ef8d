//! One annotated passage.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::{
    labels::{MentionType, Polarity, ReasonKind, Relation, SentenceKind, Status},
    text::{CharIndex, Span},
};

/// An annotated passage: a text and what `corpus/GUIDELINES.md` has to say about it.
///
/// Every record that this module hands out has been checked: names of spans are unique, whatever a claim
/// or a REF names exists and is of the right sort, and spans nest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Names the passage; unique within a corpus.
    pub id: String,
    /// The header's `key: value` lines, in their order.
    pub fields: Vec<(String, String)>,
    /// The passage without its tags.
    pub text: String,
    /// The byte at which each sentence starts, and its kind. The first starts at 0; each reaches to the next.
    pub sentences: Vec<(usize, SentenceKind)>,
    /// Mentions, triggers and reasons, in the order in which they end; of two that end at the same byte, the
    /// inner one first.
    pub spans: Vec<AnnotatedSpan>,
    /// The claims, in the order of their lines.
    pub claims: Vec<AnnotatedClaim>,
}

/// A tagged part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotatedSpan {
    /// `e`, `t` or `r` and a number.
    pub name: String,
    /// Where it stands: never empty, no white space at its ends.
    pub span: Span,
    /// What it is.
    pub label: SpanLabel,
}

/// What a tagged part of the text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpanLabel {
    /// A named mention; never [`MentionType::Ref`].
    Mention(MentionType),
    /// A pronoun or description that stands for the mention of this name, which may be a reference itself.
    Ref(String),
    /// The words that carry a claim.
    Trigger,
    /// Why a claim holds.
    Reason(ReasonKind),
}

/// One claim line. The names are those of [`AnnotatedSpan::name`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotatedClaim {
    /// The trigger; no other claim has the same.
    pub trigger: String,
    /// The relation.
    pub relation: Relation,
    /// Affirmed or denied.
    pub polarity: Polarity,
    /// How far it has come.
    pub status: Status,
    /// Who says so.
    pub source: ClaimSource,
    /// The mentions that act; only a choice may have none.
    pub who: Vec<String>,
    /// The mentions acted on or with; at least one.
    pub whom: Vec<String>,
    /// The mentions passed over.
    pub instead: Vec<String>,
    /// The mentions that say when.
    pub when: Vec<String>,
    /// The mentions that say how much.
    pub amount: Vec<String>,
    /// The reasons.
    pub why: Vec<String>,
}

/// Who makes a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimSource {
    /// The article's author.
    Author,
    /// Somebody not named.
    Unnamed,
    /// The mention of this name.
    Mention(String),
}

impl Record {
    /// The value of a header line.
    pub fn field(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    /// The span of this name.
    pub fn span(&self, name: &str) -> Option<&AnnotatedSpan> {
        self.spans.iter().find(|span| span.name == name)
    }

    /// The named mention that `span` stands for: itself, or what its chain of REFs leads to. `None` for triggers and reasons.
    pub fn named<'a>(&'a self, span: &'a AnnotatedSpan) -> Option<&'a AnnotatedSpan> {
        let mut here = span;
        // A chain without a circle visits no span twice.
        for _ in &self.spans {
            match &here.label {
                SpanLabel::Mention(_) => return Some(here),
                SpanLabel::Ref(to) => here = self.span(to)?,
                SpanLabel::Trigger | SpanLabel::Reason(_) => return None,
            }
        }
        None
    }

    /// Every sentence with its kind, without the white space behind it.
    pub fn sentence_spans(&self) -> impl Iterator<Item = (Span, SentenceKind)> {
        let ends = self.sentences.iter().skip(1).map(|&(start, _)| start).chain([self.text.len()]);
        self.sentences.iter().zip(ends).map(|(&(start, kind), end)| {
            let length = self.text[start..end].trim_end_matches(super::is_space).len();
            (Span::new(start, start + length), kind)
        })
    }

    /// The record as JSON, with offsets in characters.
    pub fn to_json(&self) -> Value {
        let index = CharIndex::new(&self.text);
        let mut record = Map::new();
        record.insert("id".into(), self.id.clone().into());
        record.extend(self.fields.iter().map(|(key, value)| (key.clone(), value.clone().into())));
        record.insert("text".into(), self.text.clone().into());
        let sentences = self.sentences.iter().map(|&(start, kind)| json!([index.to_char(start), kind]));
        record.insert("sentences".into(), sentences.collect());
        let spans = self.spans.iter().map(|span| (span.name.clone(), span.to_json(&index)));
        record.insert("spans".into(), spans.collect());
        record.insert("claims".into(), self.claims.iter().map(AnnotatedClaim::to_json).collect());
        record.into()
    }
}

impl AnnotatedSpan {
    fn to_json(&self, index: &CharIndex) -> Value {
        let Span { start, end } = index.to_chars(self.span);
        let mut span = json!({"start": start, "end": end});
        match &self.label {
            SpanLabel::Mention(kind) => span["type"] = json!(kind),
            SpanLabel::Ref(to) => span["ref"] = json!(to),
            SpanLabel::Trigger => {}
            SpanLabel::Reason(kind) => span["kind"] = json!(kind),
        }
        span
    }
}

impl AnnotatedClaim {
    /// The lists of span names that a claim has, with the keys they are written under.
    pub fn lists(&self) -> [(&'static str, &[String]); 6] {
        [
            ("who", &self.who),
            ("whom", &self.whom),
            ("instead", &self.instead),
            ("when", &self.when),
            ("amount", &self.amount),
            ("why", &self.why),
        ]
    }

    fn to_json(&self) -> Value {
        let mut claim = json!({
            "trigger": self.trigger,
            "relation": self.relation,
            "polarity": self.polarity,
            "status": self.status,
            "source": self.source.to_string(),
        });
        for (key, names) in self.lists().into_iter().filter(|(_, names)| !names.is_empty()) {
            claim[key] = json!(names);
        }
        claim
    }
}

impl fmt::Display for ClaimSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Author => "author",
            Self::Unnamed => "unnamed",
            Self::Mention(name) => name,
        })
    }
}

/// The label as it stands in a tag behind the name; for a trigger, nothing.
impl fmt::Display for SpanLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mention(kind) => write!(f, "{kind}"),
            Self::Ref(to) => write!(f, "REF={to}"),
            Self::Trigger => Ok(()),
            Self::Reason(kind) => write!(f, "{kind}"),
        }
    }
}
