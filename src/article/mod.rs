//! Reading and decoding articles.
//!
//! [`discover`] turns what the user names into [`Input`]s, [`read`] turns an input into [`Item`]s: an [`Article`]
//! with [`ReadNotes`], or a [`Skip`] that says why there is none. Nothing here fails as a whole: a bad file or a bad
//! record is a skip, and the next one goes on.

mod date;
mod discover;
mod encoding;
mod error;
mod fields;
mod flow;
mod furniture;
mod html;
mod jsonl;
mod lines;
mod markdown;
mod open;
mod plain;
mod source;
mod table;

use std::io::BufRead;

use serde::{Deserialize, Serialize};

pub use discover::{Discovery, discover};
pub use source::{Compression, Format, Input};

use error::ReadError;
use fields::Records;

/// One article as tieup sees it, whatever format it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Names the article within a run: its `id` field where the format has one, otherwise its path,
    /// with `#` and the number of the record behind it where a file holds several.
    pub id: String,
    /// The title, where the format tells it.
    pub title: Option<String>,
    /// The date of publication as `YYYY-MM-DD`, where the format tells it.
    pub published: Option<String>,
    /// The decoded text that all offsets refer to. A title that the format keeps apart from the text
    /// stands in front of it, followed by a blank line, so that a headline's claims are found too; not so where it is
    /// one of the text's first lines anyway.
    ///
    /// Lines end in LF, and a control character other than tab and LF has become a space. Of plain text, lines around
    /// the article that are known to be no part of it (`Subscribe`, `5 min read`, `← All posts`) are left out.
    pub text: String,
    /// The byte at which the body starts: behind a title put in front, otherwise 0.
    pub body_start: usize,
}

/// How articles are to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadOptions {
    /// The field of JSON Lines, CSV and TSV that holds the text; guessed where `None`.
    pub text_field: Option<String>,
    /// The field that holds the id; guessed where `None`.
    pub id_field: Option<String>,
    /// The field that holds the title; guessed where `None`.
    pub title_field: Option<String>,
    /// The field that holds the date of publication; guessed where `None`.
    pub date_field: Option<String>,
    /// The most bytes, after decompression, of a file that is one article and of a record where a file holds several.
    /// What is larger is skipped, never cut.
    pub max_article_bytes: usize,
}

impl Default for ReadOptions {
    /// All fields guessed, articles of up to 10 MiB.
    fn default() -> Self {
        Self { text_field: None, id_field: None, title_field: None, date_field: None, max_article_bytes: 10 << 20 }
    }
}

/// What reading an article brought to light beside the article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadNotes {
    /// The encoding that the bytes were read in, by its name in the Encoding Standard (or `UTF-32LE`, `UTF-32BE`).
    /// A file of records in UTF-16 is converted before it is read, and is said to be `UTF-8`. Not kept in storage.
    #[serde(skip)]
    pub encoding: &'static str,
    /// The number of U+FFFD in the article: what no encoding could make sense of, now or before it came here.
    pub replaced: usize,
    /// Sentences for the user, such as which field was taken for the text. None is said twice in a file.
    pub messages: Vec<String>,
}

/// An input, or a record of one, that yields no article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skip {
    /// The id the article would have had, as far as it is known.
    pub id: String,
    /// The path of the file as the user gave it, or came to it.
    pub path: String,
    /// Where on the road it stopped: `discover` or `read` here, or the name of a later stage.
    pub stage: &'static str,
    /// Why, in a phrase about the input.
    pub reason: String,
}

/// What reading an input yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// An article.
    Article(Article, ReadNotes),
    /// None, and why.
    Skipped(Skip),
}

/// The items of an input, in its order.
pub type Items = Box<dyn Iterator<Item = Item> + Send>;

/// Reads the articles of one input, one at a time: of a file of records, no more than one record is in memory.
pub fn read(input: &Input, options: &ReadOptions) -> Items {
    let path = input.path.display().to_string();
    match input.format {
        Format::Text | Format::Markdown | Format::Html => {
            let item = match read_whole(input, options) {
                Ok((article, notes)) => Item::Article(article, notes),
                Err(error) => Item::Skipped(Skip::at_read(&input.name, &path, error.to_string())),
            };
            Box::new(std::iter::once(item))
        }
        Format::JsonLines | Format::Csv | Format::Tsv => {
            let reader = match open::records(input) {
                Ok(reader) => reader,
                Err(error) => {
                    let skip = Skip::at_read(&input.name, &path, error.to_string());
                    return Box::new(std::iter::once(Item::Skipped(skip)));
                }
            };
            let limit = options.max_article_bytes;
            match input.format {
                Format::Csv => records(table::Rows::new(reader, None, limit), input, &path, options),
                Format::Tsv => records(table::Rows::new(reader, Some(b'\t'), limit), input, &path, options),
                _ => records(jsonl::Objects::new(reader, limit), input, &path, options),
            }
        }
    }
}

/// Reads JSON Lines from a stream; `name` stands for the path in ids and skips.
pub fn read_jsonl(reader: impl BufRead + Send + 'static, name: &str, options: &ReadOptions) -> Items {
    Box::new(Records::new(jsonl::Objects::new(reader, options.max_article_bytes), name, name, options))
}

/// Reads JSON Lines from a pipe, which may go on for ever: ids are as given, even repeated ones; `-` stands for the path.
pub fn read_pipe(reader: impl BufRead + Send + 'static, options: &ReadOptions) -> Items {
    Box::new(Records::new(jsonl::Objects::new(reader, options.max_article_bytes), "-", "-", options).with_any_ids())
}

/// The items of a source of records.
fn records<R>(source: R, input: &Input, path: &str, options: &ReadOptions) -> Items
where
    R: Iterator<Item = fields::Numbered> + Send + 'static,
{
    Box::new(Records::new(source, &input.name, path, options))
}

/// Reads a file that is one article.
fn read_whole(input: &Input, options: &ReadOptions) -> Result<(Article, ReadNotes), ReadError> {
    let bytes = open::whole(input, options.max_article_bytes)?;
    let declared = if input.format == Format::Html { html::declared_encoding(&bytes) } else { None };
    let decoded = encoding::decode(&bytes, declared)?;
    let parts = match input.format {
        Format::Html => html::read(&decoded.text)?,
        Format::Markdown => markdown::read(&decoded.text)?,
        _ => plain::read(&decoded.text),
    };
    let article = Article::from_parts(input.name.clone(), parts)?;
    let notes = ReadNotes { encoding: decoded.encoding, replaced: replaced(&article), messages: Vec::new() };
    Ok((article, notes))
}

/// The number of U+FFFD in an article's text.
fn replaced(article: &Article) -> usize {
    article.text.matches('\u{FFFD}').count()
}

/// What every format's reader finds in an article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Parts {
    title: Option<String>,
    published: Option<String>,
    body: String,
}

impl Article {
    /// Puts an article together: the title's white space folded, and the title in front unless the body
    /// has it near its start.
    ///
    /// # Errors
    /// If the body is blank.
    fn from_parts(id: String, parts: Parts) -> Result<Self, ReadError> {
        let body = parts.body.trim();
        if body.is_empty() {
            return Err(ReadError::Empty);
        }
        let title = parts.title.map(|title| fold(&title)).filter(|title| !title.is_empty());
        let mut text = String::with_capacity(body.len() + 2 + title.as_ref().map_or(0, String::len));
        if let Some(title) = title.as_ref().filter(|title| !holds_title(body, title)) {
            text.push_str(title);
            text.push_str("\n\n");
        }
        let body_start = text.len();
        text.push_str(body);
        Ok(Self { id, title, published: parts.published, text, body_start })
    }
}

impl Skip {
    /// A skip of the stage `read`.
    fn at_read(id: &str, path: &str, reason: String) -> Self {
        Self { id: id.to_owned(), path: path.to_owned(), stage: "read", reason }
    }
}

/// The words of `text` with single spaces between them.
fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the title is a line of its own among the first lines of the body. A title broken over lines counts too.
fn holds_title(body: &str, title: &str) -> bool {
    const FIRST: usize = 3;
    let mut rest = body;
    for _ in 0..FIRST {
        if starts_with_line(rest, title) {
            return true;
        }
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest.trim_start());
    }
    false
}

/// Whether `text` begins with the words of `line` and then ends or breaks the line.
fn starts_with_line(text: &str, line: &str) -> bool {
    let mut rest = text;
    for word in line.split_whitespace() {
        match rest.trim_start().strip_prefix(word) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    rest.trim_start_matches([' ', '\t']).chars().next().is_none_or(|c| c == '\n')
}

#[cfg(test)]
mod tests;
