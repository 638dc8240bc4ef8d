//! Lines of bytes, none longer than a limit.

use std::io::{self, BufRead, Read};

/// A line, or why there is none.
#[derive(Debug)]
pub enum Line {
    /// Its bytes, with the line feed where it has one.
    Whole(Vec<u8>),
    /// It is longer than the limit, and was passed over without being kept.
    TooLong,
    /// Reading broke off; no line follows.
    Broken(io::Error),
}

/// The lines of a reader with their numbers, from 1. Memory is bounded by the limit, whatever the reader holds.
pub struct Lines<R> {
    reader: Option<R>,
    limit: usize,
    number: usize,
}

impl<R: BufRead> Lines<R> {
    /// The lines of `reader` of up to `limit` bytes.
    pub const fn new(reader: R, limit: usize) -> Self {
        Self { reader: Some(reader), limit, number: 0 }
    }

    /// Reads no more.
    pub fn stop(&mut self) {
        self.reader = None;
    }

    /// Reads a line; `None` at the end.
    fn line(reader: &mut R, limit: usize) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        // One byte more than allowed, and one for the line feed.
        let most = (limit as u64).saturating_add(2);
        if reader.by_ref().take(most).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        let whole = bytes.last() == Some(&b'\n');
        if bytes.len() - usize::from(whole) <= limit {
            return Ok(Some(Line::Whole(bytes)));
        }
        if !whole {
            reader.skip_until(b'\n')?;
        }
        Ok(Some(Line::TooLong))
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = (usize, Line);

    fn next(&mut self) -> Option<Self::Item> {
        let line = match Self::line(self.reader.as_mut()?, self.limit) {
            Ok(line) => line?,
            Err(error) => {
                self.stop();
                Line::Broken(error)
            }
        };
        self.number += 1;
        Some((self.number, line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_over_the_limit_is_passed_over() {
        let lines: Vec<_> = Lines::new(&b"abc\nabcd\n\nabcdefghij\nab"[..], 3)
            .map(|(number, line)| match line {
                Line::Whole(bytes) => (number, Some(String::from_utf8(bytes).unwrap_or_default())),
                _ => (number, None),
            })
            .collect();
        let whole = |text: &str| Some(text.to_owned());
        assert_eq!(lines, [(1, whole("abc\n")), (2, None), (3, whole("\n")), (4, None), (5, whole("ab"))]);
    }
}
