//! Plain text, also as copied from a blog.

use super::{Parts, furniture};

/// The longest title, in characters.
const LONGEST_TITLE: usize = 150;

/// Reads plain text: furniture among the first and the last lines is left out, a date there is the date of publication,
/// and the first line left is the title if it looks like one. It stays in the text.
pub fn read(text: &str) -> Parts {
    let (body, published) = furniture::clear(text);
    Parts { title: title_of(text, &body), published, body }
}

/// The title of a text, `body` being the text without furniture.
fn title_of(text: &str, body: &str) -> Option<String> {
    let first = title(body)?;
    // A masthead in capitals stands above the date, and the title below.
    let above_date = !first.contains(char::is_lowercase) && furniture::second_line_is_date(text);
    let below = above_date.then(|| body.trim_start().split_once('\n')).flatten().and_then(|(_, below)| title(below));
    below.or(Some(first))
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
    fn a_masthead_above_the_date_is_no_title() {
        let title = |text: &str| read(text).title;
        let masthead = "NOTES FROM THE YARD\n\n4 March 2026 · 5 min read\n\n";
        assert_eq!(title(&format!("{masthead}Why Harbor\n\nIt chose.")).as_deref(), Some("Why Harbor"));
        assert_eq!(title(&format!("{masthead}It chose.\n\nYes.")).as_deref(), Some("NOTES FROM THE YARD"));
        assert_eq!(title("HARBOR BUYS\n\nFor cash\n\nIt did.").as_deref(), Some("HARBOR BUYS"));
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
