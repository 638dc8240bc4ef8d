//! Tests of the forms an annotated passage goes through.

use std::{fs, path::Path};

use proptest::prelude::*;
use serde_json::Value;

use super::{
    load::{CorpusError, Missing, load, read},
    parse,
    record::Record,
    standoff::{self, RestoreError},
    texts::{Text, Texts},
};

const INLINE: &str = include_str!("../../tests/corpus/inline.txt");
const JSON: &str = include_str!("../../tests/corpus/inline.jsonl");
const REFUSED: &str = include_str!("../../tests/corpus/refused.txt");

fn corpus() -> Vec<Record> {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/annotated"), None).unwrap().records
}

fn accepted(contents: &str) -> Vec<Record> {
    parse::records(contents).into_iter().filter_map(|parsed| parsed.record.ok()).collect()
}

fn text_of(record: &Record) -> Text {
    Text { text: record.text.clone(), fields: record.fields.clone() }
}

#[test]
fn the_stored_json_of_another_reader_is_matched() {
    let records = accepted(INLINE);
    let stored: Vec<Value> = JSON.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.iter().map(Record::to_json).collect::<Vec<_>>(), stored);
}

#[test]
fn every_kind_of_fault_is_refused_by_name_and_line() {
    let parsed = parse::records(REFUSED);
    let faults: Vec<String> = parsed
        .iter()
        .map(|parsed| format!("line {}: {}: {}", parsed.line, parsed.id, parsed.record.as_ref().unwrap_err()))
        .collect();
    insta::assert_snapshot!(faults.join("\n"));
}

#[test]
fn line_ends_and_a_byte_order_mark_make_no_difference() {
    let foreign = format!("\u{feff}{}", INLINE.replace('\n', "\r\n"));
    assert_eq!(accepted(&foreign), accepted(INLINE));
}

#[test]
fn written_records_read_back_the_same() {
    let records = corpus();
    assert!(records.len() > 2_000);
    let written: String = records.iter().map(ToString::to_string).collect();
    assert_eq!(accepted(&written), records);
}

#[test]
fn labels_taken_off_and_put_back_give_the_same_record() {
    for record in corpus() {
        let labels = standoff::labels(&record).unwrap();
        assert_eq!(standoff::restore(&labels, &text_of(&record)).as_ref(), Ok(&record));
    }
}

#[test]
fn labels_fit_a_copy_with_other_line_breaks_and_no_other_text() {
    let record = accepted(INLINE).remove(0);
    let labels = standoff::labels(&record).unwrap();
    let text = text_of(&record);
    let wrapped = Text { text: text.text.replace(' ', "\n  "), ..text.clone() };
    let restored = standoff::restore(&labels, &wrapped).unwrap();
    let words =
        |record: &Record| record.spans.iter().map(|s| s.span.of(&record.text).replace("\n  ", " ")).collect::<Vec<_>>();
    assert_eq!(words(&restored), words(&record));
    let other = Text { text: text.text.replace('e', "a"), ..text };
    assert_eq!(standoff::restore(&labels, &other), Err(RestoreError::Changed));
}

#[test]
fn labels_that_cross_or_point_beyond_the_text_are_refused() {
    let record = accepted(INLINE).remove(0);
    let right = standoff::labels(&record).unwrap();
    for spoil in [
        |spans: &mut Vec<(String, usize, usize, String)>| spans[0].2 = 1_000_000,
        |spans: &mut Vec<(String, usize, usize, String)>| spans[0].2 = spans[0].1,
        |spans: &mut Vec<(String, usize, usize, String)>| spans[0].2 = spans[1].1 + 1,
        |spans: &mut Vec<(String, usize, usize, String)>| spans[0].0 = spans[1].0.clone(),
        |spans: &mut Vec<(String, usize, usize, String)>| spans[0].3 = "FIRM".into(),
    ] {
        let mut labels = right.clone();
        spoil(&mut labels.spans);
        assert!(matches!(standoff::restore(&labels, &text_of(&record)), Err(RestoreError::Fault(_))), "{labels:?}");
    }
}

#[test]
fn missing_and_changed_texts_are_left_out_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("train.jsonl");
    let records = accepted(INLINE);
    let lines = records.iter().map(|r| serde_json::to_string(&standoff::labels(r).unwrap()).unwrap() + "\n");
    fs::write(&path, lines.collect::<String>()).unwrap();
    // A sample article beside it is none of ours.
    fs::write(folder.path().join("article.txt"), b"No record, and no UTF-8: \xff").unwrap();

    let mut texts: Vec<_> = records.iter().map(|record| (record.id.clone(), text_of(record))).collect();
    texts.remove(0);
    texts[0].1.text.push('!');
    let loaded = load(folder.path(), Some(&texts.into_iter().collect::<Texts>())).unwrap();
    assert_eq!(loaded.records, records[2..]);
    let why: Vec<_> = loaded.left_out.iter().map(|left_out| (left_out.id.as_str(), left_out.why)).collect();
    assert_eq!(why, [(records[0].id.as_str(), Missing::Absent), (records[1].id.as_str(), Missing::Changed)]);
    assert!(matches!(load(folder.path(), None), Err(CorpusError::TextsNeeded(_))));
}

#[test]
fn an_id_may_come_only_once_over_all_files() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), INLINE).unwrap();
    fs::write(folder.path().join("b.txt"), INLINE).unwrap();
    let files = read(&[folder.path()], None).unwrap();
    assert_eq!(files[0].errors.len(), 0);
    assert_eq!(files[1].errors.len(), accepted(INLINE).len());
    assert!(files[1].errors[0].to_string().ends_with("b.txt, line 1: chips-0005: this id is used twice"));
}

proptest! {
    /// Whatever is accepted can be written and read again; whatever is not does no harm.
    #[test]
    fn any_text_is_read_or_refused(parts in prop::collection::vec(part(), 0..30)) {
        let contents = format!("=== x\n---\n[F] {}\n---\n", parts.concat());
        for record in accepted(&contents) {
            prop_assert_eq!(&accepted(&record.to_string())[..], std::slice::from_ref(&record));
            if let Ok(labels) = standoff::labels(&record) {
                prop_assert_eq!(standoff::restore(&labels, &text_of(&record)), Ok(record));
            }
        }
    }
}

fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "<e1 ORG>",
            "</e1>",
            "<e2 REF=e1>",
            "</e2>",
            "<e3 DATE>",
            "</e3>",
            "[O] ",
            "[Q]",
            "a",
            "é",
            " ",
            "\n",
            "\n\n",
            "…",
            "<",
            "[",
            "=== ",
            "\n---\n",
            "---",
        ])
        .prop_map(str::to_owned),
    ]
}
