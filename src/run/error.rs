//! Why a run as a whole cannot go on.

use std::{io, path::PathBuf};

use crate::{claims::AliasError, model::ModelError, output::OutputError};

/// A run that failed or was stopped. What is wrong with one article is no error of the run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An output could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The model cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The table of aliases cannot be used.
    #[error(transparent)]
    Aliases(#[from] AliasError),
    /// A file that the run itself needs cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The journal cannot be written.
    #[error("cannot write {}: {source}; what was done before is kept: run again with --resume", path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process holds the journal.
    #[error("another run is writing to {}; wait for it to end, or name another folder", .0.display())]
    Busy(PathBuf),
    /// A file stands where the output folder should be.
    #[error("cannot write to {}: it is a file, not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// The folder holds what a stopped run has done.
    #[error("{} holds an unfinished run, which has done {articles} articles; --resume continues it, --restart throws it away and starts anew", folder.display())]
    Unfinished {
        /// The output folder.
        folder: PathBuf,
        /// How many articles are done.
        articles: usize,
    },
    /// The journal is that of another run.
    #[error("{} cannot be resumed: {changed}; run with --restart instead to throw it away and start anew", folder.display())]
    OtherRun {
        /// The output folder.
        folder: PathBuf,
        /// What is different.
        changed: String,
    },
    /// `run.json` is something else.
    #[error("{}: not the manifest of a run: {source}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The model is not the one that a manifest names.
    #[error("the model in {} is not the one of the run (sha256 {found}, not {wanted}); name that one with --model", folder.display())]
    OtherModel {
        /// The model's folder.
        folder: PathBuf,
        /// Its hash.
        found: String,
        /// The hash in the manifest.
        wanted: String,
    },
    /// The inputs are not those that a manifest names.
    #[error("the inputs are not those of the run: {0}")]
    OtherInputs(String),
    /// The paths cannot be read together.
    #[error("{0}")]
    Usage(String),
    /// Outputs are not the shards of one run.
    #[error("cannot merge: {0}")]
    Merge(String),
    /// Threads cannot be started.
    #[error("cannot start threads: {0}")]
    Threads(String),
    /// The user stopped it.
    #[error("stopped")]
    Stopped,
}
