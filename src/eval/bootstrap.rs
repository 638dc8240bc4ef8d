//! How far an F1 would vary from sample to sample.

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::measure::Counts;

/// Samples drawn.
const DRAWS: usize = 1000;
/// Fixed, so that the same records give the same interval.
const SEED: u64 = 0;

/// The 95% confidence interval of the F1 of all `records` together, by the percentile bootstrap over records.
/// `None` if there is nothing to measure.
pub(super) fn f1_interval(records: &[Counts]) -> Option<(f64, f64)> {
    let mut random = StdRng::seed_from_u64(SEED);
    let mut draw = |_| {
        let mut sum = Counts::default();
        for _ in records {
            sum += records[random.random_range(0..records.len())];
        }
        sum.f1()
    };
    let mut draws: Vec<f64> = (0..DRAWS).filter_map(&mut draw).collect();
    draws.sort_by(f64::total_cmp);
    let at = |share: f64| draws.get((share * draws.len() as f64) as usize).copied();
    at(0.025).zip(at(0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_narrows_with_more_records() {
        let counts = |n| [Counts { right: 1, found: 1, wanted: 1 }, Counts { right: 0, found: 1, wanted: 1 }].repeat(n);
        let (low, high) = f1_interval(&counts(50)).unwrap();
        // Binomial with n = 100 and p = 1/2: 0.5 ± 0.098.
        assert!((low - 0.402).abs() < 0.02 && (high - 0.598).abs() < 0.02, "{low} {high}");
        let (narrow_low, narrow_high) = f1_interval(&counts(500)).unwrap();
        assert!(low < narrow_low && narrow_low < 0.5 && 0.5 < narrow_high && narrow_high < high);
        assert_eq!(f1_interval(&counts(50)), Some((low, high)));
    }

    #[test]
    fn nothing_has_no_interval() {
        assert_eq!(f1_interval(&[]), None);
        assert_eq!(f1_interval(&[Counts::default(); 3]), None);
    }
}
