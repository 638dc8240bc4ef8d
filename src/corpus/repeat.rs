//! Sentences that stand in several records, and are labelled in more than one way.

use std::collections::BTreeMap;

use super::{
    odd::{Odd, OddKind},
    record::{AnnotatedClaim, Record, SpanLabel},
};
use crate::text::Span;

/// Bytes. What is shorter hangs on the sentences around it.
const SHORT: usize = 25;

/// A line for each sentence that is labelled in more than one way, with one record for each way.
pub(super) fn two_ways(records: &[&Record]) -> Vec<Odd> {
    let mut ways: BTreeMap<&str, BTreeMap<Vec<String>, &str>> = BTreeMap::new();
    for &record in records {
        for (sentence, _) in record.sentence_spans().filter(|(sentence, _)| sentence.len() >= SHORT) {
            let ways = ways.entry(sentence.of(&record.text)).or_default();
            ways.entry(labels(record, sentence)).or_insert(&record.id);
        }
    }
    let differing = ways.into_iter().filter(|(_, ways)| ways.len() > 1);
    let odd = |(words, ways): (&str, BTreeMap<_, &str>)| Odd {
        kind: OddKind::Repeated,
        words: words.to_owned(),
        note: format!("the same sentence, labelled in {} ways", ways.len()),
        records: ways.into_values().map(str::to_owned).collect(),
    };
    differing.map(odd).collect()
}

/// The named mentions and the claims of a sentence, in words that do not depend on the rest of the record.
fn labels(record: &Record, sentence: Span) -> Vec<String> {
    let is_here = |span: Span| sentence.start <= span.start && span.end <= sentence.end;
    let mentions = record.spans.iter().filter_map(|span| match span.label {
        SpanLabel::Mention(kind) if is_here(span.span) => Some(format!("{} {kind}", span.span.start - sentence.start)),
        _ => None,
    });
    let words = |name: &String| record.span(name).map_or("", |span| span.span.of(&record.text));
    let claim = |claim: &AnnotatedClaim| {
        let trigger = record.span(&claim.trigger)?.span;
        let mut parts = vec![trigger.of(&record.text), claim.relation.as_str(), claim.status.as_str()];
        parts.push(claim.polarity.as_str());
        parts.extend(claim.who.iter().map(words));
        parts.push("→");
        parts.extend(claim.whom.iter().map(words));
        is_here(trigger).then(|| parts.join(" "))
    };
    let mut labels: Vec<String> = mentions.chain(record.claims.iter().filter_map(claim)).collect();
    labels.sort();
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::record;

    #[test]
    fn only_a_sentence_labelled_in_two_ways_is_odd() {
        let inline = |id: &str, first: &str, relation: &str| {
            record(&format!(
                "=== {id}\n---\n[F] {first} [F] <e1 ORG>Acme</e1> <t1>tied itself up</t1> with <e2 ORG>Bolt</e2>.\n---\nt1 \
                 {relation} who=e1 whom=e2\n"
            ))
        };
        let records = [
            inline("a", "It is Monday.", "partnership"),
            inline("b", "It is Tuesday.", "partnership"),
            inline("c", "It is Monday.", "acquisition"),
        ];
        let found = two_ways(&records.iter().collect::<Vec<_>>());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].words, "Acme tied itself up with Bolt.");
        assert_eq!(found[0].records, ["c", "a"]);
        assert_eq!(two_ways(&[&records[0], &records[1]]), []);
    }
}
