//! Lines around an article that are no part of it, as blogs have them: dates, reading times, buttons.
//!
//! Only whole lines of known wording count, so that no sentence of an article is ever taken for furniture.

use super::date;

/// Whole lines, in lower case, without arrows and full stops around them.
const LINES: [&str; 46] = [
    "about the author",
    "advertisement",
    "all articles",
    "all posts",
    "back",
    "back to all posts",
    "back to blog",
    "back to home",
    "back to the blog",
    "back to top",
    "comments",
    "continue reading",
    "copy link",
    "copy url",
    "facebook",
    "get new posts by email",
    "get posts like this",
    "home",
    "leave a comment",
    "linkedin",
    "listen to this article",
    "log in",
    "menu",
    "more posts",
    "next",
    "next post",
    "no comments",
    "older posts",
    "previous",
    "previous post",
    "print",
    "read more",
    "related articles",
    "related posts",
    "search",
    "share",
    "share on linkedin",
    "share on twitter",
    "share this",
    "sign in",
    "sign up",
    "skip to content",
    "skip to main content",
    "subscribe",
    "thanks for reading",
    "tweet",
];

/// Beginnings of lines that ask for something; such a line has at most nine words and does not end like a sentence.
const ASKING: [&str; 8] = [
    "follow us on",
    "share on",
    "share this",
    "sign up for",
    "sign up to",
    "subscribe for",
    "subscribe to",
    "subscribe via",
];

/// Beginnings that no line of an article has, however the line goes on.
const CERTAIN: [&str; 5] = [
    "get new posts",
    "get posts like this",
    "join the newsletter",
    "sign up for our newsletter",
    "subscribe to our newsletter",
];

/// What parts the pieces of a line such as `Mar 4, 2026 · 8 min read`.
const SEPARATORS: [char; 4] = ['·', '•', '|', '–'];

/// What a line is besides text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Furniture {
    /// A date of publication, alone or with a reading time.
    Date(String),
    /// Anything else.
    Other,
}

/// How many lines with text on them, from either end of an article, may be furniture.
const MARGIN: usize = 8;

/// The text without the furniture among its first and last lines, and the date that stood there.
pub fn clear(text: &str) -> (String, Option<String>) {
    let mut published = None;
    let lines: Vec<&str> = text.split('\n').collect();
    let filled: Vec<usize> = (0..lines.len()).filter(|&i| !lines[i].trim().is_empty()).collect();
    let (top, rest) = filled.split_at(filled.len().min(MARGIN));
    let bottom = &rest[rest.len().saturating_sub(MARGIN)..];
    let mut keep = vec![true; lines.len()];
    for &i in top {
        keep[i] = match recognise(lines[i]) {
            // Only the first date is the article's; a later one may head a part of it.
            Some(Furniture::Date(date)) if published.is_none() => {
                published = Some(date);
                false
            }
            Some(Furniture::Other) => false,
            _ => true,
        };
    }
    for &i in bottom {
        keep[i] = recognise(lines[i]) != Some(Furniture::Other);
    }
    let kept: Vec<&str> = lines.iter().zip(keep).filter(|(_, keep)| *keep).map(|(line, _)| *line).collect();
    (kept.join("\n"), published)
}

/// Whether the second line with text on it is a date of publication.
pub fn second_line_is_date(text: &str) -> bool {
    let second = text.split('\n').filter(|line| !line.trim().is_empty()).nth(1);
    matches!(second.and_then(recognise), Some(Furniture::Date(_)))
}

/// Whether a line is furniture; `None` for a line of the article.
fn recognise(line: &str) -> Option<Furniture> {
    let line = line.trim();
    if line.is_empty() || line.len() > 120 {
        return None;
    }
    let mut date = None;
    for piece in line.split(SEPARATORS) {
        let piece = piece.trim();
        match published(piece) {
            Some(found) if date.is_none() => date = Some(found),
            _ if piece.is_empty() || is_reading_time(piece) || is_known(piece) => {}
            _ => return None,
        }
    }
    Some(date.map_or(Furniture::Other, Furniture::Date))
}

fn published(piece: &str) -> Option<String> {
    let lower = piece.to_lowercase();
    let prefix = ["published on", "published:", "published", "posted on", "posted:", "posted", "date:"]
        .into_iter()
        .find(|prefix| lower.starts_with(prefix));
    date::parse(prefix.map_or(lower.as_str(), |prefix| &lower[prefix.len()..]))
}

/// `8 min read`, `8-minute read`, `Reading time: 8 minutes`.
fn is_reading_time(piece: &str) -> bool {
    let lower = piece.to_lowercase().replace(['-', ':'], " ");
    let words: Vec<&str> = lower.split_whitespace().collect();
    let minutes = |number: &str, unit: &str| {
        number.trim_start_matches('~').parse::<u16>().is_ok() && ["min", "mins", "minute", "minutes"].contains(&unit)
    };
    match words[..] {
        [number, unit, "read"] | ["reading", "time", number, unit] => minutes(number, unit),
        _ => false,
    }
}

fn is_known(piece: &str) -> bool {
    let lower = piece.to_lowercase();
    let plain = lower.trim_matches(|c: char| !c.is_alphanumeric());
    let asks = ASKING.iter().any(|words| begins_with(plain, words));
    LINES.binary_search(&plain).is_ok()
        || CERTAIN.iter().any(|words| begins_with(plain, words))
        || asks && plain.split_whitespace().count() <= 9 && !lower.ends_with('.')
}

/// Whether `line` begins with these words and then ends or goes on with another.
fn begins_with(line: &str, words: &str) -> bool {
    line.strip_prefix(words).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_lines_are_sorted() {
        assert!(LINES.is_sorted());
    }

    #[test]
    fn furniture_is_recognised() {
        for line in [
            "← All posts",
            "Get posts like this in your inbox",
            "Subscribe",
            "Subscribe →",
            "SHARE THIS",
            "5 min read",
            "Reading time: 12 minutes",
            "Share this article | Tweet | LinkedIn",
            "Subscribe to our newsletter",
            "Get posts like this in your inbox every other Thursday. No tracking.",
        ] {
            assert_eq!(recognise(line), Some(Furniture::Other), "{line}");
        }
        for line in
            ["Mar 4, 2026 · 8 min read", "Published on 4 March 2026", "2026-03-04", "8-minute read | March 4, 2026"]
        {
            assert_eq!(recognise(line), Some(Furniture::Date("2026-03-04".into())), "{line}");
        }
    }

    #[test]
    fn sentences_are_not() {
        for line in [
            "",
            "AWS, not Azure, gets the government desk",
            "Share prices fell",
            "Subscribe and Save was the deal that Amazon offered Nestlé.",
            "Sign up for Acme was slow, so it bought Bolt.",
            "March 4, 2026 was the day",
            "Home Depot",
            "8 min",
        ] {
            assert_eq!(recognise(line), None, "{line}");
        }
    }
}
