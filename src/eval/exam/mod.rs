//! Exams: how a model does on public data sets whose labels are not ours.
//!
//! What a data set asks and what tieup tells are never quite the same, so each exam says exactly what it compares. The
//! figures tell models of tieup apart; they are no answers to the data sets' own tasks. They are not to be tuned on.

mod cnc;
mod core;
mod fire;
mod tokens;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{
    measure::Counts,
    predict::{ReadText, read},
    report::{Row, write_table},
};
use crate::{model::Model, text::sentences};

/// A data set to be examined on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Exam {
    /// CORE's test.json: relations between two given names, in sentences of an encyclopedia about companies
    Core,
    /// Causal News Corpus' dev_subtask2.csv: causes and effects, in sentences of protest news
    Cnc,
    /// FIRE's fire_test.json: mentions, in sentences of financial filings and news
    Fire,
}

/// Why an exam could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum ExamError {
    /// The file cannot be read.
    #[error("{path}: cannot be read: {1}", path = .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    /// The file is not that data set.
    #[error("{path}: not the file that the exam is about ({what}): {problem}", path = .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its usual name.
        what: &'static str,
        /// What is wrong.
        problem: String,
    },
}

/// What a model reached.
#[derive(Debug, Clone, Serialize)]
pub struct ExamResult {
    /// How many texts were read.
    pub texts: usize,
    /// What was compared with what.
    pub compared: &'static str,
    /// The figures.
    pub measures: Vec<Row>,
    /// The mean F1 of the relations, where there are some.
    pub macro_f1: Option<f64>,
}

impl Exam {
    /// Lets `model` take the exam on the file at `path`. `done` is called with the share of the work done, 0 to 1.
    ///
    /// # Errors
    /// If the file cannot be read or is not that data set.
    pub fn take(self, path: &Path, model: &Model, done: impl FnMut(f64)) -> Result<ExamResult, ExamError> {
        match self {
            Self::Core => {
                let mut result = examine(&core::items(path)?, model, core::compare, core::COMPARED, done);
                result.macro_f1 = core::macro_f1(&result.measures);
                Ok(result)
            }
            Self::Cnc => Ok(examine(&cnc::items(path)?, model, cnc::compare, cnc::COMPARED, done)),
            Self::Fire => Ok(examine(&fire::items(path)?, model, fire::compare, fire::COMPARED, done)),
        }
    }
}

/// A text of a data set and what its labels say about it.
#[derive(Debug, Clone, PartialEq)]
struct Item<G> {
    text: String,
    gold: G,
}

/// The counts of one text: the same measures, in the same order, for all texts of an exam.
type Sheet = Vec<(&'static str, Counts)>;

fn examine<G>(
    items: &[Item<G>],
    model: &Model,
    compare: impl Fn(&Item<G>, &ReadText) -> Sheet,
    compared: &'static str,
    done: impl FnMut(f64),
) -> ExamResult {
    let texts = items.iter().map(|item| (item.text.as_str(), sentences(&item.text)));
    let sheets: Vec<Sheet> =
        items.iter().zip(read(model, texts, done)).map(|(item, found)| compare(item, &found)).collect();
    let names: Vec<&str> = sheets.first().into_iter().flatten().map(|(name, _)| *name).collect();
    let row = |(number, name): (usize, &&str)| {
        let counts: Vec<Counts> = sheets.iter().filter_map(|sheet| sheet.get(number)).map(|(_, c)| *c).collect();
        Row::of_counts(name, &counts, true)
    };
    let measures = names.iter().enumerate().map(row).collect();
    ExamResult { texts: items.len(), compared, measures, macro_f1: None }
}

/// The counts if each wanted one is matched with at most one found.
fn matched<T: Copy>(wanted: &[T], found: &[T], agree: impl Fn(&T, &T) -> bool) -> Counts {
    let mut left = wanted.to_vec();
    let mut counts = Counts { right: 0, found: found.len(), wanted: wanted.len() };
    for one in found {
        if let Some(place) = left.iter().position(|gold| agree(gold, one)) {
            left.remove(place);
            counts.right += 1;
        }
    }
    counts
}

/// The table that `tieup exam` prints.
impl fmt::Display for ExamResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.texts == 1 { "" } else { "s" };
        writeln!(f, "{} text{plural}. {}\n", self.texts, self.compared)?;
        write_table(f, &self.measures)?;
        if let Some(macro_f1) = self.macro_f1 {
            writeln!(f, "\nmacro F1 of the relations: {macro_f1:.3}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_matched_once() {
        let counts = matched(&[1, 2], &[1, 3, 5], |a, b| a % 2 == b % 2);
        assert_eq!(counts, Counts { right: 1, found: 3, wanted: 2 });
    }
}
