//! The machine that a run ran on, as far as results and speed depend on it.

use std::fs;

use serde::{Deserialize, Serialize};

/// The processor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cpu {
    /// What it is called, where the system tells.
    pub model: Option<String>,
    /// The instruction sets that libtorch chooses its kernels by.
    pub features: Vec<String>,
}

impl Cpu {
    /// This machine's.
    pub fn here() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let line = info.lines().find(|line| line.starts_with("model name"));
        let model = line.and_then(|line| line.split_once(':')).map(|(_, name)| name.trim().to_owned());
        Self { model, features: features() }
    }
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<String> {
    macro_rules! present {
        ($($name:tt),*) => { [$(($name, is_x86_feature_detected!($name))),*] };
    }
    let known = present!("sse4.2", "avx", "avx2", "fma", "avx512f", "avx512bw", "avx512vl", "avx512vnni", "avx512bf16");
    known.into_iter().filter(|&(_, is_present)| is_present).map(|(name, _)| name.to_owned()).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> Vec<String> {
    Vec::new()
}

/// The most memory that this process has had, in bytes, where the system tells.
pub(super) fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
