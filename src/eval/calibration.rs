//! What the confidence of claims is worth: measured, and fitted.

use serde::Serialize;

use super::{
    logistic,
    measure::{Counts, Measure, Share},
    report::Evaluation,
};
use crate::model::{Calibration, ClaimSettings};

/// The steps of least confidence that are told of: 0, 0.05 … 0.95.
const STEPS: usize = 20;
/// The bins of the calibration error.
const BINS: usize = 10;
/// Of the claims that are shown by default at least this share is right, as far as those measured tell.
const PRECISION: f64 = 0.7;
/// Of the records without any claim at most this share is given one by default.
const FALSE_RECORDS: f64 = 0.08;

/// Precision and recall of claims above a confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// The least confidence.
    pub min_confidence: f64,
    /// The claims that have it.
    pub claims: usize,
    /// The share of them that is right; `None` if there are none.
    pub precision: Option<f64>,
    /// The share of the claims wanted that are among them; `None` if none are wanted.
    pub recall: Option<f64>,
    /// Of the records without a claim the share in which one of them is; `None` if there is no such record.
    pub false_records: Option<f64>,
}

/// Why nothing can be said of what confidence is worth.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalibrationError {
    /// Nothing to learn from.
    #[error("{right} of the {found} claims found are right; some must be right and some wrong: annotate more passages")]
    OneSided {
        /// The claims found.
        found: usize,
        /// Those that are right.
        right: usize,
    },
    /// The model is as sure of wrong claims as of right ones.
    #[error("the claims that the model is surer of are not right more often; train it further first")]
    NoOrder,
}

impl Evaluation {
    /// The same with another view of what the model's own confidence, which it was made with, is worth.
    pub fn calibrated(&self, calibration: Calibration) -> Self {
        let mut evaluation = self.clone();
        for (confidence, _) in evaluation.records.iter_mut().flat_map(|record| &mut record.claims) {
            *confidence = calibration.apply(*confidence);
        }
        evaluation
    }

    /// What the model's own confidence, which the evaluation was made with, is worth, and the lowest step of confidence
    /// at which the claims can be shown to a reader; 0 if there is none.
    ///
    /// # Errors
    /// If the claims found do not tell.
    pub fn settings(&self) -> Result<ClaimSettings, CalibrationError> {
        let claims = self.total().claims;
        let right = claims.iter().filter(|claim| claim.1).count();
        if right == 0 || right == claims.len() {
            return Err(CalibrationError::OneSided { found: claims.len(), right });
        }
        let calibration = logistic::fit(&claims).ok_or(CalibrationError::NoOrder)?;
        let curve = self.calibrated(calibration).curve();
        let first = curve.iter().find(|point| {
            point.precision.is_some_and(|precision| surely(precision, point.claims) >= PRECISION)
                && point.false_records.is_none_or(|share| share <= FALSE_RECORDS)
        });
        Ok(ClaimSettings { calibration, min_confidence: first.map_or(0.0, |point| point.min_confidence as f32) })
    }

    /// Precision and recall of claims at the least confidences 0, 0.05 … 0.95.
    pub fn curve(&self) -> Vec<CurvePoint> {
        (0..STEPS).map(|step| self.point(step as f64 / STEPS as f64)).collect()
    }

    fn point(&self, min_confidence: f64) -> CurvePoint {
        let (mut counts, mut false_records) = (Counts::default(), Share::default());
        for record in &self.records {
            let wanted = record.counts(Measure::Claims).wanted;
            let kept = || record.claims.iter().filter(|claim| claim.0 >= min_confidence as f32);
            counts += Counts { right: kept().filter(|claim| claim.1).count(), found: kept().count(), wanted };
            if wanted == 0 {
                false_records += Share { part: usize::from(kept().count() > 0), whole: 1 };
            }
        }
        CurvePoint {
            min_confidence,
            claims: counts.found,
            precision: counts.precision(),
            recall: counts.recall(),
            false_records: false_records.value(),
        }
    }

    /// By how much the confidence of claims and the share of them that is right differ, 0 to 1, in the mean (expected
    /// calibration error in ten bins); `None` if there are no claims.
    pub fn calibration_error(&self) -> Option<f64> {
        let claims = self.total().claims;
        let mut gaps = [0.0; BINS];
        for &(confidence, right) in &claims {
            let bin = ((f64::from(confidence) * BINS as f64) as usize).min(BINS - 1);
            gaps[bin] += f64::from(confidence) - f64::from(u8::from(right));
        }
        (!claims.is_empty()).then(|| gaps.iter().map(|gap| gap.abs()).sum::<f64>() / claims.len() as f64)
    }
}

/// What a share seen in `of` cases is at least, in 19 of 20 such samples: the lower end of Wilson's interval.
fn surely(share: f64, of: usize) -> f64 {
    const Z: f64 = 1.645;
    let (n, z2) = (of as f64, Z * Z);
    (share + z2 / (2.0 * n) - Z * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt()) / (1.0 + z2 / n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::Scores;

    /// A record with `wanted` claims, and the claims found in it.
    fn record(wanted: usize, claims: &[(f32, bool)]) -> Scores {
        let mut scores = Scores::default();
        scores.claims.extend_from_slice(claims);
        let right = claims.iter().filter(|claim| claim.1).count();
        scores.add_counts(Measure::Claims, Counts { right, found: claims.len(), wanted });
        scores
    }

    fn evaluation(records: impl IntoIterator<Item = Scores>) -> Evaluation {
        Evaluation { records: records.into_iter().collect() }
    }

    #[test]
    fn known_figures() {
        let evaluation = evaluation([
            record(4, &[(0.95, true), (0.85, false), (0.8, true), (1.0, true)]),
            record(0, &[(0.25, false)]),
            record(0, &[]),
        ]);
        let curve = evaluation.curve();
        let at = |i: usize| (curve[i].claims, curve[i].precision, curve[i].recall, curve[i].false_records);
        assert_eq!(at(0), (5, Some(0.6), Some(0.75), Some(0.5)));
        assert_eq!(at(6), (4, Some(0.75), Some(0.75), Some(0.0)));
        assert_eq!(at(16), (4, Some(0.75), Some(0.75), Some(0.0)), "a claim as sure as that is kept");
        assert_eq!(at(18), (2, Some(1.0), Some(0.5), Some(0.0)));
        // |0.25 − 0| + |1.65 − 1| + |1.95 − 2| over five claims.
        assert!((evaluation.calibration_error().unwrap() - 0.95 / 5.0).abs() < 1e-6);
        assert_eq!(Evaluation::default().calibration_error(), None);
    }

    #[test]
    fn a_share_of_few_is_less_sure() {
        assert!((surely(0.75, 1000) - 0.7268).abs() < 1e-3, "{}", surely(0.75, 1000));
        assert!((surely(1.0, 1) - 0.2699).abs() < 1e-3, "{}", surely(1.0, 1));
    }

    #[test]
    fn what_is_shown_is_right_often_enough() {
        // Of the claims at .9 nine in ten are right, at .5 half of them.
        let records = (0..100).map(|i| record(2, &[(0.9, i % 10 > 0), (0.5, i % 2 > 0)]));
        let all = evaluation(records.clone());
        let settings = all.settings().unwrap();
        let shown = |confidence| settings.calibration.apply(confidence) >= settings.min_confidence;
        assert!(shown(0.9) && !shown(0.5), "{settings:?}");
        let worth = [settings.calibration.apply(0.9), settings.calibration.apply(0.5)];
        assert!((worth[0] - 0.9).abs() < 0.02 && (worth[1] - 0.5).abs() < 0.02, "{worth:?}");
        assert!(all.calibrated(settings.calibration).calibration_error() < Some(0.02));
        // A record in ten has none and is given one at .92: that is too many.
        let empty = (0..10).map(|_| record(0, &[(0.92, false)]));
        let settings = evaluation(records.chain(empty)).settings().unwrap();
        assert!(settings.calibration.apply(0.92) < settings.min_confidence || settings.min_confidence == 0.0);
    }

    #[test]
    fn what_does_not_tell_is_refused() {
        let settings = |claims: &[(f32, bool)]| evaluation([record(9, claims)]).settings();
        let error = settings(&[(0.9, true), (0.4, true)]).unwrap_err();
        assert_eq!(error, CalibrationError::OneSided { found: 2, right: 2 });
        assert!(settings(&[]).is_err());
        let turned = settings(&[(0.2, true), (0.3, true), (0.8, false), (0.9, false)]);
        assert_eq!(turned, Err(CalibrationError::NoOrder));
    }
}
