//! Two files, row by row.

use std::{
    collections::HashMap,
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, BufReader, Read},
    path::Path,
};

/// How many rows of either side a difference shows.
const SHOWN: usize = 20;
/// How many characters of a row it shows.
const WIDTH: usize = 160;

/// How an output differs from what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The file.
    pub file: String,
    /// What is different, in a phrase.
    pub what: String,
    /// The first rows that differ, a line each.
    pub rows: Vec<String>,
}

/// Compares a table or a file of lines with what it was. `delimiter` stands between its cells; `None` where each line is a
/// row of one cell. Rows are compared as a whole, wherever they stand.
pub(super) fn compare(name: &str, old: &Path, new: &Path, delimiter: Option<u8>) -> io::Result<Option<Difference>> {
    if same_bytes(old, new)? {
        return Ok(None);
    }
    // How many more times a row is in the old file than in the new one.
    let mut surplus: HashMap<u64, i64> = HashMap::new();
    for_rows(old, delimiter, |_, row| *surplus.entry(hash(row)).or_default() += 1)?;
    for_rows(new, delimiter, |_, row| *surplus.entry(hash(row)).or_default() -= 1)?;
    surplus.retain(|_, count| *count != 0);
    let (mut lost, mut gained) = (Rows::default(), Rows::default());
    for_rows(old, delimiter, |number, row| lost.take(number, row, &mut surplus, 1))?;
    for_rows(new, delimiter, |number, row| gained.take(number, row, &mut surplus, -1))?;
    let what = match (lost.count, gained.count) {
        (0, 0) => "the same rows in another order or another spelling of CSV".to_owned(),
        (lost, gained) => format!("{lost} rows are gone, {gained} are new"),
    };
    let header = header(old, delimiter)?;
    Ok(Some(Difference { file: name.to_owned(), what, rows: describe(lost.shown, gained.shown, &header) }))
}

/// Whether both files have the same bytes.
pub(super) fn same_bytes(a: &Path, b: &Path) -> io::Result<bool> {
    let (a, b) = (File::open(a)?, File::open(b)?);
    if a.metadata()?.len() != b.metadata()?.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (BufReader::new(a).bytes(), BufReader::new(b).bytes());
    loop {
        match (a.next().transpose()?, b.next().transpose()?) {
            (None, None) => return Ok(true),
            (a, b) if a != b => return Ok(false),
            _ => {}
        }
    }
}

/// Rows that only one of the files has.
#[derive(Default)]
struct Rows {
    count: usize,
    shown: Vec<(usize, Vec<String>)>,
}

impl Rows {
    fn take(&mut self, number: usize, row: &csv::StringRecord, surplus: &mut HashMap<u64, i64>, sign: i64) {
        if let Some(count) = surplus.get_mut(&hash(row)).filter(|count| **count * sign > 0) {
            *count -= sign;
            self.count += 1;
            if self.shown.len() < SHOWN {
                self.shown.push((number, row.iter().map(str::to_owned).collect()));
            }
        }
    }
}

fn reader(path: &Path, delimiter: Option<u8>) -> io::Result<csv::Reader<File>> {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(delimiter.is_some()).flexible(true);
    match delimiter {
        Some(delimiter) => builder.delimiter(delimiter),
        // No line of JSON holds these.
        None => builder.quoting(false).delimiter(0).terminator(csv::Terminator::Any(b'\n')),
    };
    Ok(builder.from_reader(File::open(path)?))
}

fn for_rows(path: &Path, delimiter: Option<u8>, mut each: impl FnMut(usize, &csv::StringRecord)) -> io::Result<()> {
    for (row, number) in reader(path, delimiter)?.records().zip(1..) {
        each(number, &row?);
    }
    Ok(())
}

fn header(path: &Path, delimiter: Option<u8>) -> io::Result<Vec<String>> {
    match delimiter {
        Some(_) => Ok(reader(path, delimiter)?.headers()?.iter().map(str::to_owned).collect()),
        None => Ok(Vec::new()),
    }
}

fn hash(row: &csv::StringRecord) -> u64 {
    let mut hasher = DefaultHasher::new();
    row.iter().for_each(|cell| cell.hash(&mut hasher));
    hasher.finish()
}

/// A line for each row. A row that is gone and a new one that has most of its cells are one changed row.
fn describe(lost: Vec<(usize, Vec<String>)>, mut gained: Vec<(usize, Vec<String>)>, header: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, old) in lost {
        let same = |new: &[String]| old.iter().zip(new).filter(|(a, b)| a == b).count();
        let twin = gained.iter().position(|(_, new)| new.len() == old.len() && same(new) * 2 > old.len());
        lines.push(match twin {
            Some(twin) => format!("~ row {number}: {}", changes(&old, &gained.remove(twin).1, header)),
            None => format!("- row {number}: {}", short(&old.join(" | "))),
        });
    }
    lines.extend(gained.iter().map(|(number, new)| format!("+ row {number}: {}", short(&new.join(" | ")))));
    lines
}

fn changes(old: &[String], new: &[String], header: &[String]) -> String {
    let cells = old.iter().zip(new).zip(header).filter(|((old, new), _)| old != new);
    cells.map(|((old, new), name)| format!("{name}: {} → {}", short(old), short(new))).collect::<Vec<_>>().join("; ")
}

fn short(text: &str) -> String {
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn difference(old: &str, new: &str, delimiter: Option<u8>) -> Option<Difference> {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        compare("t.csv", &path("old", old), &path("new", new), delimiter).unwrap()
    }

    #[test]
    fn rows_that_changed_came_and_went_are_told_apart() {
        let old = "who,whom,confidence\nA,B,0.5\nC,D,0.5\nC,D,0.5\nE,F,0.1\n";
        let new = "who,whom,confidence\nG,H,0.9\nA,B,0.6\nC,D,0.5\n";
        let found = difference(old, new, Some(b',')).unwrap();
        assert_eq!(found.what, "3 rows are gone, 2 are new");
        assert_eq!(
            found.rows,
            ["~ row 1: confidence: 0.5 → 0.6", "- row 2: C | D | 0.5", "- row 4: E | F | 0.1", "+ row 1: G | H | 0.9"]
        );
        assert_eq!(difference(old, old, Some(b',')), None);
    }

    #[test]
    fn order_alone_is_a_difference() {
        let found = difference("a\n1\n2\n", "a\n2\n1\n", Some(b',')).unwrap();
        assert_eq!(found.what, "the same rows in another order or another spelling of CSV");
        assert!(found.rows.is_empty());
    }

    #[test]
    fn lines_of_json_are_rows() {
        let found = difference("{\"a\":\"1,2\"}\n{\"b\":2}\n", "{\"a\":\"1,2\"}\n", None).unwrap();
        assert_eq!(
            (found.what.as_str(), found.rows),
            ("1 rows are gone, 0 are new", vec!["- row 2: {\"b\":2}".to_owned()])
        );
    }
}
