//! CORE (Borchert et al. 2023): the relation between two given names.
//!
//! | CORE | ours | who |
//! |---|---|---|
//! | `collaboration` | partnership | either |
//! | `competitor_of` | competition | either |
//! | `acquired_by` | acquisition | e2 |
//! | `merged_with` | acquisition | either |
//! | `client_of` | supply, or choice the other way round | e2 |
//! | `shareholder_of` | investment or ownership | e1 |
//! | `subsidiary_of` | investment or ownership | e2 |
//! | `product_or_service_of` | launch | e2 |
//! | `traded_on`, `brand_of`, `regulated_by`, `undefined` | none of them | |
//!
//! Our guidelines call a share that is held ownership and one that is bought investment, so the two are one here. e1 and
//! e2 change places where `invert_relation` is 1. Dispute and appointment answer nothing that CORE asks.

use std::{fs, path::Path};

use serde::Deserialize;

use super::{ExamError, Item, Sheet, tokens};
use crate::{
    eval::{measure::Counts, predict::ReadText, report::Row},
    labels::{Relation, Role},
    text::Span,
};

pub(super) const COMPARED: &str = "Two names are given. The model's answer is the likeliest trigger of which one is who and the other \
    whom; it is right if relation and direction are. Names count as they are, the pronouns too: what they stand for is not asked.";

/// What CORE's relations and ours have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Partnership,
    Competition,
    Acquisition,
    Supply,
    Stake,
    Launch,
}

impl Group {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Partnership, "collaboration"),
        (Self::Competition, "competitor_of"),
        (Self::Acquisition, "acquired_by, merged_with"),
        (Self::Supply, "client_of"),
        (Self::Stake, "shareholder_of, subsidiary_of"),
        (Self::Launch, "product_or_service_of"),
    ];
}

/// A relation of the two names and which of them is who.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Answer {
    group: Group,
    /// Whether the first name is who; `None` where it does not matter.
    first_is_who: Option<bool>,
}

impl Answer {
    /// What a CORE relation is for us, e1 being the first name; `None` if we have nothing like it.
    fn of_core(relation: &str, is_inverted: bool) -> Option<Self> {
        let (group, first_is_who) = match relation {
            "collaboration" => (Group::Partnership, None),
            "competitor_of" => (Group::Competition, None),
            "acquired_by" => (Group::Acquisition, Some(false)),
            "merged_with" => (Group::Acquisition, None),
            "client_of" => (Group::Supply, Some(false)),
            "shareholder_of" => (Group::Stake, Some(true)),
            "subsidiary_of" => (Group::Stake, Some(false)),
            "product_or_service_of" => (Group::Launch, Some(false)),
            _ => return None,
        };
        Some(Self { group, first_is_who: first_is_who.map(|first| first != is_inverted) })
    }

    /// What a relation of ours is for CORE.
    fn of_ours(relation: Relation, first_is_who: bool) -> Option<Self> {
        let (group, turned) = match relation {
            Relation::Partnership => (Group::Partnership, false),
            Relation::Competition => (Group::Competition, false),
            Relation::Acquisition => (Group::Acquisition, false),
            Relation::Supply => (Group::Supply, false),
            // Who chooses is the client.
            Relation::Choice => (Group::Supply, true),
            Relation::Investment | Relation::Ownership => (Group::Stake, false),
            Relation::Launch => (Group::Launch, false),
            Relation::Dispute | Relation::Appointment => return None,
        };
        Some(Self { group, first_is_who: Some(first_is_who != turned) })
    }

    fn agrees(self, gold: Self) -> bool {
        self.group == gold.group && gold.first_is_who.is_none_or(|first| self.first_is_who == Some(first))
    }
}

/// The given names, and their relation if it is one of ours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pair {
    names: [Span; 2],
    relation: Option<Answer>,
}

/// One record, as far as it is needed. The places are numbers of tokens, the last one included.
#[derive(Debug, Deserialize)]
struct Line {
    context: Vec<String>,
    relation: String,
    invert_relation: u8,
    e1_start: usize,
    e1_end: usize,
    e2_start: usize,
    e2_end: usize,
}

/// Reads `test.json`.
pub(super) fn items(path: &Path) -> Result<Vec<Item<Pair>>, ExamError> {
    let text = fs::read_to_string(path).map_err(|error| ExamError::Read(path.into(), error))?;
    let wrong = |problem| ExamError::Format { path: path.into(), what: "CORE's test.json", problem };
    let lines: Vec<Line> = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let item = |(number, line): (usize, &Line)| {
        let (text, spans) = tokens::join(&line.context);
        let names = tokens::span(&spans, line.e1_start, line.e1_end)
            .zip(tokens::span(&spans, line.e2_start, line.e2_end))
            .ok_or_else(|| wrong(format!("record {} has a name outside of its text", number + 1)))?;
        let relation = Answer::of_core(&line.relation, line.invert_relation == 1);
        Ok(Item { text, gold: Pair { names: names.into(), relation } })
    };
    lines.iter().enumerate().map(item).collect()
}

pub(super) fn compare(item: &Item<Pair>, found: &ReadText) -> Sheet {
    let gold = item.gold.relation;
    let answer = answer(found, item.gold.names);
    let is_right = |right: bool| Counts {
        right: usize::from(right && gold.is_some() && answer.is_some()),
        found: usize::from(answer.is_some()),
        wanted: usize::from(gold.is_some()),
    };
    let agrees = answer.zip(gold).is_some_and(|(answer, gold)| answer.agrees(gold));
    let group = |answer: Option<Answer>| answer.map(|answer| answer.group);
    let mut sheet = vec![
        ("relation and direction", is_right(agrees)),
        ("relation, whatever the direction", is_right(group(answer) == group(gold))),
        ("some relation of ours, or none", is_right(true)),
    ];
    sheet.extend(Group::ALL.map(|(one, name)| {
        let is_one = |answer: Option<Answer>| usize::from(group(answer) == Some(one));
        let right = if agrees { is_one(gold) } else { 0 };
        (name, Counts { right, found: is_one(answer), wanted: is_one(gold) })
    }));
    sheet
}

/// The mean F1 of the relations.
pub(super) fn macro_f1(rows: &[Row]) -> Option<f64> {
    let f1 = |(_, name): &(Group, &str)| rows.iter().find(|row| row.measure == *name)?.f1;
    let all: Option<Vec<f64>> = Group::ALL.iter().map(f1).collect();
    all.map(|all| all.iter().sum::<f64>() / all.len() as f64)
}

/// The relation of the likeliest trigger of which one name is who and the other whom.
fn answer(found: &ReadText, names: [Span; 2]) -> Option<Answer> {
    let mut best = (0.0, None);
    for (window, scores) in found.windows() {
        // The numbers of the mentions that are one of the names.
        let of_name = |name: Span| -> Vec<usize> {
            let is_name = |number: &usize| {
                found.span(window, &scores.mentions[*number].tokens).is_some_and(|span| span.overlaps(name))
            };
            (0..scores.mentions.len()).filter(is_name).collect()
        };
        let [first, second] = names.map(of_name);
        for (trigger, roles) in scores.triggers.iter().zip(&scores.roles) {
            for (one, other) in first.iter().flat_map(|&one| second.iter().map(move |&other| (one, other))) {
                for (who, whom, first_is_who) in [(one, other, true), (other, one, false)] {
                    let sureness =
                        trigger.confidence * as_role(&roles[who], Role::Who) * as_role(&roles[whom], Role::Whom);
                    let answer = Answer::of_ours(trigger.label, first_is_who);
                    if sureness > best.0 && answer.is_some() {
                        best = (sureness, answer);
                    }
                }
            }
        }
    }
    best.1
}

/// How likely the role is, if it is the likeliest.
fn as_role(roles: &[f32; 7], role: Role) -> f32 {
    let one = roles[role.index()];
    if roles.iter().all(|&other| other <= one) { one } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_those_of_the_table() {
        let agrees = |core: &str, inverted, ours, first_is_who| {
            let gold = Answer::of_core(core, inverted).unwrap();
            Answer::of_ours(ours, first_is_who).is_some_and(|answer| answer.agrees(gold))
        };
        assert!(agrees("acquired_by", false, Relation::Acquisition, false), "e2 is the buyer");
        assert!(agrees("acquired_by", true, Relation::Acquisition, true));
        assert!(!agrees("acquired_by", true, Relation::Acquisition, false));
        assert!(agrees("merged_with", false, Relation::Acquisition, true), "either way round");
        assert!(
            agrees("client_of", false, Relation::Supply, false) && agrees("client_of", false, Relation::Choice, true)
        );
        assert!(agrees("shareholder_of", false, Relation::Investment, true));
        assert!(agrees("subsidiary_of", false, Relation::Ownership, false));
        assert!(!agrees("collaboration", false, Relation::Dispute, true));
        assert_eq!(Answer::of_core("traded_on", false), None);
    }

    #[test]
    fn records_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.json");
        let line = r#"{"id":"1","relation":"acquired_by","invert_relation":1,"e1_start":0,"e1_end":1,"e2_start":3,"e2_end":END,
            "e1_name":"a","e2_name":"b","context":["Verda","'s","bought","Oryx","."]}"#;
        fs::write(&path, format!("[{}]", line.replace("END", "3"))).unwrap();
        let items = items(&path).unwrap();
        let names = items[0].gold.names.map(|name| name.of(&items[0].text));
        assert_eq!((names, items[0].text.as_str()), (["Verda's", "Oryx"], "Verda's bought Oryx."));
        fs::write(&path, format!("[{}]", line.replace("END", "9"))).unwrap();
        let error = super::items(&path).unwrap_err().to_string();
        assert!(error.ends_with("record 1 has a name outside of its text"), "{error}");
    }
}
