//! What is in a set of annotated passages, in figures.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{
    is_space,
    record::{AnnotatedClaim, ClaimSource, Record, SpanLabel},
};

/// How often each thing occurs, by its name: `records`, `words`, `mention ORG`, `claim supply` and so on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats(BTreeMap<String, usize>);

impl Stats {
    /// Counts what is in `records`.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut stats = Self::default();
        for record in records {
            stats.record(record);
        }
        stats
    }

    /// The figure of this name; 0 if nothing of the kind occurs.
    pub fn get(&self, name: &str) -> usize {
        self.0.get(name).copied().unwrap_or_default()
    }

    fn add(&mut self, name: &str, count: usize) {
        *self.0.entry(name.to_owned()).or_default() += count;
    }

    fn record(&mut self, record: &Record) {
        self.add("records", 1);
        self.add("records without a claim", usize::from(record.claims.is_empty()));
        self.add("words", record.text.split(is_space).filter(|word| !word.is_empty()).count());
        self.add("sentences", record.sentences.len());
        for (_, kind) in &record.sentences {
            self.add(&format!("sentence {kind}"), 1);
        }
        for span in &record.spans {
            let name = match &span.label {
                SpanLabel::Mention(kind) => format!("mention {kind}"),
                SpanLabel::Ref(_) => "mention REF".to_owned(),
                SpanLabel::Trigger => "trigger".to_owned(),
                SpanLabel::Reason(kind) => format!("reason {kind}"),
            };
            self.add(&name, 1);
        }
        for claim in &record.claims {
            self.claim(claim);
        }
    }

    fn claim(&mut self, claim: &AnnotatedClaim) {
        self.add(&format!("claim {}", claim.relation), 1);
        self.add(&format!("polarity {}", claim.polarity), 1);
        self.add(&format!("status {}", claim.status), 1);
        self.add("with a reason", usize::from(!claim.why.is_empty()));
        let source = match claim.source {
            ClaimSource::Author => "source author",
            ClaimSource::Unnamed => "source unnamed",
            ClaimSource::Mention(_) => "source mention",
        };
        self.add(source, 1);
    }
}

/// Several sets side by side: a line for each figure, a column for each set.
#[derive(Debug)]
pub struct StatsTable(pub Vec<(String, Stats)>);

impl fmt::Display for StatsTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<_> = self.0.iter().map(|(name, stats)| (name, name.chars().count().max(7), stats)).collect();
        for &(name, width, _) in &columns {
            write!(f, "{name:>width$}  ")?;
        }
        writeln!(f)?;
        let figures: BTreeSet<&String> = self.0.iter().flat_map(|(_, stats)| stats.0.keys()).collect();
        for figure in figures {
            for &(_, width, stats) in &columns {
                write!(f, "{:>width$}  ", stats.get(figure))?;
            }
            writeln!(f, "{figure}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::parse::records, *};

    #[test]
    fn a_table_has_a_column_for_each_set() {
        let all: Vec<Record> = records(include_str!("../../tests/corpus/inline.txt"))
            .into_iter()
            .filter_map(|parsed| parsed.record.ok())
            .collect();
        let table = StatsTable(vec![("all".into(), Stats::of(&all)), ("the first two".into(), Stats::of(&all[..2]))]);
        insta::assert_snapshot!(table);
    }
}
