//! What the confidence of claims is worth.

use std::ops::AddAssign;

use serde::Serialize;

use super::measure::Counts;

/// How many bins confidence is sorted into; bin `i` holds those from `i`/10 up to below (`i` + 1)/10.
const BINS: usize = 10;

/// The claims of about one confidence.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Bin {
    /// How many.
    claims: usize,
    /// How many of them are right.
    right: usize,
    /// Their confidences, summed up.
    confidence: f64,
}

/// Claims sorted by their confidence.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Bins([Bin; BINS]);

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
}

impl Bins {
    pub fn add(&mut self, confidence: f32, right: bool) {
        let bin = &mut self.0[((f64::from(confidence) * BINS as f64) as usize).min(BINS - 1)];
        bin.claims += 1;
        bin.right += usize::from(right);
        bin.confidence += f64::from(confidence);
    }

    /// The curve over the confidences 0, 0.1 … 0.9, where `wanted` claims should have been found.
    pub fn curve(&self, wanted: usize) -> Vec<CurvePoint> {
        let point = |first: usize| {
            let (mut right, mut found) = (0, 0);
            for bin in &self.0[first..] {
                right += bin.right;
                found += bin.claims;
            }
            let counts = Counts { right, found, wanted };
            CurvePoint {
                min_confidence: first as f64 / BINS as f64,
                claims: found,
                precision: counts.precision(),
                recall: counts.recall(),
            }
        };
        (0..BINS).map(point).collect()
    }

    /// The expected calibration error: by how much confidence and the share that is right differ, in the mean over claims.
    pub fn calibration_error(&self) -> Option<f64> {
        let claims: usize = self.0.iter().map(|bin| bin.claims).sum();
        let gap: f64 = self.0.iter().map(|bin| (bin.confidence - bin.right as f64).abs()).sum();
        (claims > 0).then(|| gap / claims as f64)
    }
}

impl AddAssign for Bins {
    fn add_assign(&mut self, other: Self) {
        for (bin, other) in self.0.iter_mut().zip(other.0) {
            bin.claims += other.claims;
            bin.right += other.right;
            bin.confidence += other.confidence;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_figures() {
        let mut bins = Bins::default();
        for (confidence, right) in [(0.95, true), (0.85, false), (0.8, true), (0.25, false), (1.0, true)] {
            bins.add(confidence, right);
        }
        let curve = bins.curve(4);
        let at = |i: usize| (curve[i].claims, curve[i].precision, curve[i].recall);
        assert_eq!(at(0), (5, Some(0.6), Some(0.75)));
        assert_eq!(at(3), (4, Some(0.75), Some(0.75)));
        assert_eq!(at(9), (2, Some(1.0), Some(0.5)));
        // |0.25 − 0| + |1.65 − 1| + |1.95 − 2| over five claims.
        assert!((bins.calibration_error().unwrap() - 0.95 / 5.0).abs() < 1e-6);
        assert_eq!(Bins::default().calibration_error(), None);
    }
}
