//! The form of a name: what is left of it when case, accents, punctuation and legal suffixes are taken away.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::labels::MentionType;

/// Legal suffixes of companies, which say nothing about which company it is.
const LEGAL: &[&str] = &[
    "ab", "ag", "as", "asa", "bv", "co", "corp", "eg", "ev", "gmbh", "inc", "kg", "kgaa", "kk", "llc", "llp", "lp",
    "ltd", "nv", "oy", "oyj", "plc", "pte", "pty", "pvt", "sa", "sarl", "sas", "se", "spa", "srl",
];

/// Titles before a person's name.
const TITLES: &[&str] = &["mr", "mrs", "ms", "miss", "dr", "sir", "dame", "lord", "lady", "prof", "professor"];

/// Companies of one word whose divisions are called after them: `Google` is not short for `Google Cloud`.
const PARENTS: &[&str] = &[
    "alphabet",
    "amazon",
    "apple",
    "bbc",
    "bloomberg",
    "facebook",
    "google",
    "ibm",
    "microsoft",
    "nasdaq",
    "oracle",
    "uber",
];

/// Words that an acronym may pass over.
const SMALL: &[&str] = &["a", "and", "de", "del", "der", "des", "du", "for", "in", "la", "of", "on", "the", "und", "y"];

/// Places that stand in front of many organisations' names without being short for any of them:
/// `China` is not `China Mobile`. A part of a list is enough: these are the ones that the news is full of.
const PLACES: &[&str] = &[
    "africa",
    "america",
    "asia",
    "australia",
    "austria",
    "beijing",
    "belgium",
    "berlin",
    "boston",
    "brazil",
    "britain",
    "brussels",
    "california",
    "canada",
    "chicago",
    "chile",
    "china",
    "colombia",
    "dallas",
    "delhi",
    "denmark",
    "dubai",
    "dutch",
    "egypt",
    "england",
    "eu",
    "europe",
    "european union",
    "finland",
    "florida",
    "france",
    "frankfurt",
    "german",
    "germany",
    "greece",
    "hong kong",
    "houston",
    "hungary",
    "india",
    "indonesia",
    "iran",
    "iraq",
    "ireland",
    "israel",
    "italy",
    "japan",
    "kenya",
    "korea",
    "london",
    "madrid",
    "malaysia",
    "mexico",
    "miami",
    "milan",
    "moscow",
    "mumbai",
    "munich",
    "netherlands",
    "new york",
    "new zealand",
    "nigeria",
    "north korea",
    "norway",
    "ohio",
    "pakistan",
    "paris",
    "philadelphia",
    "philippines",
    "poland",
    "portugal",
    "qatar",
    "rome",
    "russia",
    "san francisco",
    "saudi arabia",
    "scotland",
    "seattle",
    "seoul",
    "shanghai",
    "singapore",
    "south africa",
    "south korea",
    "spain",
    "sweden",
    "switzerland",
    "sydney",
    "taiwan",
    "texas",
    "thailand",
    "tokyo",
    "toronto",
    "turkey",
    "uae",
    "uk",
    "ukraine",
    "united kingdom",
    "united states",
    "us",
    "usa",
    "vietnam",
    "washington",
    "zurich",
];

/// The words of a name, folded: lower case, no accents, no punctuation, no possessive `'s`, `&` as `and`.
pub(super) fn words(name: &str) -> Vec<String> {
    let plain: String = name.nfkd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase).collect();
    let spaced = plain.replace('&', " and ").replace('’', "'");
    let is_break = |c: char| !(c.is_alphanumeric() || matches!(c, '.' | '\'' | '/' | '+' | '#'));
    let mut words: Vec<String> = spaced.split(is_break).map(word).filter(|word| !word.is_empty()).collect();
    if words.len() > 1 && words[0] == "the" {
        words.remove(0);
    }
    words
}

/// One word without possessive, `.com` and inner punctuation; a point between digits stays.
fn word(raw: &str) -> String {
    let raw = raw.trim_matches(|c| matches!(c, '.' | '\'' | '/'));
    let raw = raw.strip_suffix("'s").unwrap_or(raw);
    let raw = raw.strip_suffix(".com").filter(|rest| !rest.is_empty()).unwrap_or(raw);
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let in_number = c == '.'
            && out.ends_with(|last: char| last.is_ascii_digit())
            && chars.peek().is_some_and(char::is_ascii_digit);
        if in_number || !matches!(c, '.' | '\'' | '/') {
            out.push(c);
        }
    }
    out
}

/// The words that tell a name of this type apart, and an organisation's legal suffix; a person's title is left out.
pub(super) fn core_and_suffix(name: &str, kind: MentionType) -> (Vec<String>, Vec<&'static str>) {
    let mut words = words(name);
    let mut suffix = Vec::new();
    match kind {
        MentionType::Org => {
            let mut kept = words.len();
            while let Some(legal) = words[..kept].last().and_then(|last| legal(last))
                && kept > 1
            {
                suffix.push(legal);
                kept -= 1;
                // `Tiffany & Co`, `Henkel AG & Co KGaA`.
                if kept > 1 && words[kept - 1] == "and" {
                    kept -= 1;
                }
            }
            words.truncate(kept);
        }
        MentionType::Person if words.len() > 1 && TITLES.contains(&words[0].as_str()) => {
            words.remove(0);
        }
        _ => {}
    }
    (words, suffix)
}

/// What two ways of writing one name have in common, whatever the name's type: `JP Morgan & Co.` and `JPMorgan`.
pub(super) fn key(name: &str) -> String {
    core_and_suffix(name, MentionType::Org).0.concat()
}

/// The usual short form of a legal suffix.
fn legal(word: &str) -> Option<&'static str> {
    match word {
        "company" => Some("co"),
        "corporation" => Some("corp"),
        "incorporated" => Some("inc"),
        "limited" => Some("ltd"),
        _ => LEGAL.iter().copied().find(|legal| *legal == word),
    }
}

/// The name to show: white space folded, and without `the` in front and legal suffix behind.
///
/// `Company` stays: it is as often a part of the name (`Walt Disney Company`) as not.
pub(super) fn shown(name: &str, kind: MentionType) -> String {
    let mut parts: Vec<&str> = name.split_whitespace().collect();
    if parts.len() > 1 && parts[0].eq_ignore_ascii_case("the") {
        parts.remove(0);
    }
    let is_legal = |part: &str| {
        let word = words(part).concat();
        word != "company" && legal(&word).is_some()
    };
    if kind == MentionType::Org {
        while parts.len() > 1 && is_legal(parts[parts.len() - 1]) {
            parts.pop();
            if parts.len() > 1 && matches!(parts[parts.len() - 1], "&" | "and") {
                parts.pop();
            }
        }
    }
    match parts.join(" ").trim_end_matches([',', ' ']) {
        // Nothing but suffixes and signs: then they are all there is of a name.
        "" => name.split_whitespace().collect::<Vec<_>>().join(" "),
        shown => shown.to_owned(),
    }
}

/// Whether a name written like this can be an acronym: one word of at least two letters, half of them capitals.
pub(super) fn looks_like_acronym(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = name.chars().filter(|c| c.is_uppercase()).count();
    (2..=8).contains(&letters) && capitals >= 2 && capitals * 2 >= letters && !name.trim().contains(char::is_whitespace)
}

/// The keys of the acronyms that the words can be shortened to: initials with and without the small words, `P&G`, `USPS`.
pub(super) fn initials(words: &[String]) -> Vec<String> {
    if words.len() < 2 {
        return Vec::new();
    }
    let take =
        |initial: &dyn Fn(&str) -> Option<String>| words.iter().filter_map(|word| initial(word)).collect::<String>();
    let first = |word: &str| match word {
        "eu" | "uk" | "un" | "us" => Some(word.to_owned()),
        _ => word.chars().next().map(String::from),
    };
    let is_small = |word: &str| SMALL.contains(&word);
    let mut keys = vec![
        take(&|word| if is_small(word) { None } else { first(word) }),
        take(&first),
        take(&|word| if word == "and" { Some("and".to_owned()) } else { first(word) }),
    ];
    keys.sort();
    keys.dedup();
    keys.retain(|key| key.chars().count() > 1);
    keys
}

/// The keys of the shorter forms of a name that articles go on with once they have given it in full.
///
/// An organisation keeps its first words (`Verda` for `Verda Cloud`) or loses a place in front; a person keeps the
/// first or the last; a product loses its maker (`Redshift` for `Amazon Redshift`).
pub(super) fn shortened(words: &[String], kind: MentionType) -> Vec<String> {
    /// Longer names are read wrongly rather than shortened.
    const MOST_WORDS: usize = 12;
    let n = words.len();
    if !(2..=MOST_WORDS).contains(&n) {
        return Vec::new();
    }
    let without_first = || words[1..].concat();
    let mut keys: Vec<String> = match kind {
        MentionType::Org => {
            let heads = (1..n).map(|k| words[..k].concat());
            heads.chain((n > 2 && is_place(&words[0])).then(without_first)).collect()
        }
        MentionType::Person => {
            let heads = (1..n).map(|k| words[..k].concat());
            let tails = (1..n).map(|k| words[k..].concat());
            heads.chain(tails).chain([format!("{}{}", words[0], words[n - 1])]).collect()
        }
        MentionType::Product => vec![without_first()],
        _ => Vec::new(),
    };
    keys.retain(|key| key.chars().any(char::is_alphabetic) && key.chars().count() > 1);
    keys.sort();
    keys.dedup();
    keys
}

/// Whether the first words of an organisation's name are a place or a firm that it only belongs to: `China` of
/// `China Mobile`, `Google` of `Google Cloud`, `Verda` of its branch `Verda Europe`.
pub(super) fn is_branch(full: &[String], head: &[String]) -> bool {
    let Some(tail) = full.strip_prefix(head) else { return false };
    let key = head.concat();
    is_place(&key) || PARENTS.contains(&key.as_str()) || is_place(&tail.concat())
}

/// Whether the key is that of a place which many names begin with.
fn is_place(key: &str) -> bool {
    PLACES.iter().any(|place| place.chars().filter(|c| *c != ' ').eq(key.chars()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_of_writing_have_one_key() {
        for (one, other) in [
            ("Amazon Web Services, Inc.", "amazon web services"),
            ("Amazon.com Inc", "Amazon"),
            ("AT&T", "AT & T Inc."),
            ("Verda’s", "Verda"),
            ("McDonald's Corp", "McDonald's"),
            ("Nestlé S.A.", "Nestle"),
            ("Novo Nordisk A/S", "Novo Nordisk"),
            ("JP Morgan Chase & Co.", "JPMorgan Chase"),
            ("Coca-Cola Company", "Coca Cola"),
            ("the Pentagon", "Pentagon"),
            ("Samsung Electronics Co., Ltd.", "Samsung Electronics"),
            ("GPT-4", "GPT 4"),
            ("U.S.", "US"),
            ("x.AI", "xAI"),
            ("Ｖｅｒｄａ", "Verda"),
        ] {
            assert_eq!(key(one), key(other), "{one} and {other}");
        }
    }

    #[test]
    fn different_names_have_different_keys() {
        for (one, other) in
            [("Disney", "Disney+"), ("C", "C++"), ("GPT-4.1", "GPT-41"), ("Inc.", "Corp."), ("Windows", "Windows 11")]
        {
            assert_ne!(key(one), key(other), "{one} and {other}");
        }
    }

    #[test]
    fn a_name_is_shown_without_its_legal_suffix() {
        for (written, wanted) in [
            ("Amazon Web\n  Services, Inc.", "Amazon Web Services"),
            ("Tiffany & Co.", "Tiffany"),
            ("Henkel AG & Co. KGaA", "Henkel"),
            ("Procter & Gamble Co", "Procter & Gamble"),
            ("Walt Disney Company", "Walt Disney Company"),
            ("the Pentagon", "Pentagon"),
            ("Samsung Electronics Co., Ltd.", "Samsung Electronics"),
            ("Inc.", "Inc."),
            ("Nestlé S.A.", "Nestlé"),
        ] {
            assert_eq!(shown(written, MentionType::Org), wanted);
        }
        assert_eq!(shown("SA", MentionType::Product), "SA");
    }

    #[test]
    fn acronyms_are_made_of_initials() {
        let has = |name: &str, acronym: &str| initials(&words(name)).contains(&words(acronym).concat());
        assert!(has("Amazon Web Services", "AWS"));
        assert!(has("Department of Defense", "DoD"));
        assert!(has("Federal Bureau of Investigation", "FBI"));
        assert!(has("Procter & Gamble", "P&G"));
        assert!(has("U.S. Postal Service", "USPS") && !has("U.S. Postal Service", "UPS"));
        assert!(!has("Amazon Web Services", "AMS"));
        assert!(looks_like_acronym("AWS") && looks_like_acronym("DoD") && looks_like_acronym("P&G"));
        assert!(!looks_like_acronym("Aws") && !looks_like_acronym("OpenAI Inc") && !looks_like_acronym("A"));
    }

    #[test]
    fn short_forms_depend_on_the_type() {
        let short = |name: &str, kind| shortened(&core_and_suffix(name, kind).0, kind);
        assert_eq!(short("Verda Cloud Group", MentionType::Org), ["verda", "verdacloud"]);
        assert_eq!(short("U.S. Justice Department", MentionType::Org), ["justicedepartment", "us", "usjustice"]);
        assert_eq!(short("Dr. Mira A. Patel", MentionType::Person), ["apatel", "mira", "miraa", "mirapatel", "patel"]);
        assert_eq!(short("Amazon Redshift", MentionType::Product), ["redshift"]);
        assert!(short("Windows 11", MentionType::Product).is_empty());
        assert!(short("New York", MentionType::Place).is_empty());
    }

    #[test]
    fn branches_are_told_from_shortened_forms() {
        let branch = |full, head| is_branch(&words(full), &words(head));
        assert!(branch("China Mobile", "China"));
        assert!(branch("New York Times", "New York"));
        assert!(branch("Google Cloud", "Google"));
        assert!(branch("Verda UK", "Verda"));
        assert!(!branch("Verda Cloud", "Verda"));
        assert!(!branch("U.S. Justice Department", "Justice Department"));
    }
}
