//! Reading and decoding articles.

use serde::Serialize;

/// One article as tieup sees it, whatever format it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Article {
    /// Names the article within a run: its `id` field where the format has one, otherwise its path,
    /// with `#` and the number of the record behind it where a file holds several.
    pub id: String,
    /// The title, where the format tells it.
    pub title: Option<String>,
    /// The date of publication as `YYYY-MM-DD`, where the format tells it.
    pub published: Option<String>,
    /// The decoded text that all offsets refer to. A title that the format keeps apart from the text
    /// stands in front of it, followed by a blank line, so that a headline's claims are found too.
    pub text: String,
    /// The byte at which the body starts: behind a title put in front, otherwise 0.
    pub body_start: usize,
}
