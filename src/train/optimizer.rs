//! AdamW (Loshchilov and Hutter 2019), with its state open to checkpoints: libtorch's own cannot be saved from here.

use tch::{Tensor, no_grad};

const BETAS: (f64, f64) = (0.9, 0.999);
const EPSILON: f64 = 1e-8;

/// A variable being trained.
#[derive(Debug)]
struct Slot {
    name: String,
    variable: Tensor,
    /// Running mean of the gradient.
    mean: Tensor,
    /// Running mean of its square.
    square: Tensor,
}

/// AdamW with a learning rate per variable.
#[derive(Debug)]
pub struct AdamW {
    slots: Vec<Slot>,
    weight_decay: f64,
    step: i32,
}

impl AdamW {
    /// An optimiser of `variables` that has not taken a step.
    pub fn new(mut variables: Vec<(String, Tensor)>, weight_decay: f64) -> Self {
        variables.sort_by(|a, b| a.0.cmp(&b.0));
        let slot = |(name, variable): (String, Tensor)| {
            let zero = || no_grad(|| variable.zeros_like());
            Slot { name, mean: zero(), square: zero(), variable }
        };
        Self { slots: variables.into_iter().map(slot).collect(), weight_decay, step: 0 }
    }

    /// Forgets all gradients.
    pub fn zero_grad(&mut self) {
        for slot in &mut self.slots {
            slot.variable.zero_grad();
        }
    }

    /// Scales all gradients so that their joint norm is at most `most`.
    pub fn clip_gradients(&mut self, most: f64) {
        no_grad(|| {
            let norms: Vec<Tensor> = self.gradients().map(|gradient| gradient.norm()).collect();
            if norms.is_empty() {
                return;
            }
            let factor = ((Tensor::stack(&norms, 0).norm() + 1e-6).reciprocal() * most).clamp_max(1.0);
            for mut gradient in self.gradients() {
                let _ = gradient.g_mul_(&factor);
            }
        });
    }

    fn gradients(&self) -> impl Iterator<Item = Tensor> {
        self.slots.iter().map(|slot| slot.variable.grad()).filter(Tensor::defined)
    }

    /// One step along the gradients; `rate` gives the learning rate of a variable by its name.
    pub fn step(&mut self, rate: impl Fn(&str) -> f64) {
        self.step += 1;
        let (bias1, bias2) = (1.0 - BETAS.0.powi(self.step), 1.0 - BETAS.1.powi(self.step));
        no_grad(|| {
            for Slot { name, variable, mean, square } in &mut self.slots {
                let gradient = variable.grad();
                if !gradient.defined() {
                    continue;
                }
                let rate = rate(name);
                let _ = mean.g_mul_scalar_(BETAS.0);
                let _ = mean.g_add_(&(&gradient * (1.0 - BETAS.0)));
                let _ = square.g_mul_scalar_(BETAS.1);
                let _ = square.addcmul_(&(&gradient * (1.0 - BETAS.1)), &gradient);
                let _ = variable.g_mul_scalar_(1.0 - rate * self.weight_decay);
                let denominator = square.sqrt() / bias2.sqrt() + EPSILON;
                let _ = variable.addcdiv_(&(&*mean * (-rate / bias1)), &denominator);
            }
        });
    }

    /// The state, to be kept with the variables: running means and the number of steps taken.
    pub fn state(&self) -> Vec<(String, Tensor)> {
        let mut state = vec![("optimizer.step".to_owned(), Tensor::from(i64::from(self.step)))];
        for slot in &self.slots {
            state.push((format!("optimizer.mean.{}", slot.name), slot.mean.shallow_clone()));
            state.push((format!("optimizer.square.{}", slot.name), slot.square.shallow_clone()));
        }
        state
    }

    /// Takes up a state that [`AdamW::state`] gave; `find` looks a tensor up. Says which tensor is missing or of another shape.
    pub fn restore(&mut self, find: impl Fn(&str) -> Option<Tensor>) -> Result<(), String> {
        let step = find("optimizer.step").ok_or("optimizer.step")?;
        self.step = step.int64_value(&[]) as i32;
        for Slot { name, mean, square, .. } in &mut self.slots {
            for (kind, target) in [("mean", mean), ("square", square)] {
                let key = format!("optimizer.{kind}.{name}");
                match find(&key) {
                    Some(found) if found.size() == target.size() => no_grad(|| target.copy_(&found)),
                    _ => return Err(key),
                }
            }
        }
        Ok(())
    }
}
