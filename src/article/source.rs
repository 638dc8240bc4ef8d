//! What a file is, by its name.

use std::path::{Path, PathBuf};

/// The formats that tieup reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Plain text, one article a file.
    Text,
    /// Markdown, one article a file.
    Markdown,
    /// A web page, one article a file.
    Html,
    /// One JSON object a line.
    JsonLines,
    /// A table with a header, fields separated by commas, semicolons or tabs.
    Csv,
    /// A table with a header, fields separated by tabs.
    Tsv,
}

/// How a file's bytes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where it is.
    pub path: PathBuf,
    /// What it is called in article ids: its path within the folder that was searched, with `/` on every system, or
    /// the path as the user gave it.
    pub name: String,
    /// What is in it.
    pub format: Format,
    /// How it is compressed.
    pub compression: Compression,
}

impl Input {
    /// The file at `path`, whose extensions say what it is; `None` where they do not.
    pub fn new(path: &Path, name: String) -> Option<Self> {
        let (format, compression) = by_extension(path);
        Some(Self { path: path.to_owned(), name, format: format?, compression })
    }
}

/// What the extensions of `path` say: `.txt`, `.csv.gz` and so on, whatever their case.
pub fn by_extension(path: &Path) -> (Option<Format>, Compression) {
    let (stem, compression) = match extension(path).as_deref() {
        Some("gz") => (path.with_extension(""), Compression::Gzip),
        Some("zst") => (path.with_extension(""), Compression::Zstd),
        _ => (path.to_owned(), Compression::None),
    };
    let format = extension(&stem).and_then(|extension| match extension.as_str() {
        "txt" | "text" => Some(Format::Text),
        "md" | "markdown" => Some(Format::Markdown),
        "html" | "htm" | "xhtml" => Some(Format::Html),
        "jsonl" | "ndjson" => Some(Format::JsonLines),
        "csv" => Some(Format::Csv),
        "tsv" => Some(Format::Tsv),
        _ => None,
    });
    (format, compression)
}

fn extension(path: &Path) -> Option<String> {
    path.extension().map(|extension| extension.to_string_lossy().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_tell_format_and_compression() {
        let known = |name: &str| by_extension(Path::new(name));
        assert_eq!(known("a/b.TXT"), (Some(Format::Text), Compression::None));
        assert_eq!(known("b.jsonl.gz"), (Some(Format::JsonLines), Compression::Gzip));
        assert_eq!(known("v1.2.csv.zst"), (Some(Format::Csv), Compression::Zstd));
        assert_eq!(known("b.gz"), (None, Compression::Gzip));
        assert_eq!(known("picture.png"), (None, Compression::None));
        assert_eq!(known(""), (None, Compression::None));
    }
}
