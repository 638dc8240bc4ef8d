//! How sure one can be of a claim.

/// The probability that all parts of a claim are right, as if they were independent: their product.
/// Figures that are no probability count as the nearest one.
pub(super) fn all_right(parts: impl IntoIterator<Item = f32>) -> f32 {
    parts.into_iter().map(|part| if part.is_nan() { 0.0 } else { part.clamp(0.0, 1.0) }).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_must_be_right() {
        assert_eq!(all_right([0.5, 0.5, 1.0]), 0.25);
        assert_eq!(all_right([0.5, f32::NAN]), 0.0);
        assert_eq!(all_right([2.0, 0.5]), 0.5);
    }
}
