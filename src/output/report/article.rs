//! The text of an article, put together again from its sentences, and where things stand in it.

use super::read::Sentence;
use crate::text::{CharIndex, Span};

/// A text as far as the tables tell it: all sentences in their places, in characters.
#[derive(Debug, Default)]
pub(super) struct Text {
    text: String,
    chars: usize,
}

impl Text {
    /// Puts the next sentence in its place. White space between sentences is not in the tables: a single character is
    /// shown as a space, several as a new paragraph. Fails where the sentence lies within the ones before or absurdly far behind.
    pub(super) fn add(&mut self, sentence: &Sentence) -> Result<(), String> {
        const FAR: usize = 1 << 20;
        let gap = sentence.start.checked_sub(self.chars).filter(|&gap| gap < FAR).ok_or_else(|| {
            format!("the sentence of {:?} at {} does not follow the one before", sentence.article, sentence.start)
        })?;
        self.text.extend(std::iter::repeat_n(if gap == 1 { ' ' } else { '\n' }, gap));
        self.text.push_str(&sentence.text);
        self.chars = sentence.start + sentence.text.chars().count();
        Ok(())
    }

    /// The text as it is now, complete.
    pub(super) fn into_placed(self) -> Placed {
        let chars = CharIndex::new(&self.text);
        Placed { text: self.text, chars }
    }
}

/// A complete text, with the places of its characters.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) text: String,
    chars: CharIndex,
}

impl Placed {
    /// From where to where `words` stand that start at character `start`, however they are spaced; nothing where they do not.
    pub(super) fn at(&self, start: usize, words: &str) -> Option<Span> {
        let mut words = words.split_whitespace();
        let first = words.next()?;
        let from = self.chars.to_byte(start);
        self.text.get(from..)?.starts_with(first).then_some(())?;
        let end = follow(&self.text, from + first.len(), words)?;
        Some(Span::new(start, self.chars.to_char(end)))
    }
}

/// The byte at which `words` end if they follow each other, with white space in front of each, from byte `at` of `text`.
fn follow<'w>(text: &str, at: usize, mut words: impl Iterator<Item = &'w str>) -> Option<usize> {
    words.try_fold(at, |at, word| {
        let rest = &text[at..];
        let next = rest.trim_start();
        (next.len() < rest.len() && next.starts_with(word)).then(|| at + rest.len() - next.len() + word.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(sentences: &[(usize, &str)]) -> Result<Placed, String> {
        let mut text = Text::default();
        for &(start, sentence) in sentences {
            text.add(&Sentence { article: "a.txt".to_owned(), start, text: sentence.to_owned() })?;
        }
        Ok(text.into_placed())
    }

    #[test]
    fn sentences_keep_their_places() {
        let text = text(&[(0, "Été."), (6, "Nimbus  grew."), (20, "Why?")]).unwrap();
        assert_eq!(text.text, "Été.\n\nNimbus  grew. Why?");
    }

    #[test]
    fn a_table_that_was_tampered_with_is_refused() {
        assert!(text(&[(0, "One."), (2, "Two.")]).is_err());
        assert!(text(&[(usize::MAX, "One.")]).is_err());
    }

    #[test]
    fn words_are_where_they_start_however_they_are_spaced() {
        let text = text(&[(0, "É: to cut  costs, to cut"), (24, "costs.")]).unwrap();
        assert_eq!(text.at(3, "to cut costs"), Some(Span::new(3, 16)));
        assert_eq!(text.at(18, "to cut"), Some(Span::new(18, 24)));
        assert_eq!(text.at(4, "to cut costs"), None);
        assert_eq!(text.at(3, "to cut jobs"), None);
        assert_eq!(text.at(0, " "), None);
        assert_eq!(text.at(usize::MAX / 2, "to"), None);
    }
}
