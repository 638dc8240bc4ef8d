//! The user's own table of names.

use std::{collections::HashMap, fs::File, io, path::Path};

use super::form;

/// Names the user wants shown for others: a CSV file with the columns `alias` and `name`.
///
/// How an alias is written does not matter in case, accents, punctuation and legal suffixes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aliases {
    /// By the key of the alias: the name as the user wrote it.
    names: HashMap<String, String>,
}

/// A table of aliases that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AliasError {
    /// The file cannot be opened.
    #[error("{file}: cannot read the aliases: {source}")]
    Open {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// The first line is not the header.
    #[error("{file}: the first line must be the header `alias,name`")]
    Header {
        /// The file.
        file: String,
    },
    /// A line is no CSV.
    #[error("{file}: not a CSV file of two columns: {source}")]
    Csv {
        /// The file.
        file: String,
        /// Why, and where.
        source: csv::Error,
    },
    /// A line says something that cannot be.
    #[error("{file}, line {line}: {problem}")]
    Line {
        /// The file.
        file: String,
        /// The number of the line, from 1.
        line: u64,
        /// What is wrong, and what to do.
        problem: String,
    },
}

impl Aliases {
    /// Reads the table in the file at `path`.
    ///
    /// # Errors
    /// If the file cannot be read, or a line cannot be used; the error names the file and the line.
    pub fn from_path(path: &Path) -> Result<Self, AliasError> {
        let file = path.display().to_string();
        match File::open(path) {
            Ok(reader) => Self::from_reader(reader, &file),
            Err(source) => Err(AliasError::Open { file, source }),
        }
    }

    /// Reads a table; `file` names it in errors.
    ///
    /// # Errors
    /// As [`Aliases::from_path`].
    pub fn from_reader(reader: impl io::Read, file: &str) -> Result<Self, AliasError> {
        let csv_error = |source| AliasError::Csv { file: file.to_owned(), source };
        let mut rows = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(reader);
        let header = rows.headers().map_err(csv_error)?;
        if !header.iter().map(|cell| cell.trim_start_matches('\u{feff}')).eq(["alias", "name"]) {
            return Err(AliasError::Header { file: file.to_owned() });
        }
        let mut table = Table::default();
        for row in rows.records() {
            let row = row.map_err(csv_error)?;
            let line = row.position().map_or(0, csv::Position::line);
            table.add(&row[0], &row[1], line).map_err(|problem| AliasError::Line {
                file: file.to_owned(),
                line,
                problem,
            })?;
        }
        table.finish().map_err(|(line, problem)| AliasError::Line { file: file.to_owned(), line, problem })
    }

    /// The name that the user wants for one written like this.
    pub(super) fn name(&self, written: &str) -> Option<&str> {
        if self.names.is_empty() {
            return None;
        }
        self.names.get(&form::key(written)).map(String::as_str)
    }
}

/// The lines read so far.
#[derive(Default)]
struct Table {
    /// By the key of the alias: the name, and the line that says so.
    names: HashMap<String, (String, u64)>,
}

impl Table {
    fn add(&mut self, alias: &str, name: &str, line: u64) -> Result<(), String> {
        let key = form::key(alias);
        if key.is_empty() || form::key(name).is_empty() {
            return Err("both the alias and the name need at least one letter or digit".to_owned());
        }
        match self.names.get(&key) {
            Some((other, first)) if other != name => {
                Err(format!("{alias:?} is already an alias of {other:?} (line {first}); keep one of the two lines"))
            }
            Some(_) => Ok(()),
            None => {
                self.names.insert(key, (name.to_owned(), line));
                Ok(())
            }
        }
    }

    /// Lets every name stand for itself too; fails with the line where a name is itself an alias of another.
    fn finish(self) -> Result<Aliases, (u64, String)> {
        let mut lines: Vec<_> = self.names.values().cloned().collect();
        lines.sort_by_key(|&(_, line)| line);
        let mut names: HashMap<_, _> = self.names.into_iter().map(|(key, (name, _))| (key, name)).collect();
        for (name, line) in lines {
            let other = names.entry(form::key(&name)).or_insert_with(|| name.clone());
            if *other != name {
                return Err((line, format!("{name:?} is itself an alias of {other:?}; write {other:?} here")));
            }
        }
        Ok(Aliases { names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(csv: &str) -> Result<Aliases, String> {
        Aliases::from_reader(csv.as_bytes(), "aliases.csv").map_err(|error| error.to_string())
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        let aliases = read("alias,name\nBig Blue,IBM\n\"Alphabet, Inc.\",Google\n").unwrap();
        assert_eq!(aliases.name("BIG  BLUE"), Some("IBM"));
        assert_eq!(aliases.name("Alphabet"), Some("Google"));
        assert_eq!(aliases.name("IBM Corp."), Some("IBM"));
        assert_eq!(aliases.name("Verda"), None);
    }

    #[test]
    fn a_table_from_excel_is_read() {
        assert_eq!(read("\u{feff}alias,name\r\nBig Blue , IBM\r\n").unwrap().name("big blue"), Some("IBM"));
    }

    #[test]
    fn errors_name_the_line() {
        let header = read("name,alias\nIBM,Big Blue\n").unwrap_err();
        assert_eq!(header, "aliases.csv: the first line must be the header `alias,name`");
        let twice = read("alias,name\nBlue,IBM\nblue,Jet\n").unwrap_err();
        assert_eq!(
            twice,
            r#"aliases.csv, line 3: "blue" is already an alias of "IBM" (line 2); keep one of the two lines"#
        );
        let chain = read("alias,name\nAWS,Amazon Web Services\nAmazon Web Services,Amazon\n").unwrap_err();
        assert_eq!(
            chain,
            r#"aliases.csv, line 2: "Amazon Web Services" is itself an alias of "Amazon"; write "Amazon" here"#
        );
        let empty = read("alias,name\nBlue,IBM\n --,IBM\n").unwrap_err();
        assert_eq!(empty, "aliases.csv, line 3: both the alias and the name need at least one letter or digit");
        assert!(read("alias,name\nBlue\n").unwrap_err().contains("line: 2"));
        let missing = Aliases::from_path(Path::new("no/such/file.csv")).unwrap_err().to_string();
        assert!(missing.starts_with("no/such/file.csv: cannot read the aliases: "));
    }
}
