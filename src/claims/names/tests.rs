//! Names that articles use, and what becomes of them.

use MentionType::{Date, Org, Person, Place, Product};

use super::*;
use crate::claims::testing::document;

/// The names shown for the mentions of a text, which are written `[o Verda]` (organisation), `[p …]` (person),
/// `[r …]` (product), `[l …]` (place), `[d …]` (date).
fn shown(marked: &str, aliases: &str) -> Vec<String> {
    let mut text = String::new();
    let mut mentions = Vec::new();
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once('[') {
        text.push_str(before);
        let (mention, after) = after.split_once(']').unwrap();
        let (kind, words) = mention.split_once(' ').unwrap();
        let kind = match kind {
            "o" => Org,
            "p" => Person,
            "r" => Product,
            "l" => Place,
            _ => Date,
        };
        mentions.push((Span::new(text.len(), text.len() + words.len()), kind));
        text.push_str(words);
        rest = after;
    }
    text.push_str(rest);
    let table = format!("alias,name\n{aliases}");
    let aliases = Aliases::from_reader(table.as_bytes(), "test").unwrap();
    let (names, numbers) = names(&text, &mentions, &document(&text).sentences, &aliases);
    numbers.into_iter().map(|number| names[number].canonical.clone()).collect()
}

#[track_caller]
fn check(cases: &[(&str, &[&str])]) {
    for (marked, wanted) in cases {
        assert_eq!(shown(marked, ""), *wanted, "{marked}");
    }
}

#[test]
fn spellings_of_one_name() {
    check(&[
        ("[o Verda Inc.] grew. [o Verda] fell.", &["Verda", "Verda"]),
        ("[o Verda] grew. [o Verda, Inc.] fell.", &["Verda", "Verda"]),
        ("[o Ford Motor Company] and [o Ford Motor Co]", &["Ford Motor Company", "Ford Motor Company"]),
        ("[o News Corp] or [o News Ltd] or [o News]", &["News Corp", "News Ltd", "News"]),
        ("[o Samsung Co., Ltd.] or [o Samsung Limited]", &["Samsung", "Samsung"]),
        ("[o Boeing Company] grew. [o Boeing] fell. [o Boeing] rose.", &["Boeing", "Boeing", "Boeing"]),
        ("[o OPENAI] WINS. [o OpenAI] said", &["OpenAI", "OpenAI"]),
        ("[o GAF] or [o GAF] or [o GAF] or [o GAF], by a slip [o GAf]", &["GAF"; 5]),
        ("[o Siemens AG], [o Siemens] and [o SIEMENS AG]", &["Siemens", "Siemens", "Siemens"]),
        ("[o Novo Nordisk A/S] and [o Novo Nordisk]", &["Novo Nordisk", "Novo Nordisk"]),
        ("[o JP Morgan] or [o JPMorgan]. [o JPMorgan]", &["JPMorgan", "JPMorgan", "JPMorgan"]),
        ("[o AT&T Inc] and [o AT & T]", &["AT&T", "AT&T"]),
        ("Verda[o , Inc] grew by [o ,]", &[", Inc", ","]),
        ("[o Nestlé S.A.] and [o Nestle]", &["Nestlé", "Nestlé"]),
        ("[o Verda's] boss left [o Verda]", &["Verda", "Verda"]),
        ("[o McDonald's] and [o McDonald’s Corp]", &["McDonald's", "McDonald's"]),
        ("[o Amazon.com Inc] and [o Amazon]", &["Amazon.com", "Amazon.com"]),
        ("[o Hard\n Wrapped] and [o Hard Wrapped]", &["Hard Wrapped", "Hard Wrapped"]),
        ("[o The New York Times] and [o New York Times]", &["New York Times", "New York Times"]),
        ("[r GPT-4] and [r GPT 4]", &["GPT-4", "GPT-4"]),
        ("[l U.S.] and [l US]", &["U.S.", "U.S."]),
    ]);
}

#[test]
fn acronyms() {
    let aws: &[&str] = &["Amazon Web Services", "Amazon Web Services"];
    check(&[
        ("[o Amazon Web Services] ([o AWS])", aws),
        ("[o AWS] ([o Amazon Web Services])", aws),
        ("[o Amazon Web Services] (\"[o AWS]\")", aws),
        ("[o Amazon Web Services] ([r AWS])", aws),
        ("[o Amazon Web Services, Inc.] grew. [o AWS] fell.", aws),
        ("[o AWS] grew. [o Amazon Web Services] fell.", aws),
        ("[o Department of Defense] and the [o DoD]", &["Department of Defense", "Department of Defense"]),
        ("[o Procter & Gamble] or [o P&G]", &["Procter & Gamble", "Procter & Gamble"]),
        ("[o General Motors] grew. [o GM] fell.", &["General Motors", "General Motors"]),
        // Two letters before the full name are not sure enough.
        ("[o GM] grew. [o General Motors] fell.", &["GM", "General Motors"]),
        // Two full names have these initials.
        ("[o Bank of Asia], [o Bank of Africa], [o BOA]", &["Bank of Asia", "Bank of Africa", "BOA"]),
        ("[o Bank of America] ([o BofA])", &["Bank of America", "Bank of America"]),
        ("[o Halcyon] ([o Verda])", &["Halcyon", "Verda"]),
        ("[o Amazon Web Services] ([l AWS Road])", &["Amazon Web Services", "AWS Road"]),
        // No acronym without capitals.
        ("[o Original Reading Group] met [o Org]", &["Original Reading Group", "Org"]),
    ]);
}

#[test]
fn shortened_organisations() {
    let verda: &[&str] = &["Verda Cloud", "Verda Cloud"];
    check(&[
        ("[o Verda Cloud] grew. [o Verda] fell.", verda),
        ("[o Verda] wins\n\n[o Verda Cloud] said so.", &["Verda", "Verda Cloud"]),
        ("[o Verda] wins\n\n[o Verda Cloud] grew. [o Verda] fell.", &["Verda Cloud", "Verda Cloud", "Verda Cloud"]),
        ("[o Nimbus Labs] (\"[o Nimbus]\") grew.", &["Nimbus Labs", "Nimbus Labs"]),
        // The short one comes first: the parent.
        ("[o Google] grew. [o Google Cloud] fell.", &["Google", "Google Cloud"]),
        // Both in a sentence: not the same.
        ("[o Google Cloud] grew. [o Google] says [o Google Cloud] fell.", &["Google Cloud", "Google", "Google Cloud"]),
        (
            "[o General Motors] grew. [o General Electric] fell. [o General] rose.",
            &["General Motors", "General Electric", "General"],
        ),
        ("[o Bank of America] grew. [o America] fell.", &["Bank of America", "America"]),
        ("[o China Mobile] grew. [o China] fell.", &["China Mobile", "China"]),
        ("[o New York Times] grew. [o New York] fell.", &["New York Times", "New York"]),
        (
            "[o U.S. Justice Department] sued. [o Justice Department] won.",
            &["U.S. Justice Department", "U.S. Justice Department"],
        ),
        // Two longer forms of one name are one candidate.
        (
            "[o Verda Cloud Services] grew. [o Verda Cloud] fell. [o Verda] rose.",
            &["Verda Cloud Services", "Verda Cloud Services", "Verda Cloud Services"],
        ),
        // With a legal suffix it is a full name of its own.
        ("[o Verda Life] grew. [o Verda SE] fell.", &["Verda Life", "Verda"]),
        ("[o Verda UK] grew. [o Verda] fell.", &["Verda UK", "Verda"]),
        ("[o Verda UK] met [o Verda Blue]. [o Verda] fell.", &["Verda UK", "Verda Blue", "Verda"]),
        ("[o Google Cloud] grew. [o Google] fell.", &["Google Cloud", "Google"]),
        ("[o Verda Cloud] grew. [r Verda] fell.", &["Verda Cloud", "Verda"]),
        ("[o Ford] grew. [p Henry Ford] left.", &["Ford", "Henry Ford"]),
    ]);
}

#[test]
fn people_products_places() {
    check(&[
        ("[p Mira Patel] left. [p Patel] said", &["Mira Patel", "Mira Patel"]),
        ("[p Patel] left. [p Mira Patel] said", &["Mira Patel", "Mira Patel"]),
        ("[p Mira Patel] met [p Patel]", &["Mira Patel", "Mira Patel"]),
        ("[p Mira Patel] met [p Arun Patel]. [p Patel] left", &["Mira Patel", "Arun Patel", "Patel"]),
        ("[p Mr. Patel] met [p Mira A. Patel]", &["Mira A. Patel", "Mira A. Patel"]),
        ("[p Mira A. Patel] and [p Mira Patel]", &["Mira A. Patel", "Mira A. Patel"]),
        ("[p Ursula von der Leyen] said [p von der Leyen]", &["Ursula von der Leyen", "Ursula von der Leyen"]),
        ("[r Amazon Redshift] grew. [r Redshift] fell.", &["Amazon Redshift", "Amazon Redshift"]),
        ("[r GPT-4 Turbo] beats it. [r GPT-4] fell.", &["GPT-4 Turbo", "GPT-4"]),
        ("[r Windows 11] beats it. [r Windows] fell.", &["Windows 11", "Windows"]),
        ("[l New York] or [l York]", &["New York", "York"]),
        ("[d March 2026] or [d March]", &["March 2026", "March"]),
        ("[o ???] and [o !!!] and [o ???]", &["???", "!!!", "???"]),
    ]);
}

#[test]
fn the_users_aliases_win() {
    assert_eq!(shown("[o Verda Cloud] grew. [o Verda] fell.", "Verda,Verda Group\n"), ["Verda Group", "Verda Group"]);
    assert_eq!(shown("[o Facebook] grew. [r FB] fell.", "FB,Meta\nFacebook,Meta\n"), ["Meta", "Meta"]);
    // Aliases can also tell names apart.
    let apart = "Verda Cloud,Verda Cloud GmbH\nVerda,Verda Group\n";
    assert_eq!(shown("[o Verda Cloud] grew. [o Verda] fell.", apart), ["Verda Cloud GmbH", "Verda Group"]);
    assert_eq!(shown("[o Amazon Web Services] ([o AWS])", "Amazon Web Services,AWS\n"), ["AWS", "AWS"]);
    assert_eq!(shown("[d May] grew", "May,Theresa May\n"), ["May"]);
}
