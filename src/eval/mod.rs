//! Measuring: how far what a model or another reader says about annotated passages agrees with their labels.
//!
//! An [`Answer`] is what one side says about one text. [`score`] compares two of them, [`Evaluation`] sums up over
//! records and prints the table, [`predict`] lets a model answer, [`differences`] lists the claims that differ.

mod answer;
mod bootstrap;
mod calibration;
mod claim_set;
mod difference;
mod exam;
mod logistic;
mod loose;
mod measure;
mod predict;
mod report;
mod score;

pub use answer::Answer;
pub use calibration::{CalibrationError, CurvePoint};
pub use difference::{Cause, Difference, Side, differences};
pub use exam::{Exam, ExamError, ExamResult};
pub use measure::{Counts, Measure, Rate, Scores, Share};
pub use predict::predict;
pub use report::{Evaluation, Row};
pub use score::score;

#[cfg(test)]
mod tests;
