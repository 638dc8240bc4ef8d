//! Places in a text.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A half-open range of bytes `[start, end)` of a text, on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// The span `[start, end)`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The length in bytes.
    pub const fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the span has no bytes.
    pub const fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// The part of `text` that the span covers.
    ///
    /// # Panics
    /// If the span is not inside `text` on character boundaries, that is, belongs to another text.
    pub fn of(self, text: &str) -> &str {
        &text[self.start..self.end]
    }

    /// Whether the two spans share a byte.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies within this span.
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The span as a range.
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// Converts byte offsets of one text to offsets in Unicode characters and back, in O(log n).
///
/// Only the characters longer than a byte are kept, so plain ASCII costs nothing.
#[derive(Debug, Clone, Default)]
pub struct CharIndex {
    /// For every character longer than a byte: the byte after it, and how many bytes more than
    /// characters the text has up to there.
    wide: Vec<(usize, usize)>,
}

impl CharIndex {
    /// The index of `text`.
    pub fn new(text: &str) -> Self {
        let mut extra = 0;
        let wide = text
            .char_indices()
            .filter(|(_, c)| c.len_utf8() > 1)
            .map(|(at, c)| {
                extra += c.len_utf8() - 1;
                (at + c.len_utf8(), extra)
            })
            .collect();
        Self { wide }
    }

    /// The number of characters before byte `byte`, which must be a character boundary.
    pub fn to_char(&self, byte: usize) -> usize {
        let before = self.wide.partition_point(|&(end, _)| end <= byte);
        byte - before.checked_sub(1).map_or(0, |i| self.wide[i].1)
    }

    /// The byte at which character number `char` starts.
    pub fn to_byte(&self, char: usize) -> usize {
        let before = self.wide.partition_point(|&(end, extra)| end - extra <= char);
        char + before.checked_sub(1).map_or(0, |i| self.wide[i].1)
    }

    /// The same span, in characters.
    pub fn to_chars(&self, span: Span) -> Span {
        Span::new(self.to_char(span.start), self.to_char(span.end))
    }

    /// The same span, from characters to bytes.
    pub fn to_bytes(&self, span: Span) -> Span {
        Span::new(self.to_byte(span.start), self.to_byte(span.end))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_and_characters_agree(text in any::<String>()) {
            let index = CharIndex::new(&text);
            let ends = text.char_indices().map(|(byte, _)| byte).chain([text.len()]);
            for (char, byte) in ends.enumerate() {
                prop_assert_eq!(index.to_char(byte), char);
                prop_assert_eq!(index.to_byte(char), byte);
            }
        }
    }
}
