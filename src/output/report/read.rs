//! Reading the tables back.

use std::{
    fs::File,
    io::{BufRead, BufReader, Seek},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use super::ReportError;
use crate::output::safety::unescape;

/// A row of `claims.csv`.
#[derive(Debug, Deserialize)]
pub(super) struct Claim {
    #[serde(deserialize_with = "cell")]
    pub(super) who: String,
    #[serde(deserialize_with = "cell")]
    pub(super) relation: String,
    #[serde(deserialize_with = "cell")]
    pub(super) whom: String,
    #[serde(deserialize_with = "cell")]
    pub(super) instead_of: String,
    #[serde(deserialize_with = "cell")]
    pub(super) why: String,
    #[serde(deserialize_with = "cell")]
    pub(super) why_kind: String,
    #[serde(deserialize_with = "cell")]
    pub(super) status: String,
    #[serde(deserialize_with = "cell")]
    pub(super) polarity: String,
    #[serde(deserialize_with = "cell")]
    pub(super) said_by: String,
    #[serde(deserialize_with = "cell")]
    pub(super) when: String,
    #[serde(deserialize_with = "cell")]
    pub(super) amount: String,
    pub(super) confidence: f64,
    #[serde(deserialize_with = "cell")]
    pub(super) article: String,
    #[serde(deserialize_with = "cell")]
    pub(super) title: String,
    #[serde(deserialize_with = "cell")]
    pub(super) published: String,
    #[serde(deserialize_with = "cell")]
    pub(super) sentence: String,
    pub(super) start: usize,
    pub(super) end: usize,
    #[serde(deserialize_with = "cell")]
    pub(super) who_text: String,
    pub(super) who_start: Option<usize>,
    #[serde(deserialize_with = "cell")]
    pub(super) whom_text: String,
    pub(super) whom_start: usize,
    #[serde(deserialize_with = "cell")]
    pub(super) why_start: String,
}

/// A row of `entities.csv`.
#[derive(Debug, Deserialize)]
pub(super) struct Entity {
    #[serde(deserialize_with = "cell")]
    pub(super) article: String,
    #[serde(deserialize_with = "cell")]
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A row of `sentences.csv`.
#[derive(Debug, Deserialize)]
pub(super) struct Sentence {
    #[serde(deserialize_with = "cell")]
    pub(super) article: String,
    pub(super) start: usize,
    #[serde(deserialize_with = "cell")]
    pub(super) text: String,
}

/// A row of `skipped.csv`, as the page shows it.
#[derive(Debug, Deserialize, serde::Serialize)]
pub(super) struct Skipped {
    #[serde(deserialize_with = "cell")]
    pub(super) path: String,
    #[serde(deserialize_with = "cell")]
    pub(super) stage: String,
    #[serde(deserialize_with = "cell")]
    pub(super) reason: String,
}

fn cell<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let cell = String::deserialize(deserializer)?;
    Ok(unescape(&cell).to_owned())
}

/// The rows of the table `name` in `folder`, one by one, however its cells are delimited.
pub(super) fn rows<R: DeserializeOwned>(
    folder: &Path,
    name: &str,
) -> Result<impl Iterator<Item = Result<R, ReportError>>, ReportError> {
    let path = folder.join(format!("{name}.csv"));
    let failed = |path: &PathBuf, what: String| ReportError::Read { path: path.clone(), what };
    let (file, delimiter) = open(&path).map_err(|e| failed(&path, e.to_string()))?;
    let reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(file);
    Ok(reader.into_deserialize().map(move |row| row.map_err(|e: csv::Error| failed(&path, e.to_string()))))
}

/// Opens a table and tells its delimiter by the header, whose names hold neither.
fn open(path: &Path) -> std::io::Result<(BufReader<File>, u8)> {
    let mut file = BufReader::new(File::open(path)?);
    let mut header = Vec::new();
    file.read_until(b'\n', &mut header)?;
    file.rewind()?;
    Ok((file, if header.contains(&b';') { b';' } else { b',' }))
}
