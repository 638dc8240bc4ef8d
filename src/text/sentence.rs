//! Where sentences end.

use super::{Span, lines::joined_lines};

/// What ends a sentence.
const ENDS: [char; 4] = ['.', '!', '?', '…'];
/// What may stand between the end and the white space behind it.
const CLOSERS: [char; 8] = ['"', '\'', '”', '’', ')', ']', '»', '›'];
/// What may stand in front of a sentence's first word.
const OPENERS: [char; 10] = ['"', '\'', '“', '‘', '„', '«', '(', '[', '<', '¿'];
/// Signs of currencies, with which a sentence may begin.
const CURRENCIES: [char; 5] = ['$', '€', '£', '¥', '₹'];

/// Abbreviations that something always follows.
const OPEN_ABBREVIATIONS: &[&str] = &[
    "Mr", "Mrs", "Ms", "Messrs", "Dr", "Prof", "Sen", "Rep", "Gov", "Gen", "Lt", "Col", "Sgt", "Capt", "Adm", "Hon",
    "Rev", "Chr", "vs", "p", "pp", "Fig", "Figs", "Vol", "cf", "ca", "approx", "e.g", "i.e",
];

/// Abbreviations that a sentence may end with.
const ABBREVIATIONS: &[&str] = &[
    "St", "Jr", "Sr", "Inc", "Corp", "Co", "Cos", "Ltd", "Bros", "etc", "al", "est", "dept", "Dept", "Jan", "Feb",
    "Mar", "Apr", "Jun", "Jul", "Aug", "Sept", "Sep", "Oct", "Nov", "Dec", "Ph.D", "Calif", "Conn", "Fla", "Mass",
    "Mich", "Minn", "Penn", "Tenn", "Tex", "Md", "Va",
];

/// Words that, with a capital, begin a sentence and hardly ever go on with a name.
const STARTERS: &[&str] = &[
    "A", "An", "The", "This", "That", "These", "Those", "He", "She", "It", "They", "We", "I", "You", "Its", "His",
    "Her", "Their", "Our", "But", "And", "However", "If", "When", "While", "Although", "In", "On", "At", "For", "From",
    "With", "Under", "After", "Before", "As", "To", "Both", "Some", "Most", "Many", "Such", "There", "Then", "Terms",
    "Why", "What", "How", "Not",
];

/// The sentences of `text`, in order, without white space at their ends. Every character that is not white space is in
/// exactly one.
///
/// A sentence ends with its line, lines of hard-wrapped paragraphs joined, or at `.`, `!`, `?` or `…` when a
/// capital, digit or script without capitals follows behind white space; not behind an abbreviation, unless a word
/// follows that must begin a sentence.
pub fn sentences(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for line in joined_lines(text) {
        split(text, line, &mut found);
    }
    found
}

/// Adds the sentences of one line to `found`.
fn split(text: &str, line: Span, found: &mut Vec<Span>) {
    let line_text = line.of(text);
    let mut start = 0;
    let mut at = 0;
    while let Some(found_at) = line_text[at..].find(ENDS) {
        let mark = at + found_at;
        let behind = line_text[mark..].trim_start_matches(ENDS).trim_start_matches(CLOSERS);
        at = line_text.len() - behind.len();
        let next = behind.trim_start();
        let is_apart = next.len() < behind.len();
        if is_apart
            && begins_sentence(next)
            && !is_abbreviation(&line_text[start..mark], &line_text[mark..], next, start == 0)
        {
            found.push(Span::new(line.start + start, line.start + at));
            start = line_text.len() - next.len();
        }
    }
    found.push(Span::new(line.start + start, line.end));
}

/// Whether a sentence may begin so: with a capital, a digit, an amount, a script without capitals, or a name such as `eBay`.
fn begins_sentence(next: &str) -> bool {
    let next = next.trim_start_matches(OPENERS);
    next.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase() || c.is_numeric() || CURRENCIES.contains(&c))
        || first_word(next).contains(char::is_uppercase)
}

/// Whether the full stop that `marks` begins with belongs to what is in front of it and the sentence goes on with `next`.
fn is_abbreviation(before: &str, marks: &str, next: &str, is_line_start: bool) -> bool {
    if !marks.starts_with('.') {
        return false;
    }
    let word = &before[before.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '&')).len()..];
    let next = next.trim_start_matches(OPENERS);
    if matches!(word, "No" | "Nos" | "Nr") {
        return next.split(char::is_whitespace).next().is_some_and(|number| number.contains(char::is_numeric));
    }
    // `3. Prices`, or `... and so on`: no sentence has been there yet.
    let is_item_number = is_line_start && before.len() <= 3 && before.bytes().all(|b| b.is_ascii_digit());
    is_item_number
        || OPEN_ABBREVIATIONS.contains(&word)
        || (ABBREVIATIONS.contains(&word) || is_initials(word)) && !is_starter(next)
}

/// Whether `next` begins with one of [`STARTERS`] that is no initial.
fn is_starter(next: &str) -> bool {
    let word = first_word(next);
    STARTERS.contains(&word) && !next[word.len()..].starts_with('.')
}

/// `J`, `U.S`, `p.m`: a capital, or single letters with full stops between them.
fn is_initials(word: &str) -> bool {
    let is_letter = |part: &str| part.chars().count() == 1 && part.contains(char::is_alphabetic);
    word.split('.').all(is_letter) && (word.contains('.') || word.contains(char::is_uppercase))
}

/// The letters and digits that `text` begins with.
fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::testing::wild_text;

    /// The text with every sentence's end shown.
    fn marked(text: &str) -> String {
        sentences(text).into_iter().map(|span| span.of(text)).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        for text in [
            "Norvane bought Tully.|It paid $3.5 million.|Why?|Nobody knows!",
            "Norvane Inc. Chief Executive Dr. J. R. Marsh left.|Mr. A. Tully came.",
            "The U.S. Treasury and the U.S.|The rest followed in Sept. 2025.",
            "It is No. 1 in valves.|Is it No. 1 in pumps?|No.|We think not.",
            "“We won.”|“They lost,” he said.|(Both were late.)|[Photo]",
            "It grew 3.4% vs. 2.1%, i.e. less.|eBay fell.|$3 is little.|Ørsted rose.",
            "So … it goes on… quietly.|Then…|Nothing.",
            "Sales rose, e.g. Lights and Marsh & Co. lamps.",
            "2. Tully sells.|It sold 2.|Pumps",
            "Wait...|What?|Yahoo! shares rose",
            "https://tieup.example/a.b?c=D is a link.|V1.2.3 is not",
        ] {
            assert_eq!(marked(&text.replace('|', " ")), text);
        }
    }

    proptest! {
        #[test]
        fn every_character_is_in_one_sentence(text in wild_text()) {
            let mut end = 0;
            for span in sentences(&text) {
                prop_assert!(text[end..span.start].trim().is_empty());
                prop_assert!(!span.is_empty() && span.of(&text).trim() == span.of(&text));
                end = span.end;
            }
            prop_assert!(text[end..].trim().is_empty());
        }
    }
}
