//! The text of an article, put together again from its sentences, and where things stand in it.

use super::read::{Claim, Entity, Sentence};
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

    /// The text, ready to be searched.
    pub(super) fn into_searchable(self) -> Searchable {
        let chars = CharIndex::new(&self.text);
        Searchable { text: self.text, chars }
    }
}

/// A complete text.
#[derive(Debug)]
pub(super) struct Searchable {
    pub(super) text: String,
    chars: CharIndex,
}

impl Searchable {
    /// Where `words`, which may be spaced differently, stand nearest to character `near`; in characters.
    pub(super) fn find(&self, words: &str, near: usize) -> Option<Span> {
        let mut words = words.split_whitespace();
        let first = words.next()?;
        let rest: Vec<&str> = words.collect();
        let places = self.text.match_indices(first).filter_map(|(start, _)| {
            let end = follow(&self.text, start + first.len(), &rest)?;
            Some(self.chars.to_chars(Span::new(start, end)))
        });
        places.min_by_key(|place| place.start.abs_diff(near))
    }
}

/// The byte at which `words` end if they follow each other, with white space in front of each, from byte `at` of `text`.
fn follow(text: &str, at: usize, words: &[&str]) -> Option<usize> {
    words.iter().try_fold(at, |at, word| {
        let rest = &text[at..];
        let next = rest.trim_start();
        (next.len() < rest.len() && next.starts_with(word)).then(|| at + rest.len() - next.len() + word.len())
    })
}

/// Which of `entities` a claim means by `name`, written as `text`: the nearest one to its trigger.
pub(super) fn mentioned(claim: &Claim, name: &str, text: &str, entities: &[Entity]) -> Option<Span> {
    let named = entities.iter().filter(|entity| entity.name == name && entity.text == text);
    named
        .min_by_key(|entity| entity.start.abs_diff(claim.start).min(entity.end.abs_diff(claim.end)))
        .map(|entity| Span::new(entity.start, entity.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(sentences: &[(usize, &str)]) -> Result<Searchable, String> {
        let mut text = Text::default();
        for &(start, sentence) in sentences {
            text.add(&Sentence { article: "a.txt".to_owned(), start, text: sentence.to_owned() })?;
        }
        Ok(text.into_searchable())
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
    fn the_nearest_place_is_found_however_it_is_spaced() {
        let text = text(&[(0, "É: to cut  costs, to cut"), (24, "costs.")]);
        let text = text.unwrap();
        assert_eq!(text.find("to cut costs", 0), Some(Span::new(3, 16)));
        assert_eq!(text.find("cut costs,", 99), Some(Span::new(6, 17)));
        assert_eq!(text.find("to cut jobs", 0), None);
        assert_eq!(text.find(" ", 0), None);
    }
}
