//! The texts that stand-off labels belong to, from a JSON Lines file outside the project.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::CorpusError;

/// A text and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text itself.
    pub text: String,
    /// What else its line says, in that order: title, source, licence and so on.
    pub fields: Vec<(String, String)>,
}

/// Texts by their id.
#[derive(Debug, Clone, Default)]
pub struct Texts(HashMap<String, Text>);

/// A line of the file: `{"id": …, "text": …, …}`.
#[derive(Deserialize)]
struct Line {
    id: String,
    text: String,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

impl Texts {
    /// Reads a JSON Lines file of objects with `id`, `text` and any number of other strings.
    ///
    /// # Errors
    /// A file that cannot be read, a line that is no such object, an id that comes twice.
    pub fn read(path: &Path) -> Result<Self, CorpusError> {
        let failed = |error| CorpusError::Read { path: path.to_owned(), error };
        let mut texts = HashMap::new();
        for (number, line) in BufReader::new(File::open(path).map_err(failed)?).lines().enumerate() {
            let line = line.map_err(failed)?;
            if line.trim().is_empty() {
                continue;
            }
            let wrong = |what: String| CorpusError::Line { path: path.to_owned(), line: number + 1, what };
            let Line { id, text, fields } = serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))?;
            let fields = fields.into_iter().filter_map(|(key, value)| match value {
                Value::String(value) if !value.is_empty() => Some((key, value)),
                _ => None,
            });
            let text = Text { text, fields: fields.collect() };
            if texts.insert(id.clone(), text).is_some() {
                return Err(wrong(format!("the id {id:?} is used twice")));
            }
        }
        Ok(Self(texts))
    }

    /// The text of this id.
    pub fn get(&self, id: &str) -> Option<&Text> {
        self.0.get(id)
    }
}

impl FromIterator<(String, Text)> for Texts {
    fn from_iter<I: IntoIterator<Item = (String, Text)>>(texts: I) -> Self {
        Self(texts.into_iter().collect())
    }
}
