//! CSV and TSV: a header and one article a row.

use std::{collections::VecDeque, io::BufRead};

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::{
    encoding::to_text,
    error::ReadError,
    fields::{Numbered, Record},
    lines::{Line, Lines},
};

/// The rows of a table, with the lines they begin on. A bad row is an error in its place, and the next one goes on.
///
/// The table is cut into rows here and not by the csv crate, which would read a quote that is never closed to the end of
/// the file; the rows are then its to read.
pub struct Rows<R> {
    lines: Lines<R>,
    /// Lines read in search of a closing quote that was not there; they are read again as rows.
    pending: VecDeque<(usize, Line)>,
    delimiter: Option<u8>,
    header: Option<StringRecord>,
    limit: usize,
}

impl<R: BufRead> Rows<R> {
    /// The rows of `reader`, of at most `limit` bytes each. Without a delimiter it is taken from the header: a comma if
    /// it has one, otherwise a semicolon or a tab.
    pub const fn new(reader: R, delimiter: Option<u8>, limit: usize) -> Self {
        Self { lines: Lines::new(reader, limit), pending: VecDeque::new(), delimiter, header: None, limit }
    }

    /// The bytes of the next row that is not blank.
    fn row(&mut self) -> Option<(usize, Result<Vec<u8>, ReadError>)> {
        loop {
            let (number, line) = self.line()?;
            let bytes = match line {
                Line::Whole(bytes) if bytes.trim_ascii().is_empty() => continue,
                Line::Whole(bytes) => bytes,
                Line::TooLong => return Some((number, Err(ReadError::TooLarge(self.limit)))),
                Line::Broken(error) => return Some((number, Err(ReadError::Read(error)))),
            };
            let delimiter = *self.delimiter.get_or_insert_with(|| delimiter(&bytes));
            return Some((number, self.whole_row(bytes, delimiter)));
        }
    }

    /// The row that begins with the line `bytes`: with the lines that follow, as long as a quoted field is open.
    fn whole_row(&mut self, mut bytes: Vec<u8>, delimiter: u8) -> Result<Vec<u8>, ReadError> {
        let mut state = Quoting::default().after(&bytes, delimiter);
        let mut taken = Vec::new();
        while state == Quoting::Inside {
            let Some((number, line)) = self.line() else { break };
            let more = match &line {
                Line::Whole(more) if bytes.len() + more.len() <= self.limit => more.as_slice(),
                _ => &[],
            };
            let ends = more.is_empty();
            state = state.after(more, delimiter);
            bytes.extend_from_slice(more);
            taken.push((number, line));
            if ends {
                break;
            }
        }
        let error = match state {
            Quoting::Inside => ReadError::OpenQuote,
            Quoting::Broken => ReadError::StrayQuote,
            _ => return Ok(bytes),
        };
        for line in taken.into_iter().rev() {
            self.pending.push_front(line);
        }
        Err(error)
    }

    fn line(&mut self) -> Option<(usize, Line)> {
        self.pending.pop_front().or_else(|| self.lines.next())
    }

    fn record(&self, row: &[u8], header: &StringRecord) -> Result<Record, ReadError> {
        let (cells, encoding) = self.cells(row)?;
        if cells.len() != header.len() {
            return Err(ReadError::RowLength { found: cells.len(), expected: header.len() });
        }
        let mut fields = Map::new();
        for (name, cell) in header.iter().zip(&cells) {
            // Of two columns of one name the first counts.
            fields.entry(name).or_insert_with(|| Value::from(cell));
        }
        Ok(Record { fields, encoding })
    }

    fn cells(&self, row: &[u8]) -> Result<(StringRecord, &'static str), ReadError> {
        let (text, encoding) = to_text(row, None);
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .delimiter(self.delimiter.unwrap_or(b','))
            .buffer_capacity(text.len().max(1))
            .from_reader(text.as_bytes());
        let mut cells = StringRecord::new();
        reader.read_record(&mut cells).map_err(ReadError::Csv)?;
        Ok((cells, encoding))
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = Numbered;

    fn next(&mut self) -> Option<Numbered> {
        loop {
            let (number, row) = self.row()?;
            let Some(header) = self.header.take() else {
                match row.and_then(|row| self.cells(&row)) {
                    Ok((mut header, _)) => {
                        header.trim();
                        self.header = Some(header);
                        continue;
                    }
                    Err(error) => {
                        // Without a header no row can be read.
                        self.lines.stop();
                        self.pending.clear();
                        return Some((number, Err(ReadError::Header(Box::new(error)))));
                    }
                }
            };
            let record = row.and_then(|row| self.record(&row, &header));
            self.header = Some(header);
            return Some((number, record));
        }
    }
}

fn delimiter(header: &[u8]) -> u8 {
    [b',', b';', b'\t'].into_iter().find(|delimiter| header.contains(delimiter)).unwrap_or(b',')
}

/// Where in a row the reader is, as RFC 4180 has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Quoting {
    /// At the start of a field, where a quote opens it.
    #[default]
    Start,
    /// In a field without quotes, or at the end of the line.
    Outside,
    /// Between quotes.
    Inside,
    /// Behind a quote within quotes: it closes the field, unless another follows.
    Quote,
    /// Behind a quote that closes a field which goes on, as no field may. What is a field here is anyone's guess.
    Broken,
}

impl Quoting {
    fn after(mut self, bytes: &[u8], delimiter: u8) -> Self {
        for &byte in bytes {
            self = match (self, byte) {
                (Self::Start | Self::Quote, b'"') => Self::Inside,
                (Self::Inside, b'"') => Self::Quote,
                (Self::Inside, _) => Self::Inside,
                (Self::Broken, _) => Self::Broken,
                (_, byte) if byte == delimiter => Self::Start,
                (Self::Quote, b'\r' | b'\n') => Self::Outside,
                (Self::Quote, _) => Self::Broken,
                _ => Self::Outside,
            };
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows as `line: a|b`, or the error.
    fn rows(table: &str, limit: usize) -> Vec<String> {
        Rows::new(table.as_bytes(), None, limit)
            .map(|(line, record)| match record {
                Ok(record) => {
                    let cells: Vec<_> = record.fields.values().filter_map(Value::as_str).collect();
                    format!("{line}: {}", cells.join("|"))
                }
                Err(error) => format!("{line}: {error}"),
            })
            .collect()
    }

    #[test]
    fn quotes_line_breaks_and_marks_are_read() {
        let table = "\u{FEFF}id,text\r\n1,\"a \"\"b\"\",\r\nc\"\r\n\r\n2,d \"e\" f\r\n";
        assert_eq!(rows(table, 100), ["2: 1|a \"b\",\r\nc", "5: 2|d \"e\" f"]);
    }

    #[test]
    fn the_header_tells_the_delimiter() {
        assert_eq!(rows("id;text\n1;a, b\n", 100), ["2: 1|a, b"]);
        assert_eq!(rows("id\ttext\n1\ta; b\n", 100), ["2: 1|a; b"]);
    }

    #[test]
    fn a_bad_row_does_not_harm_the_next() {
        let table = "id,text\n1\n2,\"open\n3,c\n4,d,e\n5,f\n";
        let found = rows(table, 100);
        assert_eq!(found.len(), 5);
        assert!(found[0].starts_with("2: has 1 fields where the header has 2"));
        assert!(found[1].starts_with("3: a quote is opened here and not closed"));
        assert_eq!(found[2], "4: 3|c");
        assert!(found[3].starts_with("5: has 3 fields"));
        assert_eq!(found[4], "6: 5|f");
    }

    #[test]
    fn rows_do_not_run_together_over_a_stray_quote() {
        let found = rows("id,text\n1,\"a\n2,\"b\n3,c\n4,\"d\" d\n5,\"e\"\n", 100);
        assert!(found[0].starts_with("2: a quoted field goes on behind its closing quote"), "{found:?}");
        assert!(
            found[1].starts_with("3: a quoted field goes on") || found[1].starts_with("3: a quote is opened"),
            "{found:?}"
        );
        assert_eq!(found[2], "4: 3|c");
        assert!(found[3].starts_with("5: a quoted field goes on"));
        assert_eq!(found[4], "6: 5|e");
    }

    #[test]
    fn a_row_over_the_limit_is_refused() {
        let table = format!("id,text\n1,\"{}\"\n2,b\n", "a\n".repeat(20));
        let found = rows(&table, 30);
        assert!(found[0].starts_with("2: a quote is opened here"));
        assert_eq!(found.last().map(String::as_str), Some("23: 2|b"));
        assert_eq!(rows("id,text\n1,aaaaaaaaaaaaaaaaaaaa\n2,b\n", 10).len(), 2);
    }
}
