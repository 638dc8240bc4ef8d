//! How a training goes.

use std::time::{Duration, Instant};

use tch::Tensor;

use super::{Example, Report, plan::Plan};

/// How often to tell.
const EVERY: Duration = Duration::from_secs(10);

/// Sums up steps until it is time to tell.
#[derive(Debug)]
pub struct Progress {
    started: Instant,
    told: Instant,
    start: usize,
    steps: usize,
    pieces: usize,
    losses: Vec<Tensor>,
}

impl Progress {
    /// Progress from step number `start` of the plan on.
    pub fn new(plan: &Plan, start: usize) -> Self {
        let now = Instant::now();
        Self { started: now, told: now, start, steps: plan.steps(), pieces: 0, losses: Vec::new() }
    }

    /// Notes a step; gives a report when it is time for one, and at the end.
    pub fn step(&mut self, pass: usize, step: usize, batch: &[Example], loss: &Tensor) -> Option<Report> {
        self.pieces += batch.iter().map(|example| example.tokens.len()).sum::<usize>();
        // Read only when told: reading waits for the device.
        self.losses.push(loss.detach());
        if self.told.elapsed() < EVERY && step + 1 < self.steps {
            return None;
        }
        self.told = Instant::now();
        let loss = Tensor::stack(&std::mem::take(&mut self.losses), 0).mean(tch::Kind::Double).double_value(&[]);
        let seconds = self.started.elapsed().as_secs_f64();
        let left = seconds / (step + 1 - self.start) as f64 * (self.steps - step - 1) as f64;
        Some(Report {
            pass,
            step: step + 1,
            steps: self.steps,
            loss,
            pieces_per_second: self.pieces as f64 / seconds,
            left: Duration::from_secs_f64(left),
        })
    }
}
