//! What a shard found, kept for merging: everything that all outputs are made of.
//!
//! Lines of JSON, compressed: `[POSITION, ENTRY]`, the positions ascending. The file appears only when it is complete.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Lines, Write},
    path::{Path, PathBuf},
};

use super::{RunError, results::Entry};
use crate::output::{OutputError, Partial, publish};

/// Its name in the output folder.
pub(super) const NAME: &str = "shard.jsonl.zst";

/// The file while it is written.
pub(super) struct ShardFile {
    writer: zstd::Encoder<'static, Partial>,
    path: PathBuf,
}

impl ShardFile {
    /// Starts it in `folder`.
    pub fn create(folder: &Path) -> Result<Self, OutputError> {
        let path = folder.join(NAME);
        let file = Partial::create(folder, NAME)?;
        let checked = |mut writer: zstd::Encoder<'static, Partial>| writer.include_checksum(true).map(|()| writer);
        let writer = zstd::Encoder::new(file, zstd::DEFAULT_COMPRESSION_LEVEL).and_then(checked);
        Ok(Self { writer: writer.map_err(|source| failed(&path, source))?, path })
    }

    /// Keeps what became of the article at `position`.
    pub fn add(&mut self, position: u64, entry: &Entry) -> Result<(), OutputError> {
        let written = serde_json::to_writer(&mut self.writer, &(position, entry)).map_err(io::Error::from);
        written.and_then(|()| self.writer.write_all(b"\n")).map_err(|source| failed(&self.path, source))
    }

    /// Completes the file.
    pub fn finish(self) -> Result<(), OutputError> {
        let file = self.writer.finish().map_err(|source| failed(&self.path, source))?;
        publish(vec![file])
    }
}

fn failed(path: &Path, source: io::Error) -> OutputError {
    OutputError { target: path.display().to_string(), source }
}

/// The entries of such a file, in their order.
pub(super) struct Entries {
    lines: Lines<BufReader<zstd::Decoder<'static, BufReader<File>>>>,
    path: PathBuf,
}

impl Entries {
    /// Opens the file in `folder`.
    pub fn open(folder: &Path) -> Result<Self, RunError> {
        let path = folder.join(NAME);
        match File::open(&path).and_then(zstd::Decoder::new) {
            Ok(decoder) => Ok(Self { lines: BufReader::new(decoder).lines(), path }),
            Err(source) => Err(RunError::Read { path, source }),
        }
    }
}

impl Iterator for Entries {
    type Item = Result<(u64, Entry), RunError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.lines.next()?.and_then(|line| Ok(serde_json::from_str(&line)?));
        Some(entry.map_err(|source| RunError::Read { path: self.path.clone(), source }))
    }
}
