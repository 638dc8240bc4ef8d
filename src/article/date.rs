//! Dates as articles write them, to `YYYY-MM-DD`. A date that can be read two ways is no date.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The years in which an article may have been published; other numbers are taken for something else.
const YEARS: std::ops::RangeInclusive<i16> = 1800..=2199;

/// How a date in words is written, once commas, full stops and the like are gone.
const IN_WORDS: [&str; 4] = ["%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y"];

/// The date that `text` begins with; a time of day may follow it, nothing else.
///
/// Understood are ISO 8601 (`2026-03-04`, `2026-03-04T10:00:00Z`), year first in figures (`2026/03/04`, `20260304`),
/// English months (`March 4, 2026`, `4 Mar 2026`, `4-MAR-2026`) and RFC 2822. The date is the one written: no time
/// zone is applied. `03/04/2026` is not understood, since it may be March or April.
pub fn parse(text: &str) -> Option<String> {
    let text = text.trim();
    // No date with its time is longer, and none is a whole article.
    if text.len() > 80 {
        return None;
    }
    let date = year_first(text).or_else(|| in_words(text))?;
    YEARS.contains(&date.year()).then(|| date.to_string())
}

/// The date in UTC of a number of seconds, or of milliseconds, since 1970, if it is between 1973 and 2099.
pub fn from_epoch(number: i64) -> Option<String> {
    let time = match number {
        100_000_000..=4_102_444_799 => Timestamp::from_second(number),
        100_000_000_000..=4_102_444_799_999 => Timestamp::from_millisecond(number),
        _ => return None,
    };
    Some(time.ok()?.to_zoned(TimeZone::UTC).date().to_string())
}

fn year_first(text: &str) -> Option<Date> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    };
    if !time.is_empty() && !is_time(time) {
        return None;
    }
    let numbers: Vec<&str> = if date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()) {
        vec![&date[..4], &date[4..6], &date[6..]]
    } else {
        let separator = date.chars().find(|c| !c.is_ascii_digit()).filter(|c| "-/.".contains(*c))?;
        date.split(separator).collect()
    };
    match numbers[..] {
        [year, month, day] if year.len() == 4 => {
            Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
        }
        _ => None,
    }
}

fn in_words(text: &str) -> Option<Date> {
    let text = text.replace([',', '.', '-'], " ");
    let mut words: Vec<&str> = text.split_whitespace().collect();
    if words.first().is_some_and(|word| is_weekday(word)) {
        words.remove(0);
    }
    let (date, time) = words.split_at_checked(3)?;
    if !time.is_empty() && !is_time(&time.join(" ")) {
        return None;
    }
    let date: Vec<&str> = date.iter().map(|word| plain(word)).collect();
    let date = date.join(" ");
    IN_WORDS.iter().find_map(|format| Date::strptime(format, &date).ok())
}

/// The word as strptime knows it: `4th` without its ending, `Sept` as `Sep`.
fn plain(word: &str) -> &str {
    let figures = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    match &word[figures.len()..] {
        "st" | "nd" | "rd" | "th" if !figures.is_empty() => figures,
        _ if word.eq_ignore_ascii_case("sept") => &word[..3],
        _ => word,
    }
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let word = word.to_ascii_lowercase();
    word.len() >= 3 && DAYS.iter().any(|day| day.starts_with(&word))
}

/// Whether `text` is a time of day, perhaps with a zone: it starts with a figure, or `at` and a figure, has a colon or
/// says `am` or `pm`, and has no more words than `at 10:15 a m EST +0000`.
fn is_time(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    let lower = lower.strip_prefix("at ").unwrap_or(&lower);
    lower.starts_with(|c: char| c.is_ascii_digit())
        && (lower.contains(':') || lower.contains("am") || lower.contains("pm"))
        && lower.split_whitespace().count() <= 5
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_are_understood() {
        for text in [
            "2026-03-04",
            " 2026-03-04T23:59:59-08:00 ",
            "2026-03-04 10:00:00.123",
            "2026/3/4",
            "2026.03.04",
            "20260304",
            "March 4, 2026",
            "Mar 4, 2026",
            "Mar. 4th, 2026",
            "4 March 2026",
            "04-MAR-2026 15:01:01.79",
            "Wednesday, March 4, 2026 at 9:00 am",
            "Wed, 04 Mar 2026 10:00:00 +0000",
            "Wed, 4 Mar 2026 10:00:00 GMT",
        ] {
            assert_eq!(parse(text).as_deref(), Some("2026-03-04"), "{text}");
        }
        assert_eq!(parse("Sept 9 2025").as_deref(), Some("2025-09-09"));
    }

    #[test]
    fn what_is_no_date_for_certain_is_none() {
        for text in [
            "",
            "03/04/2026",
            "13/04/2026",
            "March 2026",
            "2026",
            "2026-02-30",
            "2026-13-01",
            "0026-03-04",
            "4 March 26",
            "March 4, 2026 was a Wednesday",
            "2026-03-04 Acme buys Bolt",
            "yesterday",
            "2026-03-04-05",
            "٢٠٢٦-٠٣-٠٤",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn seconds_and_milliseconds_since_1970() {
        assert_eq!(from_epoch(1_772_582_400).as_deref(), Some("2026-03-04"));
        assert_eq!(from_epoch(1_772_582_400_000).as_deref(), Some("2026-03-04"));
        assert_eq!(from_epoch(20_260_304), None);
        assert_eq!(from_epoch(-1), None);
    }

    proptest! {
        #[test]
        fn any_text_is_a_date_or_not(text in any::<String>()) {
            if let Some(date) = parse(&text) {
                prop_assert_eq!(parse(&date), Some(date));
            }
        }

        #[test]
        fn every_day_is_read_in_each_form(year in 1800i16..2200, month in 1i8..=12, day in 1i8..=28) {
            let date = Date::new(year, month, day).unwrap();
            for format in ["%Y-%m-%d", "%B %d, %Y", "%d %b %Y", "%Y%m%d"] {
                prop_assert_eq!(parse(&date.strftime(format).to_string()), Some(date.to_string()));
            }
        }
    }
}
