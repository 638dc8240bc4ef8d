//! Why an input or a record yields no article.

use std::io;

/// A phrase about the input; the caller says which input, and which line where it holds several records.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be opened, or is gone.
    #[error("cannot be opened: {0}")]
    Open(io::Error),
    /// Reading broke off; also a compressed file that is damaged.
    #[error("cannot be read to its end: {0}")]
    Read(io::Error),
    /// The file or the record is over the limit.
    #[error("larger than {0} bytes; raise --max-article-bytes to read it")]
    TooLarge(usize),
    /// Too many control characters.
    #[error("not text: it looks like a binary file")]
    Binary,
    /// Nothing but white space, or nothing at all.
    #[error("has no text")]
    Empty,
    /// A line that is not JSON.
    #[error("not JSON: {0}")]
    Json(serde_json::Error),
    /// A line that is JSON but no object.
    #[error("not a JSON object with named fields")]
    NotAnObject,
    /// A record without the field that holds the text.
    #[error("has no {wanted}; its fields are: {present}. Name the one to read with --text-field")]
    NoTextField {
        /// What was looked for.
        wanted: String,
        /// The names of the record's fields.
        present: String,
    },
    /// A table's first row is not to be had, so no row can be read.
    #[error("the header cannot be read: {0}")]
    Header(Box<ReadError>),
    /// A row with too few or too many fields.
    #[error("has {found} fields where the header has {expected}; check its quotes and separators")]
    RowLength {
        /// The number of fields in the row.
        found: usize,
        /// The number of fields in the header.
        expected: usize,
    },
    /// A quoted field that never ends.
    #[error("a quote is opened here and not closed within the file or the limit on an article's size")]
    OpenQuote,
    /// A quoted field with text behind its closing quote.
    #[error("a quoted field goes on behind its closing quote; write a quote within quotes twice")]
    StrayQuote,
    /// A row that the CSV reader refuses.
    #[error("not CSV: {0}")]
    Csv(csv::Error),
    /// HTML whose tags nest deeper than any real page's.
    #[error("its HTML tags are nested more than {0} deep")]
    Nesting(usize),
    /// The HTML reader gave up in an unforeseen way.
    #[error("the HTML reader failed on it")]
    Html,
}
