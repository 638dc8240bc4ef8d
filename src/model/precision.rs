//! The precision of the encoder's arithmetic, and which one is fastest here.

use std::{fmt, time::Instant};

use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor, no_grad};

use super::{ModelError, layer::Product, stored::Matrix};

/// The numbers that the encoder's layers compute with. The heads always compute in `f32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32 bits: the reference.
    F32,
    /// 16 bits with the range of `f32`.
    Bf16,
    /// Products of whole numbers of 8 bits, each row of weights and each word piece with a scale of its own; the rest in
    /// `f32`, attention in `bf16` where the CPU has it.
    Int8,
}

impl Precision {
    /// All, most exact first.
    pub const ALL: [Self; 3] = [Self::F32, Self::Bf16, Self::Int8];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::Int8 => "int8",
        }
    }

    /// Checks that `device` computes in it, and right.
    ///
    /// # Errors
    /// If it does not.
    pub fn check(self, device: Device) -> Result<(), ModelError> {
        let missing = match self {
            // Without these instructions, sums of two products overflow.
            Self::Int8 if device != Device::Cpu || !has_int8() => "a CPU with AVX512-VNNI or AVX-VNNI",
            Self::Bf16 if device == Device::Cpu && !has_bf16() => "a CPU with AVX512-BF16",
            _ => return Ok(()),
        };
        Err(ModelError::Precision(self, missing))
    }

    /// The fastest of `allowed` on `device`: on a CPU, by the time that a small product takes in each.
    pub fn fastest(device: Device, allowed: &[Self]) -> Self {
        let here: Vec<Self> = allowed.iter().copied().filter(|precision| precision.check(device).is_ok()).collect();
        match here[..] {
            [] => Self::F32,
            [only] => only,
            _ if device != Device::Cpu => here[0],
            _ => no_grad(|| {
                let seconds: Vec<f64> = here.iter().map(|precision| precision.time()).collect();
                let fastest = (0..here.len()).min_by(|&a, &b| seconds[a].total_cmp(&seconds[b]));
                fastest.map_or(Self::F32, |at| here[at])
            }),
        }
    }

    /// Seconds that a product takes, at best.
    fn time(self) -> f64 {
        let numbers = |rows| Tensor::rand([rows, PROBE_WIDTH], (Kind::Float, Device::Cpu)) - 0.5;
        let product = Product::new(Matrix::Plain(numbers(PROBE_WIDTH)), Tensor::zeros([PROBE_WIDTH], FLOAT), self);
        let input = numbers(PROBE_ROWS).to_kind(self.kind());
        let times = (0..PROBES).map(|_| {
            let start = Instant::now();
            drop(product.forward(&input));
            start.elapsed().as_secs_f64()
        });
        times.fold(f64::INFINITY, f64::min)
    }

    /// The type of hidden states between products.
    pub(super) fn kind(self) -> Kind {
        if self == Self::Bf16 { Kind::BFloat16 } else { Kind::Float }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

const FLOAT: (Kind, Device) = (Kind::Float, Device::Cpu);

/// The product that is timed: as wide as a common encoder, as many rows as fit in a core's cache. It takes 3 ms in the
/// slowest precision.
const PROBE_WIDTH: i64 = 768;
const PROBE_ROWS: i64 = 128;
/// How often it is timed; the first times are those of a cold start.
const PROBES: usize = 4;

/// Whether the CPU adds up products of 8 bits in 32.
fn has_int8() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx512vnni") || is_x86_feature_detected!("avxvnni");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

/// Whether the CPU multiplies `bf16`.
pub(super) fn has_bf16() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx512bf16");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_is_one_of_those_allowed_that_run_here() {
        assert_eq!(Precision::fastest(Device::Cpu, &[Precision::F32]), Precision::F32);
        assert_eq!(Precision::fastest(Device::Cpu, &[]), Precision::F32);
        let fastest = Precision::fastest(Device::Cpu, &Precision::ALL);
        fastest.check(Device::Cpu).unwrap();
    }
}
