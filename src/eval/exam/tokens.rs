//! Words of a data set, put together again as they are written.

use crate::text::Span;

/// Marks that stand at the word before them.
const AFTER_A_WORD: &[&str] = &[",", ".", ";", ":", "!", "?", ")", "]", "}", "%", "...", "n't"];
/// Marks that the next word stands at.
const BEFORE_A_WORD: &[&str] = &["(", "[", "{", "$", "£", "€", "#"];
/// Marks without a space on either side.
const WITHIN_A_WORD: &[&str] = &["-", "/"];
/// Quotation marks, which data sets do not always turn the right way.
const QUOTES: &[&str] = &["``", "''", "\""];

/// The text that `tokens` make, in the typography of published text, and where each of them stands in it.
///
/// The models read running text; `It , the firm 's unit , grew ( by 5 % ) .` is none.
pub(super) fn join<T: AsRef<str>>(tokens: &[T]) -> (String, Vec<Span>) {
    let mut text = String::new();
    let mut spans = Vec::with_capacity(tokens.len());
    // Whether the next token stands at the one before, and whether a quotation is open.
    let (mut is_glued, mut is_quoted) = (true, false);
    for token in tokens {
        let token = token.as_ref();
        let is_quote = QUOTES.contains(&token);
        let closes = is_quote && is_quoted;
        let stands_at = AFTER_A_WORD.contains(&token) || WITHIN_A_WORD.contains(&token) || is_ending(token) || closes;
        if !is_glued && !stands_at && !token.is_empty() {
            text.push(' ');
        }
        let start = text.len();
        text.push_str(if is_quote { "\"" } else { token });
        spans.push(Span::new(start, text.len()));
        if is_quote {
            is_quoted = !is_quoted;
        }
        if !token.is_empty() {
            is_glued = BEFORE_A_WORD.contains(&token) || WITHIN_A_WORD.contains(&token) || (is_quote && is_quoted);
        }
    }
    (text, spans)
}

/// `'s`, `’re` and the like.
fn is_ending(token: &str) -> bool {
    let letters = token.strip_prefix(['\'', '’']);
    letters.is_some_and(|letters| letters.len() <= 2 && letters.chars().all(|c| c.is_ascii_lowercase()))
}

/// Where the tokens numbered `first` to `last` stand, both included; `None` if there are no such tokens.
pub(super) fn span(spans: &[Span], first: usize, last: usize) -> Option<Span> {
    let (first, last) = (spans.get(first)?, spans.get(last)?);
    (first.start < last.end).then(|| Span::new(first.start, last.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_put_together_as_they_are_written() {
        let words = |line: &str| join(&line.split(' ').collect::<Vec<_>>()).0;
        assert_eq!(
            words("Verda , the firm 's unit ( `` V '' ) , grew 5 % ."),
            "Verda, the firm's unit (\"V\"), grew 5%."
        );
        assert_eq!(words("It `` does n't pay `` $ 4 - a - day ."), "It \"doesn't pay\" $4-a-day.");
        assert_eq!(words("The firms ' 'n roll"), "The firms''n roll");
        assert_eq!(words("A  B"), "A B", "an empty token leaves nothing");
    }

    #[test]
    fn tokens_are_found_again() {
        let tokens = ["The", "firm", "'s", "``", "Oryx", "''", "unit"];
        let (text, spans) = join(&tokens);
        assert_eq!(span(&spans, 1, 2).map(|span| span.of(&text)), Some("firm's"));
        assert_eq!(span(&spans, 4, 4).map(|span| span.of(&text)), Some("Oryx"));
        assert_eq!(span(&spans, 6, 7), None);
        assert_eq!(span(&spans, 4, 1), None);
    }
}
