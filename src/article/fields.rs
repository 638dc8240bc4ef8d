//! Records with named fields, from JSON Lines or a table: which field is what, and the article they make.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    hash::{DefaultHasher, Hash, Hasher},
};

use serde_json::{Map, Value};

use super::{
    Article, Item, Parts, ReadNotes, ReadOptions, Skip, date, encoding, error::ReadError, fold, html, replaced,
};

/// The usual names of the field with the text, best first.
const TEXT_FIELDS: &[&str] = &[
    "text",
    "body",
    "content",
    "article",
    "article_body",
    "full_text",
    "article_text",
    "body_text",
    "content_text",
    "main_text",
    "plain_text",
    "story",
    "document",
];
/// The usual names of the field with the id, best first.
const ID_FIELDS: &[&str] =
    &["id", "doc_id", "article_id", "document_id", "newid", "uuid", "guid", "slug", "url", "link"];
/// The usual names of the field with the title, best first.
pub const TITLE_FIELDS: &[&str] = &["title", "headline", "article_title"];
/// The usual names of the field with the date of publication, best first.
pub const DATE_FIELDS: &[&str] = &[
    "published",
    "published_at",
    "date_published",
    "publish_date",
    "published_date",
    "publication_date",
    "pub_date",
    "published_on",
    "published_time",
    "date",
    "created_at",
    "created",
    "timestamp",
];

/// Whether a field is called `known`, whatever its capitals and however its words are joined.
pub fn same_name(known: &str, name: &str) -> bool {
    letters(known).eq(letters(name))
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !"_- ".contains(*c)).flat_map(char::to_lowercase)
}

/// A record as its format's reader gives it.
pub struct Record {
    /// Names and values, in the order of the record.
    pub fields: Map<String, Value>,
    /// The encoding of its bytes.
    pub encoding: &'static str,
}

/// A record or what is wrong with it, and the line of the file that it begins on.
pub type Numbered = (usize, Result<Record, ReadError>);

/// What a field is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Use {
    Text,
    Id,
    Title,
    Date,
}

impl Use {
    const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Id => "id",
            Self::Title => "title",
            Self::Date => "date",
        }
    }

    const fn usual_names(self) -> &'static [&'static str] {
        match self {
            Self::Text => TEXT_FIELDS,
            Self::Id => ID_FIELDS,
            Self::Title => TITLE_FIELDS,
            Self::Date => DATE_FIELDS,
        }
    }

    fn wanted(self, options: &ReadOptions) -> Option<&str> {
        let field = match self {
            Self::Text => &options.text_field,
            Self::Id => &options.id_field,
            Self::Title => &options.title_field,
            Self::Date => &options.date_field,
        };
        field.as_deref()
    }
}

/// The articles that a source of records makes, in its order.
pub struct Records<R> {
    source: R,
    options: ReadOptions,
    name: String,
    path: String,
    count: usize,
    /// The ids so far; `None` where repeated ones are let be.
    ids: Option<Ids>,
    /// The guesses that were told.
    told: HashSet<(Use, String)>,
    told_of_html: bool,
    told_of_repeats: bool,
}

impl<R: Iterator<Item = Numbered>> Records<R> {
    /// Reads the records of `source`; `name` stands for the file in ids, `path` in skips.
    pub fn new(source: R, name: &str, path: &str, options: &ReadOptions) -> Self {
        Self {
            source,
            options: options.clone(),
            name: name.to_owned(),
            path: path.to_owned(),
            count: 0,
            ids: Some(Ids::default()),
            told: HashSet::new(),
            told_of_html: false,
            told_of_repeats: false,
        }
    }

    /// Lets repeated ids be, and so keeps none in memory.
    pub fn with_any_ids(self) -> Self {
        Self { ids: None, ..self }
    }

    fn item(&mut self, line: usize, record: Result<Record, ReadError>) -> Item {
        let mut id = format!("{}#{}", self.name, self.count);
        let mut messages = Vec::new();
        let article = record.and_then(|record| {
            let parts = self.parts(&record.fields, &mut id, &mut messages)?;
            Ok((Article::from_parts(id.clone(), parts)?, record.encoding))
        });
        match article {
            Ok((mut article, encoding)) => {
                if let Some(ids) = &mut self.ids {
                    article.id = ids.unique(&id);
                }
                if article.id != id && !std::mem::replace(&mut self.told_of_repeats, true) {
                    messages.push(format!("line {line}: the id {id} was there before; repeated ids end in ~2, ~3 …"));
                }
                let replaced = replaced(&article);
                Item::Article(article, ReadNotes { encoding, replaced, messages })
            }
            Err(error) => Item::Skipped(Skip::at_read(&id, &self.path, format!("line {line}: {error}"))),
        }
    }

    /// What the fields hold; `id` is replaced if one of them is an id.
    fn parts(
        &mut self,
        fields: &Map<String, Value>,
        id: &mut String,
        messages: &mut Vec<String>,
    ) -> Result<Parts, ReadError> {
        let mut guesses = Vec::new();
        let mut find = |usage: Use| {
            let (field, value) = field(fields, usage, &self.options)?;
            if usage.wanted(&self.options).is_none() && self.told.insert((usage, field.to_owned())) {
                guesses.push(format!("{} from {field:?}", usage.word()));
            }
            Some(value)
        };
        if let Some(told) = find(Use::Id).and_then(scalar).map(|told| fold(&told)).filter(|told| !told.is_empty()) {
            *id = told;
        }
        let text = find(Use::Text);
        let title = find(Use::Title).and_then(Value::as_str).map(encoding::clean);
        let published = find(Use::Date).and_then(published);
        if !guesses.is_empty() {
            messages.push(format!("fields are guessed: {}", guesses.join(", ")));
        }
        let Some(text) = text.and_then(Value::as_str) else {
            return Err(no_text(fields, &self.options));
        };
        let body = if html::is_html(text) {
            if !std::mem::replace(&mut self.told_of_html, true) {
                messages.push("the text is HTML and is read without its tags".to_owned());
            }
            html::visible_text(&encoding::clean(text))?
        } else {
            encoding::clean(text)
        };
        Ok(Parts { title, published, body })
    }
}

impl<R: Iterator<Item = Numbered>> Iterator for Records<R> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let (line, record) = self.source.next()?;
        self.count += 1;
        Some(self.item(line, record))
    }
}

/// The field for a use: the one asked for, otherwise the first usual name whose field is not empty.
fn field<'a>(fields: &'a Map<String, Value>, usage: Use, options: &ReadOptions) -> Option<(&'a str, &'a Value)> {
    if let Some(wanted) = usage.wanted(options) {
        return fields.get_key_value(wanted).map(|(name, value)| (name.as_str(), value));
    }
    usage.usual_names().iter().find_map(|known| {
        let mut same = fields.iter().filter(|(name, _)| same_name(known, name));
        same.find(|(_, value)| scalar(value).is_some_and(|told| !told.trim().is_empty()))
            .map(|(name, value)| (name.as_str(), value))
    })
}

/// A string, or a number in figures.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn published(value: &Value) -> Option<String> {
    value.as_i64().and_then(date::from_epoch).or_else(|| date::parse(&scalar(value)?))
}

fn no_text(fields: &Map<String, Value>, options: &ReadOptions) -> ReadError {
    const MOST: usize = 20;
    let wanted = match &options.text_field {
        Some(field) => format!("text in a field {field:?}"),
        None => "text in a field of a usual name (text, body, content …)".to_owned(),
    };
    let mut present: Vec<String> = fields.keys().take(MOST).map(|name| name.chars().take(40).collect()).collect();
    if fields.len() > MOST {
        present.push("…".to_owned());
    }
    ReadError::NoTextField { wanted, present: present.join(", ") }
}

/// The ids of a file so far, as hashes, so that a long file's fit into memory.
#[derive(Default)]
struct Ids {
    /// For each id, the number that was put behind it last; 1 for none.
    last: HashMap<u64, usize>,
}

impl Ids {
    /// The id, with `~2`, `~3` … behind it if it was there before.
    fn unique(&mut self, id: &str) -> String {
        let key = hash(id);
        let Some(mut number) = self.last.get(&key).copied() else {
            self.last.insert(key, 1);
            return id.to_owned();
        };
        loop {
            number += 1;
            let unique = format!("{id}~{number}");
            if let Entry::Vacant(entry) = self.last.entry(hash(&unique)) {
                entry.insert(1);
                self.last.insert(key, number);
                return unique;
            }
        }
    }
}

fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_ids_are_numbered() {
        let mut ids = Ids::default();
        let given = ["a", "a", "a~2", "b", "a", "a~2"];
        assert_eq!(given.map(|id| ids.unique(id)), ["a", "a~2", "a~2~2", "b", "a~3", "a~2~3"]);
    }

    #[test]
    fn names_are_the_same_however_they_are_written() {
        assert!(same_name("article_body", "articleBody"));
        assert!(same_name("published_at", "Published At"));
        assert!(!same_name("text", "texts"));
    }
}
