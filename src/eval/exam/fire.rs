//! FIRE (Hamad et al. 2024): mentions.
//!
//! | FIRE | ours |
//! |---|---|
//! | `Company` | ORG |
//! | `GeopoliticalEntity` | ORG or PLACE, as it acts or not |
//! | `Location` | PLACE |
//! | `Person` | PERSON, without the title (`Mr.`) that FIRE takes in |
//! | `Product` | PRODUCT |
//! | `Money` | MONEY |
//! | `Quantity` | QUANTITY |
//! | `Date` | DATE |
//! | `Action`, `BusinessUnit`, `Designation`, `FinancialEntity`, `Sector` | nothing |

use std::{fs, path::Path};

use serde::Deserialize;

use super::{ExamError, Item, Sheet, matched, tokens};
use crate::{
    claims::{Aliases, DecodeOptions},
    eval::predict::ReadText,
    labels::MentionType,
    model::Calibration,
    text::Span,
};

pub(super) const COMPARED: &str = "Mentions but for REFs are compared by place and type. What is found over a label that we have nothing \
    like, and no other, does not count.";

/// What titles of people begin with, in FIRE.
const TITLES: [&str; 4] = ["Mr. ", "Mrs. ", "Ms. ", "Dr. "];

/// A label: where, and which types of ours are right, the usual one first; none where we have nothing like it.
type Label = (Span, &'static [MentionType]);

/// The types of ours that a FIRE type may be.
fn types(fire: &str) -> &'static [MentionType] {
    use MentionType::{Date, Money, Org, Person, Place, Product, Quantity};
    match fire {
        "Company" => &[Org],
        "GeopoliticalEntity" => &[Place, Org],
        "Location" => &[Place],
        "Person" => &[Person],
        "Product" => &[Product],
        "Money" => &[Money],
        "Quantity" => &[Quantity],
        "Date" => &[Date],
        _ => &[],
    }
}

/// One record, as far as it is needed.
#[derive(Debug, Deserialize)]
struct Line {
    tokens: Vec<String>,
    entities: Vec<Entity>,
}

/// The places are numbers of tokens, the last one not included.
#[derive(Debug, Deserialize)]
struct Entity {
    #[serde(rename = "type")]
    kind: String,
    start: usize,
    end: usize,
}

/// Reads `fire_test.json`.
pub(super) fn items(path: &Path) -> Result<Vec<Item<Vec<Label>>>, ExamError> {
    let text = fs::read_to_string(path).map_err(|error| ExamError::Read(path.into(), error))?;
    let wrong = |problem| ExamError::Format { path: path.into(), what: "FIRE's fire_test.json", problem };
    let lines: Vec<Line> = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let item = |(number, line): (usize, &Line)| {
        let (text, spans) = tokens::join(&line.tokens);
        let label = |entity: &Entity| {
            let span = tokens::span(&spans, entity.start, entity.end.checked_sub(1)?)?;
            let title = TITLES.iter().find(|title| entity.kind == "Person" && span.of(&text).starts_with(**title));
            Some((Span::new(span.start + title.map_or(0, |title| title.len()), span.end), types(&entity.kind)))
        };
        let labels: Option<Vec<Label>> = line.entities.iter().map(label).collect();
        let gold = labels.ok_or_else(|| wrong(format!("record {} has an entity outside of its text", number + 1)))?;
        Ok(Item { text, gold })
    };
    lines.iter().enumerate().map(item).collect()
}

pub(super) fn compare(item: &Item<Vec<Label>>, found: &ReadText) -> Sheet {
    let options =
        DecodeOptions { min_confidence: 0.0, calibration: Calibration::default(), aliases: &Aliases::default() };
    let mentions = found.answer(&options).analysis.mentions;
    let named = mentions.iter().filter(|mention| mention.antecedent.is_none() && mention.kind != MentionType::Ref);
    counts(&item.gold, named.map(|mention| (mention.span, mention.kind)).collect())
}

fn counts(labels: &[Label], mut found: Vec<(Span, MentionType)>) -> Sheet {
    let over = |span: Span| labels.iter().filter(move |label| label.0.overlaps(span));
    found.retain(|&(span, _)| over(span).next().is_none() || over(span).any(|label| !label.1.is_empty()));
    // Of two types that would be right, the one that was found.
    let settled = |&(span, types): &Label| {
        let is_it = |kind: &MentionType| found.iter().any(|(other, found)| other.overlaps(span) && found == kind);
        types.iter().find(|kind| is_it(kind)).or(types.first()).map(|&kind| (span, kind))
    };
    let wanted: Vec<(Span, MentionType)> = labels.iter().filter_map(settled).collect();
    let is_same = |a: &(Span, MentionType), b: &(Span, MentionType)| a == b;
    let mut sheet = vec![
        ("mentions", matched(&wanted, &found, is_same)),
        ("mentions, no type", matched(&wanted, &found, |a, b| a.0 == b.0)),
        ("mentions that overlap", matched(&wanted, &found, |a, b| a.0.overlaps(b.0) && a.1 == b.1)),
    ];
    for &kind in MentionType::ALL.iter().filter(|&&kind| kind != MentionType::Ref) {
        let of = |all: &[(Span, MentionType)]| all.iter().copied().filter(|one| one.1 == kind).collect::<Vec<_>>();
        sheet.push((kind.as_str(), matched(&of(&wanted), &of(&found), is_same)));
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::Counts;

    #[test]
    fn labels_that_are_not_ours_do_not_count() {
        use MentionType::{Org, Person, Place, Product};
        let labels = [
            (Span::new(0, 5), types("Company")),
            (Span::new(10, 15), types("GeopoliticalEntity")),
            (Span::new(20, 25), types("Sector")),
            (Span::new(30, 35), types("GeopoliticalEntity")),
        ];
        let found = vec![
            (Span::new(0, 5), Product),
            (Span::new(10, 15), Org),
            (Span::new(21, 25), Org),
            (Span::new(40, 45), Person),
        ];
        let sheet = counts(&labels, found);
        let of = |name: &str| sheet.iter().find(|row| row.0 == name).unwrap().1;
        assert_eq!(of("mentions"), Counts { right: 1, found: 3, wanted: 3 });
        assert_eq!(of("mentions, no type"), Counts { right: 2, found: 3, wanted: 3 });
        assert_eq!(of("ORG"), Counts { right: 1, found: 1, wanted: 2 });
        assert_eq!(of(Place.as_str()), Counts { right: 0, found: 0, wanted: 1 });
    }

    #[test]
    fn titles_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.json");
        let record = r#"[{"tokens": ["Mr.", "Rooke", "owns", "Oryx", "."], "entities":
            [{"type": "Person", "start": 0, "end": 2}, {"type": "Company", "start": 3, "end": 4}]}]"#;
        fs::write(&path, record).unwrap();
        let items = items(&path).unwrap();
        let names: Vec<_> = items[0].gold.iter().map(|label| label.0.of(&items[0].text)).collect();
        assert_eq!(names, ["Rooke", "Oryx"]);
        fs::write(&path, record.replace(r#""end": 4"#, r#""end": 0"#)).unwrap();
        assert!(super::items(&path).unwrap_err().to_string().contains("record 1 has an entity outside"));
    }
}
