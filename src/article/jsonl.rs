//! JSON Lines: one JSON object a line.

use std::io::BufRead;

use serde_json::Value;

use super::{
    encoding::to_text,
    error::ReadError,
    fields::{Numbered, Record},
    lines::{Line, Lines},
};

/// The objects of a reader, with their lines. A bad line is an error in its place, and the next line goes on.
pub struct Objects<R> {
    lines: Lines<R>,
    limit: usize,
}

impl<R: BufRead> Objects<R> {
    /// The objects of `reader`; a line of more than `limit` bytes is refused.
    pub const fn new(reader: R, limit: usize) -> Self {
        Self { lines: Lines::new(reader, limit), limit }
    }
}

impl<R: BufRead> Iterator for Objects<R> {
    type Item = Numbered;

    fn next(&mut self) -> Option<Numbered> {
        loop {
            let (number, line) = self.lines.next()?;
            return Some((
                number,
                match line {
                    Line::Whole(bytes) if bytes.trim_ascii().is_empty() => continue,
                    Line::Whole(bytes) => object(&bytes),
                    Line::TooLong => Err(ReadError::TooLarge(self.limit)),
                    Line::Broken(error) => Err(ReadError::Read(error)),
                },
            ));
        }
    }
}

fn object(line: &[u8]) -> Result<Record, ReadError> {
    let (text, encoding) = to_text(line, None);
    match serde_json::from_str(&text).map_err(ReadError::Json)? {
        Value::Object(fields) => Ok(Record { fields, encoding }),
        _ => Err(ReadError::NotAnObject),
    }
}
