//! Putting the outputs of shards together.

use std::{
    fs,
    path::{Path, PathBuf},
};

use itertools::Itertools;
use jiff::Timestamp;

use super::{
    Event, ExtractOptions, Manifest, RunError, Seconds, Shard, Summary,
    machine::Cpu,
    manifest,
    results::{Entry, Results, Told},
    shard_file::Entries,
};

/// How many missing shards an error names.
const NAMED: usize = 10;

/// A shard that is complete.
struct Part<'a> {
    folder: &'a Path,
    shard: Shard,
    manifest: Manifest,
}

/// Writes into the folder `out` what one run over all articles would have written, from the output folders of all its
/// shards, in any order. Only `run.json` tells that there were several.
///
/// # Errors
/// If a shard is missing or not complete, they are not of one run, or the outputs cannot be written.
pub fn merge(folders: &[PathBuf], out: &Path, watch: &mut dyn FnMut(Event)) -> Result<(Manifest, Summary), RunError> {
    let parts = folders.iter().map(|folder| Part::read(folder, out)).collect::<Result<Vec<_>, _>>()?;
    check(&parts)?;
    let Some(first) = parts.first() else { return Err(RunError::Merge("name the shards' folders".to_owned())) };
    let options = ExtractOptions { shard: None, ..first.manifest.options.clone() };
    let total: usize = parts.iter().map(|part| part.manifest.counts.found).sum();
    let shards = parts.iter().map(|part| Entries::open(part.folder)).collect::<Result<Vec<_>, _>>()?;
    if out.join(manifest::NAME).exists() {
        watch(Event::Replaces);
    }
    let mut results = Results::create(&options, out)?;
    // An error has no position, and comes at once.
    let position = |entry: &Result<(u64, Entry), _>| entry.as_ref().ok().map(|(position, _)| *position);
    let mut expected = 0;
    for entry in shards.into_iter().kmerge_by(|a, b| position(a) < position(b)) {
        let (position, entry) = entry?;
        if position != expected {
            return Err(RunError::Merge(format!("the shards did not read the same articles: see number {expected}")));
        }
        expected += 1;
        results.add(entry, watch)?;
        watch(Event::Progress(results.counts(), Some(total as u64)));
    }
    if expected != total as u64 {
        return Err(RunError::Merge("a shard has fewer articles than its run.json tells".to_owned()));
    }
    let (told, summary) = results.finish(out)?;
    let manifest = combine(&parts, first, options, told);
    manifest.write(out)?;
    Ok((manifest, summary))
}

impl<'a> Part<'a> {
    fn read(folder: &'a Path, out: &Path) -> Result<Self, RunError> {
        let same = fs::canonicalize(folder).ok().filter(|folder| fs::canonicalize(out).is_ok_and(|out| out == *folder));
        if same.is_some() {
            return Err(RunError::Merge(format!("{} is a shard; name another folder with -o", out.display())));
        }
        let path = folder.join(manifest::NAME);
        if folder.is_dir() && !path.exists() {
            let told = format!(
                "{} is not complete: it has no {}; run that shard again with --resume",
                folder.display(),
                manifest::NAME
            );
            return Err(RunError::Merge(told));
        }
        let manifest = Manifest::read(&path)?;
        let whole = || RunError::Merge(format!("{} is no shard; it was written without --shard", folder.display()));
        Ok(Self { folder, shard: manifest.options.shard.ok_or_else(whole)?, manifest })
    }

    /// In what it differs from `other` so that they cannot be of one run.
    fn difference(&self, other: &Self) -> Option<&'static str> {
        let (a, b) = (&self.manifest, &other.manifest);
        let options = |manifest: &Manifest| ExtractOptions { shard: None, ..manifest.options.clone() };
        let differences = [
            (self.shard.of != other.shard.of, "another number of shards"),
            (a.tieup != b.tieup, "another version of tieup"),
            (a.model.sha256 != b.model.sha256, "another model"),
            (a.precision != b.precision, "another precision"),
            (options(a) != options(b), "other options"),
            (a.inputs != b.inputs, "other inputs"),
        ];
        differences.into_iter().find(|(differs, _)| *differs).map(|(_, what)| what)
    }
}

/// Whether these are all shards of one run.
fn check(parts: &[Part]) -> Result<(), RunError> {
    for (a, b) in parts.iter().tuple_windows() {
        if let Some(what) = a.difference(b) {
            let (a, b) = (a.folder.display(), b.folder.display());
            return Err(RunError::Merge(format!("{b} was made with {what} than {a}")));
        }
    }
    if let Some((a, b)) = parts.iter().tuple_combinations().find(|(a, b)| a.shard == b.shard) {
        let (a, b, shard) = (a.folder.display(), b.folder.display(), a.shard);
        return Err(RunError::Merge(format!("{a} and {b} are both the shard {shard}")));
    }
    let of = parts.first().map_or(0, |part| part.shard.of.get());
    let missing: Vec<_> =
        (1..=of).filter(|&number| parts.iter().all(|part| part.shard.number.get() != number)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let named = missing.iter().take(NAMED).map(|number| format!("{number}/{of}")).join(", ");
    let more = if missing.len() > NAMED { format!(" and {} more", missing.len() - NAMED) } else { String::new() };
    Err(RunError::Merge(format!("the set is not complete: {named}{more} missing")))
}

/// The manifest of them all: times are summed up, workers and memory are those of the largest, the speed is that of one
/// shard on average, and the processor is told only where all ran on the same.
fn combine(parts: &[Part], first: &Part, options: ExtractOptions, told: Told) -> Manifest {
    let all = || parts.iter().map(|part| &part.manifest);
    let time = |text: &&String| text.parse::<Timestamp>().ok();
    let seconds = all().map(|part| part.seconds).fold(Seconds::default(), Seconds::plus);
    let cpu = &first.manifest.cpu;
    Manifest {
        started: all().map(|part| &part.started).min_by_key(time).cloned().unwrap_or_default(),
        finished: all().map(|part| &part.finished).max_by_key(time).cloned().unwrap_or_default(),
        options,
        counts: told.counts,
        skipped: told.skipped,
        warnings: told.warnings,
        more_warnings: told.more_warnings,
        resumed_articles: told.resumed,
        merged_shards: Some(first.shard.of.get()),
        jobs: all().map(|part| part.jobs).max().unwrap_or_default(),
        seconds,
        pieces_per_second: (told.new_pieces as f64 / seconds.total.max(0.001)).round(),
        peak_memory_bytes: all().filter_map(|part| part.peak_memory_bytes).max(),
        cpu: if all().all(|part| part.cpu == *cpu) { cpu.clone() } else { Cpu::default() },
        ..first.manifest.clone()
    }
}
