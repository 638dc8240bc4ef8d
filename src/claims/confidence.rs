//! How sure one can be of a claim.

use serde::{Deserialize, Serialize};

/// Turns the model's own confidence into the share of such claims that are right: a line through the log-odds,
/// fitted on annotated text (Platt scaling). The default leaves it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Steepness; above 0, so that the order of claims stays.
    pub slope: f32,
    /// Added to the log-odds.
    pub offset: f32,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { slope: 1.0, offset: 0.0 }
    }
}

impl Calibration {
    /// The calibrated confidence, 0 to 1.
    pub fn apply(self, confidence: f32) -> f32 {
        if self == Self::default() {
            return confidence;
        }
        let p = confidence.clamp(1e-6, 1.0 - 1e-6);
        let log_odds = self.slope * (p / (1.0 - p)).ln() + self.offset;
        1.0 / (1.0 + (-log_odds).exp())
    }
}

/// The probability that all parts of a claim are right, as if they were independent: their product.
/// Figures that are no probability count as the nearest one.
pub(super) fn all_right(parts: impl IntoIterator<Item = f32>) -> f32 {
    parts.into_iter().map(|part| if part.is_nan() { 0.0 } else { part.clamp(0.0, 1.0) }).product()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_parts_must_be_right() {
        assert_eq!(all_right([0.5, 0.5, 1.0]), 0.25);
        assert_eq!(all_right([0.5, f32::NAN]), 0.0);
        assert_eq!(all_right([2.0, 0.5]), 0.5);
    }

    #[test]
    fn calibration_moves_the_log_odds() {
        let calibration = Calibration { slope: 1.0, offset: 3f32.ln() };
        assert!((calibration.apply(0.5) - 0.75).abs() < 1e-6);
        assert_eq!(Calibration::default().apply(0.3), 0.3);
    }

    proptest! {
        #[test]
        fn calibration_keeps_the_order(slope in 0.01f32..5.0, offset in -5f32..5.0, a in 0f32..=1.0, b in 0f32..=1.0) {
            let calibration = Calibration { slope, offset };
            let (low, high) = (calibration.apply(a.min(b)), calibration.apply(a.max(b)));
            prop_assert!(0.0 <= low && low <= high && high <= 1.0);
        }
    }
}
