//! Plain text, also as copied from a blog.

use super::{Parts, furniture};

/// The longest title, in characters.
const LONGEST_TITLE: usize = 150;

/// Reads plain text: furniture among the first and the last lines is left out, a date there is the date of publication,
/// and the first line left is the title if it looks like one. It stays in the text.
pub fn read(text: &str) -> Parts {
    let (body, published) = furniture::clear(text);
    Parts { title: title(&body), published, body }
}

/// The first line, if it is short, followed by a blank line and more text, and does not end like a sentence.
fn title(body: &str) -> Option<String> {
    let (first, rest) = body.trim_start().split_once('\n')?;
    let (second, rest) = rest.split_once('\n')?;
    let first = first.trim();
    let is_title = second.trim().is_empty()
        && !rest.trim().is_empty()
        && first.chars().count() <= LONGEST_TITLE
        && !first.ends_with(['.', ':', ',', ';', '…'])
        && first.contains(char::is_alphabetic);
    is_title.then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blog_post_gives_title_and_date_without_its_furniture() {
        let parts = read(
            "← All posts\n\nMar 4, 2026 · 8 min read\n\nWhy Harbor picked Lumen\n\nA standfirst, with a point.\n\n\
             Get posts like this in your inbox\nSubscribe\n\nHarbor chose Lumen.\nIt said so.\n\nMarch 5, 2026\n\nShare this\n",
        );
        assert_eq!(parts.title.as_deref(), Some("Why Harbor picked Lumen"));
        assert_eq!(parts.published.as_deref(), Some("2026-03-04"));
        let text = parts.body.split('\n').filter(|line| !line.is_empty()).collect::<Vec<_>>();
        assert_eq!(
            text,
            [
                "Why Harbor picked Lumen",
                "A standfirst, with a point.",
                "Harbor chose Lumen.",
                "It said so.",
                "March 5, 2026"
            ]
        );
    }

    #[test]
    fn a_sentence_or_a_lone_line_is_no_title() {
        assert_eq!(read("Harbor chose Lumen.\n\nIt said so.").title, None);
        assert_eq!(read("Harbor chose\nLumen, it said.\n").title, None);
        assert_eq!(read("Harbor chose Lumen\n\n").title, None);
        assert_eq!(read("").title, None);
    }

    #[test]
    fn furniture_words_within_the_text_stay() {
        let text = format!("{}Subscribe\n\n{}", "A line.\n\n".repeat(9), "A line.\n\n".repeat(9));
        assert_eq!(read(&text).body, text);
    }
}
