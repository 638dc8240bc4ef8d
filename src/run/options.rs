//! What to extract, and how.

use std::path::PathBuf;

use serde::{Deserialize, Serialize, Serializer};

use super::Shard;
use crate::article::ReadOptions;

/// A form of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum OutputFormat {
    /// Tables as CSV files, each with its schema
    Csv,
    /// The claims as JSON Lines
    Jsonl,
    /// An Excel workbook
    Xlsx,
    /// Tables as Parquet files
    Parquet,
}

/// Everything that decides what a run writes, and nothing else: `run.json` keeps it, and the same again gives the same
/// bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractOptions {
    /// Files and folders.
    #[serde(serialize_with = "paths")]
    pub inputs: Vec<PathBuf>,
    /// A file with the paths of more, one a line.
    #[serde(serialize_with = "path")]
    pub files_from: Option<PathBuf>,
    /// The part of the articles that is done; all of them if `None`.
    pub shard: Option<Shard>,
    /// How articles are read.
    pub read: ReadOptions,
    /// The most seconds that the model may spend on an article.
    pub max_article_seconds: u64,
    /// Claims less sure than this, 0 to 1, are left out.
    pub min_confidence: f32,
    /// A table of names to show for others.
    #[serde(serialize_with = "path")]
    pub aliases: Option<PathBuf>,
    /// What to write.
    pub formats: Vec<OutputFormat>,
    /// Whether CSV is made for Excel.
    pub excel: bool,
    /// What stands between the cells of CSV.
    pub delimiter: char,
    /// Whether the texts are written too.
    pub save_text: bool,
}

impl Default for ExtractOptions {
    /// CSV of nothing.
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            files_from: None,
            shard: None,
            read: ReadOptions::default(),
            max_article_seconds: 3600,
            min_confidence: 0.0,
            aliases: None,
            formats: vec![OutputFormat::Csv],
            excel: false,
            delimiter: ',',
            save_text: false,
        }
    }
}

/// A path need not be Unicode, JSON must.
fn path<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_ref().map(|path| path.to_string_lossy()).serialize(serializer)
}

fn paths<S: Serializer>(paths: &[PathBuf], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(paths.iter().map(|path| path.to_string_lossy()))
}
