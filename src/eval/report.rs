//! The figures of many records, as rows and as a table.

use std::fmt;

use serde::Serialize;

use super::{
    bootstrap,
    measure::{Counts, Measure, Rate, Scores, Share},
};

/// The scores of many records.
#[derive(Debug, Clone, Default)]
pub struct Evaluation {
    pub(super) records: Vec<Scores>,
}

/// One measure or rate, rounded to four digits. What does not apply, or has nothing to measure, is `None`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What is measured.
    pub measure: String,
    /// The share of what was found that is right.
    pub precision: Option<f64>,
    /// The share of what was wanted that was found.
    pub recall: Option<f64>,
    /// Their harmonic mean.
    pub f1: Option<f64>,
    /// The lower end of its 95% confidence interval.
    pub f1_low: Option<f64>,
    /// The upper end.
    pub f1_high: Option<f64>,
    /// For a rate: `right` of `wanted`.
    pub share: Option<f64>,
    /// How many are right; for a rate, how many it holds for.
    pub right: usize,
    /// How many were found.
    pub found: Option<usize>,
    /// How many there are.
    pub wanted: usize,
}

impl Evaluation {
    /// Adds the scores of one record.
    pub fn add(&mut self, record: Scores) {
        self.records.push(record);
    }

    /// Adds the records of another evaluation.
    pub fn extend(&mut self, other: &Self) {
        self.records.extend_from_slice(&other.records);
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The counts of all records together.
    pub fn total(&self) -> Scores {
        let mut total = Scores::default();
        for record in &self.records {
            total += record;
        }
        total
    }

    /// Every measure and rate.
    pub fn rows(&self) -> Vec<Row> {
        let total = self.total();
        let measures = total.measures().map(|(measure, _)| self.measure_row(measure));
        let rates = total.rates().map(|(rate, share)| rate_row(rate, share));
        measures.chain(rates).collect()
    }

    fn measure_row(&self, measure: Measure) -> Row {
        let counts: Vec<Counts> = self.records.iter().map(|record| record.counts(measure)).collect();
        Row::of_counts(&measure.to_string(), &counts, measure.is_main())
    }
}

impl Row {
    /// A measure of texts with these counts.
    pub(super) fn of_counts(measure: &str, texts: &[Counts], with_interval: bool) -> Self {
        let mut counts = Counts::default();
        texts.iter().for_each(|text| counts += *text);
        let interval = if with_interval { bootstrap::f1_interval(texts) } else { None };
        Self {
            measure: measure.to_owned(),
            precision: counts.precision().map(round),
            recall: counts.recall().map(round),
            f1: counts.f1().map(round),
            f1_low: interval.map(|(low, _)| round(low)),
            f1_high: interval.map(|(_, high)| round(high)),
            share: None,
            right: counts.right,
            found: Some(counts.found),
            wanted: counts.wanted,
        }
    }
}

fn rate_row(rate: Rate, share: Share) -> Row {
    Row {
        measure: rate.to_string(),
        precision: None,
        recall: None,
        f1: None,
        f1_low: None,
        f1_high: None,
        share: share.value().map(round),
        right: share.part,
        found: None,
        wanted: share.whole,
    }
}

fn round(figure: f64) -> f64 {
    (figure * 1e4).round() / 1e4
}

/// The table that `tieup eval` prints.
impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (measures, rates): (Vec<_>, Vec<_>) = self.rows().into_iter().partition(|row| row.found.is_some());
        write_table(f, &measures)?;
        writeln!(f, "\n{:<68}{:>8}{:>8}{:>8}", "", "share", "number", "of")?;
        for row in rates {
            writeln!(f, "{:<68}{:>8}{:>8}{:>8}", row.measure, figure(row.share), row.right, row.wanted)?;
        }
        Ok(())
    }
}

/// Writes measures as a table.
pub(super) fn write_table(f: &mut fmt::Formatter<'_>, measures: &[Row]) -> fmt::Result {
    writeln!(
        f,
        "{:<34}{:>10}{:>8}{:>8}{:>16}{:>8}{:>8}{:>8}",
        "", "precision", "recall", "F1", "95% interval", "right", "found", "wanted"
    )?;
    for row in measures {
        let interval = match (row.f1_low, row.f1_high) {
            (Some(low), Some(high)) => format!("{low:.3} to {high:.3}"),
            _ => String::new(),
        };
        let (precision, recall, f1) = (figure(row.precision), figure(row.recall), figure(row.f1));
        let (right, found, wanted) = (row.right, row.found.unwrap_or_default(), row.wanted);
        writeln!(
            f,
            "{:<34}{precision:>10}{recall:>8}{f1:>8}{interval:>16}{right:>8}{found:>8}{wanted:>8}",
            row.measure
        )?;
    }
    Ok(())
}

fn figure(figure: Option<f64>) -> String {
    figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.3}"))
}
