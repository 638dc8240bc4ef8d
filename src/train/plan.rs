//! The order of a training: which windows make which step's batch, and how fast to learn at each step.

use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};

use super::{Example, TrainOptions};

/// Windows whose lengths differ by less than this many pieces change places between passes.
const JITTER: usize = 60;

/// All batches of all passes, fixed by the options' seed.
#[derive(Debug)]
pub struct Plan {
    /// The pass of each step, from 1, and the numbers of its examples.
    batches: Vec<(usize, Vec<usize>)>,
    warm_up: f64,
}

impl Plan {
    /// Batches of windows of about the same length, in an order that differs from pass to pass.
    pub fn new(examples: &[Example], options: &TrainOptions) -> Self {
        let lengths: Vec<usize> = examples.iter().map(|example| example.tokens.len() + 2).collect();
        let mut batches = Vec::new();
        for pass in 0..options.passes {
            let mut random = StdRng::seed_from_u64(options.seed ^ ((pass as u64) << 32));
            let mut order: Vec<usize> = (0..lengths.len()).collect();
            order.sort_by_cached_key(|&i| lengths[i] + random.random_range(0..JITTER));
            let mut of_pass = pack(&order, &lengths, options.batch_pieces);
            of_pass.shuffle(&mut random);
            batches.extend(of_pass.into_iter().map(|batch| (pass + 1, batch)));
        }
        Self { batches, warm_up: options.warm_up }
    }

    /// Steps in all.
    pub fn steps(&self) -> usize {
        self.batches.len()
    }

    /// The pass of a step, from 1, and the numbers of its examples.
    pub fn batch(&self, step: usize) -> (usize, &[usize]) {
        let (pass, batch) = &self.batches[step];
        (*pass, batch)
    }

    /// The share of the highest learning rate: rises over the warm-up, then falls to 0, both linearly.
    pub fn pace(&self, step: usize) -> f64 {
        let (step, steps) = (step as f64, self.steps() as f64);
        ((step + 1.0) / (self.warm_up * steps).max(1.0)).min(1.0) * (steps - step) / steps
    }
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
