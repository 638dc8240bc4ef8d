//! Causal News Corpus, subtask 2 (Tan et al. 2022): causes and their effects.

use std::{collections::BTreeSet, path::Path};

use serde::Deserialize;

use super::{ExamError, Item, Sheet, matched};
use crate::{
    claims::{Aliases, DecodeOptions},
    eval::{claim_set::agree, measure::Counts, predict::ReadText, score::characters},
    model::Calibration,
    text::Span,
};

pub(super) const COMPARED: &str = "Causes are compared with all reasons found, of either kind, whether a claim has them or not; they agree \
    if they share half of the shorter one. Of a cause and its effect, the cause must agree with a claim's reason and that claim's trigger \
    must stand in the effect. Most of this news makes no claim of the ten relations, so that most causes are nothing tieup looks for.";

/// A text's causes, each with its effect.
type Causes = Vec<(Span, Span)>;

/// A row, as far as it is needed: one cause with its effect.
#[derive(Debug, Deserialize)]
struct Line {
    text: String,
    text_w_pairs: String,
}

/// Reads `dev_subtask2.csv`; rows about the same text become one item.
pub(super) fn items(path: &Path) -> Result<Vec<Item<Causes>>, ExamError> {
    let wrong =
        |problem| ExamError::Format { path: path.into(), what: "Causal News Corpus' dev_subtask2.csv", problem };
    // A byte order mark in front belongs to the first column, which is not read.
    let mut reader = csv::Reader::from_path(path).map_err(|error| wrong(error.to_string()))?;
    let mut items: Vec<Item<Causes>> = Vec::new();
    for (number, line) in reader.deserialize::<Line>().enumerate() {
        let line = line.map_err(|error| wrong(error.to_string()))?;
        let pair = pair(&line.text_w_pairs, &line.text)
            .ok_or_else(|| wrong(format!("row {} has no <ARG0> and <ARG1> in its text", number + 1)))?;
        match items.iter_mut().find(|item| item.text == line.text) {
            Some(item) => item.gold.push(pair),
            None => items.push(Item { text: line.text, gold: vec![pair] }),
        }
    }
    Ok(items)
}

/// Where the cause (`ARG0`) and the effect (`ARG1`) stand that are marked in `tagged`, which is `text` but for its tags.
fn pair(tagged: &str, text: &str) -> Option<(Span, Span)> {
    let mut plain = String::with_capacity(text.len());
    let (mut starts, mut spans) = ([None; 2], [None; 2]);
    let mut rest = tagged;
    while let Some((before, (tag, after))) = rest.split_once('<').and_then(|(a, b)| Some((a, b.split_once('>')?))) {
        plain.push_str(before);
        rest = after;
        match tag {
            "ARG0" => starts[0] = Some(plain.len()),
            "ARG1" => starts[1] = Some(plain.len()),
            "/ARG0" => spans[0] = Some(Span::new(starts[0]?, plain.len())),
            "/ARG1" => spans[1] = Some(Span::new(starts[1]?, plain.len())),
            // The signal words.
            _ => {}
        }
    }
    plain.push_str(rest);
    if plain == text { spans[0].zip(spans[1]) } else { None }
}

pub(super) fn compare(item: &Item<Causes>, found: &ReadText) -> Sheet {
    let options =
        DecodeOptions { min_confidence: 0.0, calibration: Calibration::default(), aliases: &Aliases::default() };
    let answer = found.answer(&options);
    let causes = distinct(item.gold.iter().map(|pair| pair.0));
    let claims = &answer.analysis.claims;
    let explained =
        distinct(claims.iter().flat_map(|claim| claim.reasons.iter().map(|reason| (reason.span, claim.trigger))));
    let characters = |spans: &[Span]| characters(&item.text, spans.iter().copied());
    let (wanted, marked) = (characters(&causes), characters(&answer.reasons));
    let character_counts =
        Counts { right: wanted.intersection(&marked).count(), found: marked.len(), wanted: wanted.len() };
    vec![
        ("causes", matched(&causes, &answer.reasons, |gold, found| agree(*gold, *found))),
        ("cause characters", character_counts),
        (
            "causes with their effect",
            matched(&item.gold, &explained, |gold, found| agree(gold.0, found.0) && gold.1.contains(found.1)),
        ),
    ]
}

fn distinct<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.collect::<BTreeSet<T>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_off() {
        let text = "It shut the plant because power failed .";
        let tagged = "<ARG1>It shut the plant</ARG1> <SIG0>because</SIG0> <ARG0>power failed</ARG0> .";
        let (cause, effect) = pair(tagged, text).unwrap();
        assert_eq!((cause.of(text), effect.of(text)), ("power failed", "It shut the plant"));
        assert_eq!(pair(tagged, "Another text"), None);
        assert_eq!(pair("A < B", "A < B"), None);
    }

    #[test]
    fn rows_about_one_text_are_one_item() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dev.csv");
        let rows = "\u{feff}corpus,text,text_w_pairs\ncnc,A so B,<ARG0>A</ARG0> so <ARG1>B</ARG1>\n\
                    cnc,A so B,<ARG1>A</ARG1> so <ARG0>B</ARG0>\n";
        std::fs::write(&path, rows).unwrap();
        let items = items(&path).unwrap();
        assert_eq!((items.len(), items[0].gold.len()), (1, 2));
        std::fs::write(&path, "text\nA\n").unwrap();
        assert!(super::items(&path).unwrap_err().to_string().contains("text_w_pairs"));
    }
}
