//! The order of a pass, and how fast to learn when.

use rand::{Rng, rngs::StdRng, seq::SliceRandom};

use super::{Example, TrainOptions};

/// Windows whose lengths differ by less than this many pieces change places between passes.
const JITTER: usize = 60;

/// The batches of a pass, each the numbers of its examples: windows of about the same length together, in an order that
/// differs from pass to pass.
pub fn batches(examples: &[Example], options: &TrainOptions, random: &mut StdRng) -> Vec<Vec<usize>> {
    let lengths: Vec<usize> = examples.iter().map(|example| example.tokens.len() + 2).collect();
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_cached_key(|&i| lengths[i] + random.random_range(0..JITTER));
    let mut batches = pack(&order, &lengths, options.batch_pieces);
    batches.shuffle(random);
    batches
}

/// The share of the highest learning rate when `done` (0 to 1) of the training is done: it rises over the warm-up, then
/// falls to 0, both linearly.
pub fn pace(done: f64, warm_up: f64) -> f64 {
    (done / warm_up).min(1.0) * (1.0 - done)
}

/// Cuts `order` into batches that hold at most `room` pieces when padded to their longest.
fn pack(order: &[usize], lengths: &[usize], room: usize) -> Vec<Vec<usize>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut longest = 0;
    for &i in order {
        let padded = longest.max(lengths[i]);
        match batches.last_mut() {
            Some(batch) if padded * (batch.len() + 1) <= room => {
                batch.push(i);
                longest = padded;
            }
            _ => {
                batches.push(vec![i]);
                longest = lengths[i];
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_every_window_once_and_keep_to_the_room() {
        let lengths = [5, 5, 6, 7, 20, 3, 4];
        let batches = pack(&[5, 6, 0, 1, 2, 3, 4], &lengths, 16);
        assert_eq!(batches, [vec![5, 6, 0], vec![1, 2], vec![3], vec![4]]);
    }
}
