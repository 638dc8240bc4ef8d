//! How a training goes.

use std::time::{Duration, Instant};

use tch::Tensor;

use super::{Example, Report};

/// How often to tell.
const EVERY: Duration = Duration::from_secs(10);

/// Sums up steps until it is time to tell.
#[derive(Debug)]
pub struct Progress {
    started: Instant,
    told: Instant,
    /// What was done before, as a share of the whole.
    before: f64,
    pieces: usize,
    losses: Vec<Tensor>,
}

impl Progress {
    /// Progress of a training of which `before` (0 to 1) is done.
    pub fn new(before: f64) -> Self {
        let now = Instant::now();
        Self { started: now, told: now, before, pieces: 0, losses: Vec::new() }
    }

    /// Notes a step, after which `done` (0 to 1) of the training is done; gives a report when it is time for one.
    pub fn step(&mut self, pass: usize, done: f64, batch: &[&Example], loss: &Tensor) -> Option<Report> {
        self.pieces += batch.iter().map(|example| example.tokens.len()).sum::<usize>();
        // Read only when told: reading waits for the device.
        self.losses.push(loss.detach());
        if self.told.elapsed() < EVERY && done < 1.0 {
            return None;
        }
        self.told = Instant::now();
        let loss = Tensor::stack(&std::mem::take(&mut self.losses), 0).mean(tch::Kind::Double).double_value(&[]);
        let seconds = self.started.elapsed().as_secs_f64();
        let left = seconds / (done - self.before) * (1.0 - done);
        Some(Report {
            pass: pass + 1,
            done,
            loss,
            pieces_per_second: self.pieces as f64 / seconds,
            left: Duration::from_secs_f64(left),
        })
    }
}
