//! Variations of a record that leave its answers as they are: other names, other capitals, other typography.

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng, rngs::StdRng, seq::IndexedRandom};

use crate::{
    corpus::{Record, SpanLabel},
    labels::MentionType,
    text::Span,
};

/// How often a record is varied in each way, as probabilities.
const NAMES: f64 = 0.4;
const CAPITALS: f64 = 0.06;
const TYPOGRAPHY: f64 = 0.1;

/// The types whose names may change places with others of their type.
const SWAPPED: [MentionType; 4] = [MentionType::Org, MentionType::Person, MentionType::Product, MentionType::Place];

/// Replacement names, by type: those of the training text itself.
#[derive(Debug)]
pub struct Names(BTreeMap<MentionType, Vec<String>>);

impl Names {
    /// Every name in `records`, once.
    pub fn of(records: &[Record]) -> Self {
        let mut names: BTreeMap<MentionType, BTreeSet<&str>> = BTreeMap::new();
        for record in records {
            for (span, kind) in swappable(record) {
                names.entry(kind).or_default().insert(span.of(&record.text));
            }
        }
        Self(names.into_iter().map(|(kind, set)| (kind, set.into_iter().map(str::to_owned).collect())).collect())
    }
}

/// The record, perhaps varied.
pub fn vary(record: &Record, names: &Names, random: &mut StdRng) -> Record {
    let mut record = record.clone();
    if random.random_bool(NAMES) {
        record = swap_names(&record, names, random);
    }
    if random.random_bool(TYPOGRAPHY) {
        record = change_typography(&record, random);
    }
    if random.random_bool(CAPITALS) {
        record = change_capitals(&record, random);
    }
    record
}

/// Named mentions that hold no other mention.
fn swappable(record: &Record) -> impl Iterator<Item = (Span, MentionType)> {
    record.spans.iter().filter_map(|span| match &span.label {
        SpanLabel::Mention(kind) if SWAPPED.contains(kind) => Some((span.span, *kind)),
        _ => None,
    })
}

/// Every name becomes another of its type, the same one wherever it occurs. A short form (`Verda` of `Verda Cloud`) becomes
/// the first word of what its full name becomes.
fn swap_names(record: &Record, names: &Names, random: &mut StdRng) -> Record {
    let mut mentions: Vec<(Span, MentionType)> = swappable(record).collect();
    let all = mentions.clone();
    mentions.retain(|(span, _)| !all.iter().any(|(other, _)| other != span && span.contains(*other)));
    mentions.sort();
    let mut full: Vec<(&str, MentionType)> =
        mentions.iter().map(|(span, kind)| (span.of(&record.text), *kind)).collect();
    full.sort_by_key(|(name, _)| (std::cmp::Reverse(name.len()), *name));
    full.dedup();
    let mut new: BTreeMap<&str, String> = BTreeMap::new();
    for (name, kind) in full {
        let longer = new.iter().find(|(long, _)| long.starts_with(name) && long[name.len()..].starts_with(' '));
        let replacement = match longer {
            Some((_, other)) => other.split(' ').next().map(str::to_owned),
            None => names.0.get(&kind).and_then(|pool| pool.choose(random)).cloned(),
        };
        if let Some(replacement) = replacement {
            new.entry(name).or_insert(replacement);
        }
    }
    let edits = mentions.iter().filter_map(|(span, _)| Some((*span, new.get(span.of(&record.text))?.clone())));
    edit(record, edits)
}

/// All small letters, Every Word Capitalised, or ALL CAPITALS, as headlines and transcripts have it.
fn change_capitals(record: &Record, random: &mut StdRng) -> Record {
    let style = random.random_range(0..3);
    let mut in_word = false;
    let edits: Vec<(Span, String)> = record
        .text
        .char_indices()
        .map(|(at, c)| {
            let first = !std::mem::replace(&mut in_word, c.is_alphanumeric() || c == '\'' || c == '’');
            let new = match style {
                0 => c.to_lowercase().collect(),
                1 if first => c.to_uppercase().collect(),
                1 => c.to_string(),
                _ => c.to_uppercase().collect(),
            };
            (Span::new(at, at + c.len_utf8()), new)
        })
        .collect();
    edit(record, edits)
}

/// Straight for curly quotes and the other way round, one dash for another, blanks before signs as a tokeniser leaves them.
fn change_typography(record: &Record, random: &mut StdRng) -> Record {
    let (quotes, dashes, blanks) = (random.random_bool(0.5), random.random_bool(0.5), random.random_bool(0.3));
    let mut before = ' ';
    let mut edits = Vec::new();
    for (at, c) in record.text.char_indices() {
        let opens = before.is_whitespace() || before == '(';
        let new = match c {
            '"' if quotes => Some(if opens { "“" } else { "”" }),
            '\'' if quotes => Some(if opens { "‘" } else { "’" }),
            '“' | '”' if quotes => Some("\""),
            '‘' | '’' if quotes => Some("'"),
            '—' | '–' if dashes => Some("-"),
            ',' if blanks && before.is_alphabetic() => Some(" ,"),
            _ => None,
        };
        before = c;
        edits.extend(new.map(|new| (Span::new(at, at + c.len_utf8()), new.to_owned())));
    }
    // An inserted blank would become part of a span that ends or starts there.
    let inside = |edit: &Span| record.spans.iter().all(|s| s.span.start != edit.start && s.span.end != edit.end);
    edits.retain(|(span, _)| inside(span));
    edit(record, edits)
}

/// The record with pieces of its text replaced; everything tagged moves along. Edits are in order and do not overlap.
fn edit(record: &Record, edits: impl IntoIterator<Item = (Span, String)>) -> Record {
    let mut text = String::with_capacity(record.text.len());
    // New place of each old byte that begins or ends an unchanged stretch or an edit.
    let mut places = vec![0; record.text.len() + 1];
    let mut done = 0;
    for (span, new) in edits {
        copy(&record.text, &mut text, &mut places, done..span.start);
        places[span.start] = text.len();
        text.push_str(&new);
        // A place inside a replaced piece moves to its end.
        places[span.start + 1..=span.end].fill(text.len());
        done = span.end;
    }
    copy(&record.text, &mut text, &mut places, done..record.text.len());
    places[record.text.len()] = text.len();
    let mut record = Record { text, ..record.clone() };
    for (start, _) in &mut record.sentences {
        *start = places[*start];
    }
    for span in &mut record.spans {
        span.span = Span::new(places[span.span.start], places[span.span.end]);
    }
    record
}

fn copy(from: &str, to: &mut String, places: &mut [usize], range: std::ops::Range<usize>) {
    let shift = to.len();
    for (i, place) in places[range.clone()].iter_mut().enumerate() {
        *place = shift + i;
    }
    to.push_str(&from[range]);
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::corpus;

    const RECORD: &str = "=== x-1\n---\n[F] <e1 ORG>Verda Cloud</e1> <t1>bought</t1> \"<e2 ORG>Nimbus</e2>\", says <e3 ORG>Verda</e3>. [O] Good.\n---\nt1 acquisition who=e1 whom=e2\n";

    fn strings(record: &Record) -> Vec<&str> {
        record.spans.iter().map(|span| span.span.of(&record.text)).collect()
    }

    #[test]
    fn names_change_together_and_everything_moves_along() {
        let record = corpus::record(RECORD);
        let pool = Names(BTreeMap::from([(MentionType::Org, vec!["Gaïa Power Systems".to_owned()])]));
        let swapped = swap_names(&record, &pool, &mut StdRng::seed_from_u64(1));
        assert_eq!(swapped.text, "Gaïa Power Systems bought \"Gaïa Power Systems\", says Gaïa. Good.");
        assert_eq!(strings(&swapped), ["Gaïa Power Systems", "bought", "Gaïa Power Systems", "Gaïa"]);
        assert!(swapped.text[swapped.sentences[1].0..].starts_with("Good."));
    }

    #[test]
    fn every_variation_keeps_spans_on_the_same_words() {
        let record = corpus::record(RECORD);
        for seed in 0..40 {
            let random = &mut StdRng::seed_from_u64(seed);
            for varied in [change_capitals(&record, random), change_typography(&record, random)] {
                let lower = |record: &Record| strings(record).join("|").to_lowercase();
                assert_eq!(lower(&varied), lower(&record), "{}", varied.text);
            }
        }
    }
}
