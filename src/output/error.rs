//! What can go wrong in writing.

use std::{io, path::Path};

/// Something could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {target}: {source}; check that it may be written and that the disk has room")]
pub struct OutputError {
    /// The file, or `standard output`.
    pub target: String,
    /// What the system said.
    pub source: io::Error,
}

impl OutputError {
    /// The error of writing to `path`.
    pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self { target: path.display().to_string(), source }
    }

    /// Whether the reader at the other end of a pipe has gone, which is no fault.
    pub fn is_broken_pipe(&self) -> bool {
        self.source.kind() == io::ErrorKind::BrokenPipe
    }
}
