//! What looks odd in annotated passages: often an error, sometimes just language.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
};

use super::{
    record::{ClaimSource, Record, SpanLabel},
    repeat::two_ways,
};
use crate::{
    labels::{MentionType, Relation},
    text::Span,
};

/// A label is odd where the same words carry another one at least this many times as often.
const RARE: usize = 5;
/// How many records a line names.
const NAMED: usize = 5;
/// Words before a reason that the guidelines leave out of it.
const CONNECTIVES: [&str; 9] =
    ["because", "due to", "thanks to", "since", "driven by", "so that", "aimed at", "in order", "in a bid"];

/// What is odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OddKind {
    /// A trigger that mostly carries one relation, and here another.
    Relation,
    /// A string that is mostly of one type, and here of another.
    Type,
    /// A name that is tagged in one place of a record and not in another.
    Untagged,
    /// A reason that begins with the connective in front of it.
    Connective,
    /// A reference that no claim needs.
    Reference,
    /// A sentence that is labelled otherwise in another record.
    Repeated,
}

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    /// What is odd.
    pub kind: OddKind,
    /// The words in question.
    pub words: String,
    /// What is odd about them.
    pub note: String,
    /// The records it is found in.
    pub records: Vec<String>,
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.records[..self.records.len().min(NAMED)].join(", ");
        write!(f, "{:?}: {}: {}", self.words, self.note, named)?;
        match self.records.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// Lists what looks odd, kind by kind.
pub fn odd(records: &[&Record]) -> Vec<Odd> {
    let mut found = two_labels(OddKind::Relation, records, triggers);
    found.extend(two_labels(OddKind::Type, records, typed));
    found.extend(two_ways(records));
    for record in records {
        found.extend(untagged(record));
        found.extend(connectives(record));
        found.extend(idle_references(record));
    }
    found.sort_by_key(|odd| odd.kind);
    found
}

/// Strings that carry more than one label: a line for each label but the commonest.
fn two_labels(kind: OddKind, records: &[&Record], labelled: fn(&Record) -> Vec<(String, &'static str)>) -> Vec<Odd> {
    let mut uses: BTreeMap<String, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for record in records {
        for (words, label) in labelled(record) {
            uses.entry(words).or_default().entry(label).or_default().push(record.id.clone());
        }
    }
    let mut found = Vec::new();
    for (words, labels) in uses {
        let Some((&common, often)) = labels.iter().max_by_key(|(_, ids)| ids.len()) else { continue };
        for (label, ids) in labels.iter().filter(|&(&label, ids)| label != common && ids.len() * RARE <= often.len()) {
            let note = format!("here {label}, but {common} {} times", often.len());
            let mut records = ids.clone();
            records.dedup();
            found.push(Odd { kind, words: words.clone(), note, records });
        }
    }
    found
}

/// The triggers without their endings, and their relations.
fn triggers(record: &Record) -> Vec<(String, &'static str)> {
    let of_claim = |(trigger, relation): (&String, Relation)| {
        let words = record.span(trigger)?.span.of(&record.text).to_lowercase();
        let stems: Vec<&str> = words.split_whitespace().map(stem).collect();
        Some((stems.join(" "), relation.as_str()))
    };
    record.claims.iter().filter_map(|claim| of_claim((&claim.trigger, claim.relation))).collect()
}

/// What is left of an English verb or noun without its regular endings; good enough to bring its forms together.
fn stem(word: &str) -> &str {
    let endings = ["ing", "ed", "es", "s", "e"];
    let cut = endings.iter().find_map(|ending| word.strip_suffix(ending));
    cut.filter(|stem| stem.len() >= 3).unwrap_or(word)
}

/// The named mentions and their types.
fn typed(record: &Record) -> Vec<(String, &'static str)> {
    let named = record.spans.iter().filter_map(|span| match span.label {
        SpanLabel::Mention(kind) => Some((span.span.of(&record.text).to_owned(), kind.as_str())),
        _ => None,
    });
    named.collect()
}

/// Names that stand in the text once more, as whole words and outside of any mention.
fn untagged(record: &Record) -> Vec<Odd> {
    let is_mention = |label: &SpanLabel| matches!(label, SpanLabel::Mention(_) | SpanLabel::Ref(_));
    let mentions: Vec<Span> = record.spans.iter().filter(|s| is_mention(&s.label)).map(|s| s.span).collect();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for span in &record.spans {
        let words = span.span.of(&record.text);
        if !matches!(span.label, SpanLabel::Mention(kind) if is_name(kind)) || !seen.insert(words) {
            continue;
        }
        let places = record.text.match_indices(words).map(|(at, _)| Span::new(at, at + words.len()));
        let missed = places
            .filter(|&place| is_whole(&record.text, place) && !mentions.iter().any(|mention| mention.overlaps(place)))
            .count();
        if missed > 0 {
            let note = format!("tagged, but not everywhere; places left out: {missed}");
            found.push(odd_in(record, OddKind::Untagged, words, note));
        }
    }
    found
}

const fn is_name(kind: MentionType) -> bool {
    matches!(kind, MentionType::Org | MentionType::Person | MentionType::Product | MentionType::Place)
}

/// Whether no letter or digit touches the place.
fn is_whole(text: &str, place: Span) -> bool {
    !text[..place.start].ends_with(char::is_alphanumeric) && !text[place.end..].starts_with(char::is_alphanumeric)
}

fn connectives(record: &Record) -> Vec<Odd> {
    let reasons = record.spans.iter().filter(|span| matches!(span.label, SpanLabel::Reason(_)));
    let found = reasons.filter_map(|span| {
        let words = span.span.of(&record.text);
        let start = words.to_lowercase();
        let connective =
            CONNECTIVES.into_iter().find(|c| start.strip_prefix(c).is_some_and(|rest| rest.starts_with(' ')))?;
        let note = format!("{connective:?} belongs in front of the reason");
        Some(odd_in(record, OddKind::Connective, words, note))
    });
    found.collect()
}

/// References that neither a claim nor a reference in a claim names.
fn idle_references(record: &Record) -> Vec<Odd> {
    let mut open: Vec<&str> = Vec::new();
    for claim in &record.claims {
        open.extend(claim.lists().into_iter().flat_map(|(_, names)| names).map(String::as_str));
        if let ClaimSource::Mention(name) = &claim.source {
            open.push(name);
        }
    }
    let mut needed: HashSet<&str> = HashSet::new();
    while let Some(name) = open.pop() {
        if needed.insert(name)
            && let Some(SpanLabel::Ref(to)) = record.span(name).map(|span| &span.label)
        {
            open.push(to);
        }
    }
    let references = record.spans.iter().filter(|span| matches!(span.label, SpanLabel::Ref(_)));
    let idle = references.filter(|span| !needed.contains(span.name.as_str()));
    let note = |name: &str| format!("no claim needs the reference {name}");
    idle.map(|span| odd_in(record, OddKind::Reference, span.span.of(&record.text), note(&span.name))).collect()
}

fn odd_in(record: &Record, kind: OddKind, words: &str, note: String) -> Odd {
    Odd { kind, words: words.to_owned(), note, records: vec![record.id.clone()] }
}

#[cfg(test)]
mod tests {
    use super::{
        super::parse::{Parsed, records},
        *,
    };

    fn found(inline: &str) -> Vec<(OddKind, String)> {
        let records: Vec<Record> = records(inline).into_iter().map(|Parsed { record, .. }| record.unwrap()).collect();
        odd(&records.iter().collect::<Vec<_>>()).into_iter().map(|odd| (odd.kind, odd.words)).collect()
    }

    #[test]
    fn a_rare_relation_and_a_rare_type_are_odd() {
        let record = |id: usize, kind: &str, verb: &str, relation: &str| {
            format!(
                "=== {id}\n---\n[F] <e1 {kind}>Acme</e1> <t1>{verb}</t1> <e2 ORG>Bolt</e2>.\n---\nt1 {relation} who=e1 whom=e2\n"
            )
        };
        let usual: String = (0..5).map(|id| record(id, "ORG", "acquired", "acquisition")).collect();
        assert_eq!(found(&usual), []);
        let with_a_rare_one = usual + &record(5, "PRODUCT", "Acquires", "supply");
        assert_eq!(found(&with_a_rare_one), [(OddKind::Relation, "acquir".into()), (OddKind::Type, "Acme".into())]);
    }

    #[test]
    fn names_left_out_connectives_and_idle_references_are_odd() {
        let record = "=== x\n---\n[F] <e1 ORG>Acme</e1> <t1>bought</t1> <e2 ORG>Bolt</e2> because <r1 cause>it \
            wanted Acmeville</r1>. [F] Acme says that <e3 REF=e1>it</e3> <t2>sold</t2> <e4 ORG>Coil</e4> <r2 cause>because \
            of <e5 REF=e4>its</e5> debts</r2>.\n---\nt1 acquisition who=e1 whom=e2 why=r1\nt2 ownership who=e3 whom=e4 \
            status=ended why=r2\n";
        let expected = [
            (OddKind::Untagged, "Acme".into()),
            (OddKind::Connective, "because of its debts".into()),
            (OddKind::Reference, "its".into()),
        ];
        assert_eq!(found(record), expected);
    }
}
