//! The lines of a text, with those of hard-wrapped paragraphs joined again.
//!
//! Most texts have one paragraph a line, and a line break ends a heading, an item or a sentence. In others an editor broke
//! the lines of a paragraph at a fixed width, in the middle of sentences. Such a break gives itself away: the first
//! word of the next line would not have fitted any more. Where that is the rule for the lines that go on in small letters,
//! the text is hard-wrapped, and every break of that kind inside a paragraph joins its two lines.

use super::Span;

/// The lengths that a full line of hard-wrapped text has, in characters.
const FULL: std::ops::RangeInclusive<usize> = 40..=100;

/// By how many characters full lines may miss the width of the text.
const SLACK: usize = 5;

/// One line that is not blank.
#[derive(Clone, Copy)]
struct Line<'a> {
    /// Where it stands, without white space at the ends.
    span: Span,
    /// Its words.
    words: &'a str,
    /// Characters up to its end, indentation included.
    width: usize,
    /// Characters in front of its words; behind a bullet, the bullet included.
    indent: usize,
    /// Whether it is further in than the line before, or as far as one that is.
    is_indented: bool,
    /// Whether it begins a paragraph: after a blank line, with a bullet, or indented.
    opens: bool,
}

impl Line<'_> {
    /// The characters of its first word.
    fn first_word(&self) -> usize {
        self.words.chars().take_while(|c| !c.is_whitespace()).take(*FULL.end()).count()
    }

    /// Whether it begins like the middle of a sentence.
    fn goes_on(&self) -> bool {
        self.words.starts_with(char::is_lowercase)
    }

    /// Whether it ends like a sentence.
    fn is_closed(&self) -> bool {
        self.words.trim_end_matches(['"', '\'', '”', '’', ')', ']']).ends_with(['.', '!', '?', ':', ';', '…'])
    }

    /// Whether `next` begins with a word that did not fit on this line in a text `width` wide.
    fn is_full(&self, next: &Self, width: usize) -> bool {
        self.width <= width + SLACK && self.width * 2 >= width && self.width + 1 + next.first_word() + SLACK > width
    }
}

/// The places within which to look for sentences: the lines of `text`, hard-wrapped ones joined, blank ones left out,
/// without white space at their ends.
pub(super) fn joined_lines(text: &str) -> Vec<Span> {
    let Some(width) = wrap_width(text) else { return lines(text).map(|line| line.span).collect() };
    let mut joined: Vec<Span> = Vec::new();
    let mut before: Option<Line> = None;
    for (number, line) in lines(text).enumerate() {
        let wrapped = before.is_some_and(|before| !line.opens && is_wrapped(&before, &line, width, number == 2));
        match joined.last_mut() {
            Some(open) if wrapped => open.end = line.span.end,
            _ => joined.push(line.span),
        }
        before = Some(line);
    }
    joined
}

/// Whether the break between two lines of one paragraph comes from the width of the text.
///
/// The first line of a paragraph may be short, since the place and date in front of a news story are often cut off.
/// That is trusted where the next line goes on in small letters, and in the lead, right behind a title of one line.
fn is_wrapped(before: &Line, line: &Line, width: usize, is_lead: bool) -> bool {
    let is_short_first = before.opens && !before.is_closed() && before.width <= width;
    let is_cut_lead = is_lead && before.words.contains(char::is_lowercase);
    before.is_full(line, width) || is_short_first && (line.goes_on() || is_cut_lead)
}

/// The width at which the lines of a hard-wrapped text were broken, in characters; `None` for any other text.
fn wrap_width(text: &str) -> Option<usize> {
    let breaks = || {
        lines(text).zip(lines(text).skip(1)).filter(|(before, line)| {
            !line.opens && FULL.contains(&before.width) && !before.is_closed() && line.goes_on()
        })
    };
    let width = breaks().map(|(before, _)| before.width).max()?;
    let (mut full, mut short) = (0, 0);
    for (before, line) in breaks() {
        if before.is_full(&line, width) {
            full += 1;
        } else if !before.opens {
            short += 1;
        }
    }
    (full > 0 && full >= 3 * short).then_some(width)
}

/// The lines of `text` that are not blank.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut next = 0;
    let mut before: Option<Line> = None;
    text.split('\n').filter_map(move |raw| {
        let start = next;
        next += raw.len() + 1;
        let words = raw.trim_start();
        let blank = raw.len() - words.len();
        let words = words.trim_end();
        if words.is_empty() {
            before = None;
            return None;
        }
        let bullet = bullet(words, before.is_none_or(|before| before.is_closed()));
        let indent = raw[..blank + bullet].chars().count();
        let is_indented = bullet == 0
            && before.is_some_and(|before| indent > before.indent || indent == before.indent && before.is_indented);
        let line = Line {
            span: Span::new(start + blank, start + blank + words.len()),
            words,
            width: raw[..blank].chars().count() + words.chars().count(),
            indent,
            is_indented,
            opens: bullet > 0 || is_indented || before.is_none(),
        };
        before = Some(line);
        Some(line)
    })
}

/// The bytes of the bullet that `words` begin with and of the white space behind it; 0 without one. A number is one
/// only at the `start` of a sentence: a wrapped line may well begin with `31.`
fn bullet(words: &str, start: bool) -> usize {
    let mark = words.split(char::is_whitespace).next().unwrap_or_default();
    let is_number = || {
        mark.len() <= 4
            && mark.trim_start_matches('(').strip_suffix(['.', ')']).is_some_and(|number| number.parse::<u16>().is_ok())
    };
    if matches!(mark, "-" | "*" | "+" | "•" | "·" | "◦" | "▪" | "–") || start && is_number() {
        words.len() - words[mark.len()..].trim_start().len()
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::testing::wild_text;

    fn joined(text: &str) -> Vec<&str> {
        joined_lines(text).into_iter().map(|span| span.of(text)).collect()
    }

    const WRAPPED: &str = "\
NORVANE TO BUY PARTS UNIT

Norvane Holdings Ltd said it
has agreed in principle to purchase the industrial parts unit of
Marsh and Tully Plc for 31 mln dlrs in cash, to be paid in March
31. No other terms were given.
    The unit makes valves, pumps and fittings for ships and had a
turnover of 40 mln dlrs last year.
    Analysts had expected a bid.
 Norvane";

    #[test]
    fn the_lines_of_a_wrapped_paragraph_are_joined() {
        let starts: Vec<_> = joined(WRAPPED).iter().map(|line| &line[..7]).collect();
        assert_eq!(starts, ["NORVANE", "Norvane", "The uni", "Analyst", "Norvane"]);
    }

    #[test]
    fn a_lead_may_begin_with_a_short_line_but_a_heading_stays() {
        let lead = WRAPPED.replace("Norvane Holdings Ltd said it\nhas", "Norvane Holdings\nLtd said it has");
        assert!(joined(&lead)[1].starts_with("Norvane Holdings\nLtd"));
        let heading = format!("{WRAPPED}\n\nAbout Norvane\nNorvane makes parts.");
        assert_eq!(joined(&heading)[5..], ["About Norvane", "Norvane makes parts."]);
    }

    #[test]
    fn lines_that_end_where_they_like_stay_apart() {
        for text in [
            "Heading\nA paragraph of one line, as long as it likes to be, which ends with a full stop.\nAnother one.",
            "What we looked at, in this order and for these reasons:\n- price of the chips, weighed against their speed\n- \
             delivery\n- support, which is said to be slow\n- the colour",
            "one item which is rather long but all in small letters\na second one, not as long as the first\na third, \
             which is of much the same length\na fourth, again a little shorter than that",
        ] {
            assert_eq!(joined(text), text.lines().collect::<Vec<_>>());
        }
    }

    #[test]
    fn items_of_a_wrapped_list_are_joined_with_their_own_lines_only() {
        let text = "Who sells to whom:\n- Norvane has the larger share of the market for valves and\n  of that for pumps\n- Marsh sells only to \
                    yards in the north, where it has its\n  own shops";
        assert_eq!(joined(text).len(), 3);
    }

    proptest! {
        #[test]
        fn a_paragraph_filled_to_any_width_is_one_line(
            words in prop::collection::vec("[a-z]{1,10}", 30..200),
            width in 50..100_usize,
        ) {
            let mut text = String::new();
            let mut column = 0;
            for word in &words {
                let fits = column + 1 + word.len() <= width;
                text.push(if fits { ' ' } else { '\n' });
                text.push_str(word);
                column = if fits { column + 1 } else { 0 } + word.len();
            }
            prop_assert_eq!(joined(&text), [text.trim()]);
        }

        #[test]
        fn joined_lines_leave_out_nothing_but_white_space(text in wild_text()) {
            let mut end = 0;
            for span in joined_lines(&text) {
                prop_assert!(text[end..span.start].trim().is_empty());
                prop_assert!(!span.is_empty() && span.of(&text).trim() == span.of(&text));
                end = span.end;
            }
            prop_assert!(text[end..].trim().is_empty());
        }
    }
}
