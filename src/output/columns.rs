//! What a table and its columns are.

use std::borrow::Cow;

/// A value before any format is applied to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// Nothing is known.
    Empty,
    /// Text, on one line.
    Text(Cow<'a, str>),
    /// A count or an offset.
    Integer(u64),
    /// A confidence, 0 to 1, shown with 4 digits.
    Confidence(f64),
}

impl<'a> Cell<'a> {
    /// `text` on one line: each run of white space becomes one space.
    pub fn line(text: &str) -> Self {
        Self::Text(text.split_whitespace().collect::<Vec<_>>().join(" ").into())
    }

    /// `text` with every character of white space turned into a space, so that offsets into it stay right.
    pub fn aligned(text: &str) -> Self {
        Self::Text(text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect::<String>().into())
    }

    /// Several texts, each on one line, in one cell.
    pub fn list<T: AsRef<str>>(texts: impl IntoIterator<Item = T>, separator: &str) -> Self {
        let texts = texts.into_iter().map(|t| t.as_ref().split_whitespace().collect::<Vec<_>>().join(" "));
        let list = texts.collect::<Vec<_>>();
        if list.is_empty() { Self::Empty } else { Self::Text(list.join(separator).into()) }
    }

    /// A word that is known to be harmless and on one line.
    pub const fn word(word: &'a str) -> Self {
        Self::Text(Cow::Borrowed(word))
    }

    /// A place in a text, in characters.
    pub const fn offset(offset: usize) -> Self {
        Self::Integer(offset as u64)
    }
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Any text.
    Text,
    /// A text that names an article or a claim.
    Id,
    /// One of some words.
    Word(fn() -> Vec<&'static str>),
    /// `YYYY-MM-DD`.
    Date,
    /// A whole number from 0 up.
    Integer,
    /// 0 to 1, 4 digits.
    Confidence,
}

/// One column of a table with rows `R`.
pub struct Column<R> {
    /// Its name in headers.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// What it means, in a sentence.
    pub description: &'static str,
    /// Whether every row has a value.
    pub required: bool,
    /// Takes the value out of a row.
    pub value: for<'a> fn(&'a R) -> Cell<'a>,
}

impl<R> Column<R> {
    /// A column that has a value in every row.
    pub(super) const fn new(
        name: &'static str,
        kind: Kind,
        description: &'static str,
        value: for<'a> fn(&'a R) -> Cell<'a>,
    ) -> Self {
        Self { name, kind, description, required: true, value }
    }

    /// A column that may be empty.
    pub(super) const fn optional(
        name: &'static str,
        kind: Kind,
        description: &'static str,
        value: for<'a> fn(&'a R) -> Cell<'a>,
    ) -> Self {
        Self { required: false, ..Self::new(name, kind, description, value) }
    }
}

/// A table with rows `R`.
pub struct Table<R: 'static> {
    /// The name of its file, without the extension.
    pub name: &'static str,
    /// What a row is, in a sentence.
    pub description: &'static str,
    /// From left to right.
    pub columns: &'static [Column<R>],
}
