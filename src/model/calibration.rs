//! What a model's confidence is worth, as its `config.json` says.

use serde::{Deserialize, Serialize};

/// What `config.json` says about claims, under `tieup`; `tieup calibrate` writes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimSettings {
    /// What the model's confidence in a claim is worth.
    pub calibration: Calibration,
    /// The calibrated confidence, 0 to 1, that a claim needs to be written unless the user asks for another.
    pub min_confidence: f32,
}

impl ClaimSettings {
    /// Whether all figures are in their ranges.
    pub(super) fn is_valid(&self) -> bool {
        let Calibration { slope, offset } = self.calibration;
        slope.is_finite() && slope > 0.0 && offset.is_finite() && (0.0..=1.0).contains(&self.min_confidence)
    }
}

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
        1.0 / (1.0 + (-(self.slope * Self::log_odds(confidence) + self.offset)).exp())
    }

    /// The log-odds of a confidence; 0 and 1 count as a millionth off them, so that they are finite.
    pub(crate) fn log_odds(confidence: f32) -> f32 {
        let p = confidence.clamp(1e-6, 1.0 - 1e-6);
        (p / (1.0 - p)).ln()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_slope_that_turns_the_order_is_refused() {
        let with = |slope, offset, min_confidence| {
            ClaimSettings { calibration: Calibration { slope, offset }, min_confidence }.is_valid()
        };
        assert!(ClaimSettings::default().is_valid() && with(0.5, -3.0, 1.0));
        assert!(!with(0.0, 0.0, 0.5) && !with(-1.0, 0.0, 0.5) && !with(1.0, f32::NAN, 0.5) && !with(1.0, 0.0, 1.5));
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
