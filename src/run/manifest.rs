//! `run.json`: what a run read, how, with what, and what came of it.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};

use super::{Counts, ExtractOptions, RunError, hash, machine::Cpu, pipeline::Clock, plan::has_lines};
use crate::{
    article::{Input, Skip},
    model::Precision,
    output,
};

/// Its name in the output folder.
pub(super) const NAME: &str = "run.json";

/// How many skips and how many warnings are listed; the rest is counted.
pub(super) const LISTED: usize = 1000;

/// All about a run. Nothing else that a run writes knows the time or the machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of tieup.
    pub tieup: String,
    /// When it began, UTC.
    pub started: String,
    /// When it ended, UTC.
    pub finished: String,
    /// What was asked for.
    pub options: ExtractOptions,
    /// What was run.
    pub model: ModelRecord,
    /// The precision of the model's arithmetic.
    pub precision: Precision,
    /// What was read.
    pub inputs: InputsRecord,
    /// What was counted.
    pub counts: Counts,
    /// What was skipped, and why: the first thousand; `skipped.csv` has all.
    pub skipped: Vec<SkipRecord>,
    /// What the user should know: the first thousand.
    pub warnings: Vec<String>,
    /// How many more warnings there were.
    pub more_warnings: usize,
    /// Articles taken from a run before.
    pub resumed_articles: usize,
    /// How many shards these results were merged from, if they were. Then times are the sum over all shards, workers and
    /// memory those of the largest one, and the speed is that of one shard on average.
    #[serde(default)]
    pub merged_shards: Option<u32>,
    /// Model workers.
    pub jobs: usize,
    /// Where the time went.
    pub seconds: Seconds,
    /// Word pieces that the model read in each second of the run.
    pub pieces_per_second: f64,
    /// The most memory that the process had, where the system tells.
    pub peak_memory_bytes: Option<u64>,
    /// The processor.
    pub(super) cpu: Cpu,
}

/// A model, as a manifest names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRecord {
    /// Its folder.
    pub folder: String,
    /// The SHA-256 of its files: see [`crate::model::sha256`].
    pub sha256: String,
}

/// The inputs of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputsRecord {
    /// The SHA-256 of all of them: of a line `SHA256  NAME` for each.
    pub sha256: String,
    /// Bytes of all files.
    pub bytes: u64,
    /// Each file, in the order of the run.
    pub files: Vec<InputRecord>,
    /// The SHA-256 of the table of aliases.
    pub aliases: Option<String>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRecord {
    /// What it is called in the run.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its bytes; `null` if it could not be read.
    pub sha256: Option<String>,
}

/// What was skipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkipRecord {
    /// The file, with `#` and what names the record.
    pub path: String,
    /// The stage it failed at.
    pub stage: String,
    /// Why.
    pub reason: String,
}

/// The time that a run took, in seconds: the whole by the clock, the stages as the sum over all threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Seconds {
    /// The whole run, by the clock, without loading the model.
    pub total: f64,
    /// Reading and decoding files that are one article.
    pub read: f64,
    /// Cutting texts into sentences, word pieces and windows.
    pub text: f64,
    /// The model.
    pub model: f64,
    /// Turning scores into claims.
    pub claims: f64,
    /// Writing.
    pub output: f64,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// If the file cannot be read or is something else.
    pub fn read(path: &Path) -> Result<Self, RunError> {
        let bytes = fs::read(path).map_err(|source| RunError::Read { path: path.to_owned(), source })?;
        serde_json::from_slice(&bytes).map_err(|source| RunError::Manifest { path: path.to_owned(), source })
    }

    /// Writes it into `folder`.
    pub(super) fn write(&self, folder: &Path) -> Result<(), RunError> {
        let failed = |source| RunError::Manifest { path: folder.join(NAME), source };
        let json = serde_json::to_string_pretty(self).map_err(failed)?;
        Ok(output::replace(folder, NAME, (json + "\n").as_bytes())?)
    }

    /// Whether the run was made on a processor that libtorch treats like this one. On others it uses other kernels, and the
    /// last digit of a confidence may differ.
    pub fn is_of_this_cpu(&self) -> bool {
        self.cpu.features == Cpu::here().features
    }
}

impl Seconds {
    /// Those of two runs together.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            total: digits(self.total + other.total),
            read: digits(self.read + other.read),
            text: digits(self.text + other.text),
            model: digits(self.model + other.model),
            claims: digits(self.claims + other.claims),
            output: digits(self.output + other.output),
        }
    }

    pub(super) fn new(total: f64, clock: &Clock) -> Self {
        Self {
            total: digits(total),
            read: digits(clock.read.seconds()),
            text: digits(clock.text.seconds()),
            model: digits(clock.model.seconds()),
            claims: digits(clock.claims.seconds()),
            output: digits(clock.output.seconds()),
        }
    }
}

/// Seconds to the millisecond.
fn digits(seconds: f64) -> f64 {
    (seconds * 1e3).round() / 1e3
}

impl SkipRecord {
    /// Names the place of a skip by file and record.
    pub(super) fn new(skip: Skip) -> Self {
        let Skip { id, path, stage, reason } = skip;
        let path = match id.rsplit_once('#') {
            _ if path.ends_with(&id) => path,
            Some((name, number)) if path.ends_with(name) => format!("{path}#{number}"),
            _ => format!("{path}#{id}"),
        };
        Self { path, stage: stage.to_owned(), reason }
    }
}

impl InputsRecord {
    /// Reads all files once. For each file of records, `count_lines` is told its number of lines. Ends early, with
    /// nothing of worth, as soon as `is_cancelled`.
    pub(super) fn new(
        inputs: &[Input],
        aliases: Option<&Path>,
        is_cancelled: impl Fn() -> bool,
        mut count_lines: impl FnMut(u64),
    ) -> Self {
        let mut record = Self::default();
        let mut listing = String::new();
        for input in inputs.iter().take_while(|_| !is_cancelled()) {
            let (bytes, sha256) = match hash::of_file(&input.path) {
                Ok((bytes, sha256, lines)) => {
                    if has_lines(input) {
                        count_lines(lines);
                    }
                    (bytes, Some(sha256))
                }
                Err(_) => (0, None),
            };
            listing += &format!("{}  {}\n", sha256.as_deref().unwrap_or("-"), input.name);
            record.bytes += bytes;
            record.files.push(InputRecord { name: input.name.clone(), bytes, sha256 });
        }
        record.sha256 = hash::of_bytes(listing.as_bytes());
        record.aliases = aliases.and_then(|path| hash::of_file(path).ok()).map(|(_, sha256, _)| sha256);
        record
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skip_names_file_and_record() {
        let place = |id: &str, path: &str| {
            SkipRecord::new(Skip { id: id.to_owned(), path: path.to_owned(), stage: "read", reason: String::new() })
                .path
        };
        assert_eq!(place("b.txt", "in/b.txt"), "in/b.txt");
        assert_eq!(place("b.jsonl#3", "in/b.jsonl"), "in/b.jsonl#3");
        assert_eq!(place("doc-7", "in/b.jsonl"), "in/b.jsonl#doc-7");
        assert_eq!(place("c#1.txt", "in/c#1.txt"), "in/c#1.txt");
    }
}
