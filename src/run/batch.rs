//! Which windows of a group of articles the model reads together.

/// Word pieces in a batch, padding included. Small batches stay in a core's cache.
const BATCH_PIECES: usize = 512;

/// Sorts windows of these lengths into batches of about the same length: the numbers of the windows in each.
///
/// This depends on the lengths alone, and with it every bit of the model's answer.
pub(super) fn batches(lengths: &[usize]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&window| lengths[window]);
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for window in order {
        // Lengths ascend, so this one is the length of the batch.
        match batches.last_mut() {
            Some(batch) if (batch.len() + 1) * lengths[window] <= BATCH_PIECES => batch.push(window),
            _ => batches.push(vec![window]),
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_of_like_length_go_together() {
        assert_eq!(batches(&[384, 100, 120, 384, 600, 110]), [vec![1, 5, 2], vec![0], vec![3], vec![4]]);
        assert!(batches(&[]).is_empty());
    }
}
