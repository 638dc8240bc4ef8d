//! Platt scaling: the calibration under which what was seen is the likeliest.

use crate::model::Calibration;

/// Newton's steps; a few are enough for two figures.
const STEPS: usize = 50;
/// Two figures this near to each other are the same.
const NEAR: f64 = 1e-9;

/// The calibration fitted to claims with their confidence and whether they are right, as Platt (1999) has it: as targets
/// not 1 and 0 but what Laplace's rule makes of them, so that claims which confidence tells apart perfectly have a finite
/// answer too. `None` if the surer claims are not right more often.
pub(super) fn fit(claims: &[(f32, bool)]) -> Option<Calibration> {
    let right = claims.iter().filter(|claim| claim.1).count() as f64;
    let wrong = claims.len() as f64 - right;
    let targets = [1.0 / (wrong + 2.0), (right + 1.0) / (right + 2.0)];
    let points: Vec<(f64, f64)> = claims
        .iter()
        .map(|&(confidence, right)| (f64::from(Calibration::log_odds(confidence)), targets[usize::from(right)]))
        .collect();
    let (mut slope, mut offset) = (0.0, ((right + 1.0) / (wrong + 1.0)).ln());
    for _ in 0..STEPS {
        let (mut gradient, mut hessian) = ([0.0; 2], [0.0; 3]);
        for &(x, target) in &points {
            let p = 1.0 / (1.0 + (-(slope * x + offset)).exp());
            let weight = p * (1.0 - p);
            gradient[0] += (target - p) * x;
            gradient[1] += target - p;
            hessian[0] += weight * x * x;
            hessian[1] += weight * x;
            hessian[2] += weight;
        }
        let determinant = hessian[0] * hessian[2] - hessian[1] * hessian[1];
        if determinant < NEAR {
            break;
        }
        let step = [
            (hessian[2] * gradient[0] - hessian[1] * gradient[1]) / determinant,
            (hessian[0] * gradient[1] - hessian[1] * gradient[0]) / determinant,
        ];
        slope += step[0];
        offset += step[1];
        if step[0].abs() + step[1].abs() < NEAR {
            break;
        }
    }
    let round = |figure: f64| ((figure * 1e4).round() / 1e4) as f32;
    let calibration = Calibration { slope: round(slope), offset: round(offset) };
    (calibration.slope > 0.0 && calibration.offset.is_finite()).then_some(calibration)
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn a_calibration_is_found_again() {
        let truth = Calibration { slope: 0.6, offset: -0.8 };
        let mut random = StdRng::seed_from_u64(0);
        let claims: Vec<_> = (0..20_000)
            .map(|_| {
                let confidence = random.random_range(0.02f32..0.999);
                (confidence, random.random::<f32>() < truth.apply(confidence))
            })
            .collect();
        let found = fit(&claims).unwrap();
        assert!((found.slope - truth.slope).abs() < 0.05 && (found.offset - truth.offset).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn claims_told_apart_perfectly_have_an_answer() {
        let found = fit(&[(0.1, false), (0.2, false), (0.8, true), (0.95, true)]).unwrap();
        assert!(found.slope > 0.0 && found.apply(0.9) > 0.6 && found.apply(0.1) < 0.4, "{found:?}");
    }

    #[test]
    fn one_confidence_for_all_tells_nothing() {
        assert_eq!(fit(&[(0.7, false), (0.7, true), (0.7, true)]), None);
    }
}
