//! Comparing hand-made labels of one text, with figures counted by hand.

use std::fs;

use super::{Answer, Cause, Counts, Evaluation, Measure, Rate, Scores, Share, Side, differences, score};
use crate::{
    corpus::{Record, load},
    labels::{Relation, SentenceKind},
};

/// The records of a file with these contents.
fn records(inline: &str) -> Vec<Record> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.txt");
    fs::write(&path, inline).unwrap();
    load(&path, None).unwrap().records
}

/// The record with this text and these claim lines.
fn record(text: &str, claims: &str) -> Record {
    records(&format!("=== test-1\n---\n{text}\n---\n{claims}\n")).remove(0)
}

fn compare(gold: &Record, found: &Record) -> Scores {
    assert_eq!(gold.text, found.text);
    score(&gold.text, &Answer::from(gold), &Answer::from(found))
}

fn counts(right: usize, found: usize, wanted: usize) -> Counts {
    Counts { right, found, wanted }
}

fn share(part: usize, whole: usize) -> Share {
    Share { part, whole }
}

/// Two claims, one with a reason, and a REF.
fn gold() -> Record {
    record(
        "[F] <e1 ORG>Nimbus Labs</e1> <t1>signed a deal</t1> with <e2 ORG>Verda</e2> <r1 purpose>to cut costs</r1>. \
         [O] Then <e3 REF=e1>it</e3> <t2>bought</t2> <e4 ORG>Oryx</e4>, said <e5 PERSON>Mira Patel</e5>.",
        "t1 partnership who=e1 whom=e2 why=r1\nt2 acquisition who=e3 whom=e4 source=e5 status=planned",
    )
}

#[test]
fn labels_agree_with_themselves() {
    let claimless = record("[Q] Hello, <e1 ORG>Verda</e1>!", "");
    for record in [&gold(), &claimless] {
        let scores = compare(record, record);
        for (measure, counts) in scores.measures() {
            assert_eq!(counts.f1(), Some(1.0), "{measure}");
        }
        for (rate, share) in scores.rates() {
            let wanted = match rate {
                Rate::WrongReason | Rate::RecordsWithFalseClaims | Rate::FalseClaims => 0.0,
                Rate::Missed(_) | Rate::False(_) => panic!("{rate}"),
                _ => 1.0,
            };
            assert_eq!(share.value(), Some(wanted), "{rate}");
        }
        assert_eq!(differences("", &record.text, &Answer::from(record), &Answer::from(record)), []);
    }
    assert_eq!(compare(&gold(), &gold()).counts(Measure::Claims), counts(2, 2, 2));
}

#[test]
fn an_answer_from_labels_resolves_references() {
    let record = gold();
    let Answer { analysis, triggers, reasons } = Answer::from(&record);
    let words: Vec<_> = analysis.mentions.iter().map(|mention| mention.span.of(&record.text)).collect();
    assert_eq!(words, ["Nimbus Labs", "Verda", "it", "Oryx", "Mira Patel"]);
    assert_eq!(analysis.mentions[2].antecedent, Some(0));
    assert_eq!(analysis.names[analysis.mentions[2].name].canonical, "Nimbus Labs");
    assert_eq!(analysis.claims.iter().map(|claim| claim.sentence).collect::<Vec<_>>(), [0, 1]);
    assert_eq!((triggers.len(), reasons.len()), (2, 1));
}

#[test]
fn every_difference_counts_where_it_belongs() {
    // A name is cut, a type, a sentence kind and a status are wrong, the REF and the source are missing, the reason is
    // cut, who and whom have changed places.
    let found = record(
        "[F] Nimbus <e1 ORG>Labs</e1> <t1>signed</t1> a deal with <e2 PRODUCT>Verda</e2> to <r1 cause>cut costs</r1>. \
         [Q] Then it <t2>bought</t2> <e4 ORG>Oryx</e4>, said <e5 ORG>Mira Patel</e5>.",
        "t1 partnership who=e2 whom=e1 why=r1\nt2 acquisition who=e4 whom=e1",
    );
    let scores = compare(&gold(), &found);
    assert_eq!(scores.counts(Measure::NamedMentions), counts(1, 4, 4));
    assert_eq!(scores.counts(Measure::MentionSpans), counts(3, 4, 4));
    assert_eq!(scores.counts(Measure::Mentions), counts(1, 4, 5));
    assert_eq!(scores.counts(Measure::Triggers), counts(2, 2, 2));
    assert_eq!(scores.counts(Measure::TriggersOf(Relation::Acquisition)), counts(1, 1, 1));
    assert_eq!(scores.counts(Measure::Claims), counts(0, 2, 2));
    assert_eq!(scores.counts(Measure::LooseClaims), counts(1, 2, 2), "the partnership, either way round");
    assert_eq!(scores.counts(Measure::Pairs), counts(0, 2, 2));
    assert_eq!(scores.counts(Measure::LoosePairs), counts(2, 2, 2));
    assert_eq!(scores.counts(Measure::ReasonCharacters), counts(9, 9, 12));
    assert_eq!(scores.counts(Measure::ClaimsWithReason), counts(0, 1, 1));
    assert_eq!(scores.counts(Measure::Sentences(SentenceKind::Opinion)), counts(0, 0, 1));
    assert_eq!(scores.share(Rate::SentenceKinds), share(1, 2));
    assert_eq!(scores.share(Rate::Missed(Cause::NoName)), share(2, 2));
    assert_eq!(scores.share(Rate::False(Cause::NoName)), share(2, 2));
    assert_eq!(scores.share(Rate::RecordsWithFalseClaims), share(0, 0));
}

#[test]
fn direction_counts_for_asymmetric_relations_only() {
    let text = "[F] <e1 ORG>Nimbus</e1>, a <t1>rival</t1> of <e2 ORG>Verda</e2>, <t2>bought</t2> <e3 ORG>Oryx</e3>.";
    let gold = record(text, "t1 competition who=e1 whom=e2\nt2 acquisition who=e1 whom=e3");
    let turned = record(text, "t1 competition who=e2 whom=e1\nt2 acquisition who=e3 whom=e1");
    let scores = compare(&gold, &turned);
    assert_eq!(scores.share(Rate::Direction), share(0, 1));
    assert_eq!(scores.counts(Measure::Pairs), counts(2, 2, 2));
    assert_eq!(scores.counts(Measure::Claims), counts(1, 2, 2));
    assert_eq!(compare(&gold, &gold).share(Rate::Direction), share(1, 1));
}

#[test]
fn attributes_are_those_on_the_same_words() {
    let text = "[F] <e1 ORG>Nimbus</e1> <t1>may buy</t1> <e2 ORG>Oryx</e2>. [F] <e3 ORG>Nimbus</e3> <t2>did not buy</t2> <e4 ORG>Oryx</e4>.";
    let both = record(
        text,
        "t1 acquisition who=e1 whom=e2 status=possible source=unnamed\nt2 acquisition who=e3 whom=e4 polarity=neg",
    );
    let second = record(
        &text.replace("<t1>", "").replace("</t1>", ""),
        "t2 acquisition who=e3 whom=e4 polarity=neg status=planned",
    );
    let scores = compare(&both, &second);
    assert_eq!(scores.share(Rate::Polarity), share(1, 1));
    assert_eq!(scores.share(Rate::Status), share(0, 1));
    assert_eq!(scores.share(Rate::Source), share(1, 1));
}

#[test]
fn a_reason_is_right_if_it_shares_half_of_the_shorter() {
    let with = |tagged: &str| {
        let tags = tagged.contains("<r1");
        let why = if tags { " why=r1" } else { "" };
        record(
            &format!("[F] <e1 ORG>Nimbus</e1> <t1>hired</t1> <e2 PERSON>Mira Patel</e2> as {tagged}."),
            &format!("t1 appointment who=e1 whom=e2{why}"),
        )
    };
    let gold = with("<r1 cause>sales fell</r1> and costs rose");
    for (tagged, right, wrong) in [
        ("sales <r1 cause>fell and costs</r1> rose", 0, 1),
        ("<r1 cause>sales</r1> fell and costs rose", 1, 0),
        ("<r1 purpose>sales fell and costs rose</r1>", 1, 0),
        ("sales fell and <r1 cause>costs rose</r1>", 0, 1),
        ("sales fell and costs rose", 0, 0),
    ] {
        let scores = compare(&gold, &with(tagged));
        assert_eq!(scores.share(Rate::RightReason), share(right, 1), "{tagged}");
        assert_eq!(scores.share(Rate::WrongReason), share(wrong, 1), "{tagged}");
    }
    let scores = compare(&gold, &with("sales <r1 cause>fell and costs</r1> rose"));
    assert_eq!(scores.counts(Measure::ClaimReasonCharacters), counts(4, 14, 10));
}

#[test]
fn claims_where_there_are_none_are_counted_by_record() {
    let text = "[F] <e1 ORG>Nimbus</e1> <t1>bought</t1> <e2 ORG>Oryx</e2> and <e3 ORG>Verda</e3>.";
    let claims = record(text, "t1 acquisition who=e1 whom=e2,e3");
    let none = record(&text.replace("<t1>", "").replace("</t1>", ""), "");
    let scores = compare(&none, &claims);
    assert_eq!(scores.share(Rate::RecordsWithFalseClaims), share(1, 1));
    assert_eq!(scores.share(Rate::FalseClaims), share(2, 1));
    assert_eq!(scores.share(Rate::False(Cause::NoTrigger)), share(2, 2));
    assert_eq!(scores.counts(Measure::Claims).precision(), Some(0.0));
    assert_eq!(scores.counts(Measure::Claims).recall(), None);
}

#[test]
fn differences_say_what_and_why() {
    let text = "[F] <e1 ORG>Nimbus</e1> <t1>took a stake</t1> in <e2 ORG>Oryx</e2>, <e3 ORG>Verda</e3> says.";
    let gold = record(text, "t1 investment who=e1 whom=e2");
    let found = record(text, "t1 ownership who=e3 whom=e2");
    let list = differences("test-1", &gold.text, &Answer::from(&gold), &Answer::from(&found));
    let short: Vec<_> = list.iter().map(|one| (one.side, one.cause, one.who.as_deref(), one.whom.as_str())).collect();
    assert_eq!(
        short,
        [
            (Side::Missed, Cause::OtherRelation, Some("Nimbus"), "Oryx"),
            (Side::False, Cause::OtherRelation, Some("Verda"), "Oryx"),
        ]
    );
    assert_eq!(
        list[0].to_string(),
        "missed: Nimbus | investment | Oryx   (another relation there, test-1)\n    \
         on \"took a stake\" in: Nimbus took a stake in Oryx, Verda says."
    );
}

#[test]
fn records_add_up() {
    let mut evaluation = Evaluation::default();
    evaluation.add(compare(&gold(), &gold()));
    let none =
        record("[F] Nimbus Labs signed a deal with Verda to cut costs. [O] Then it bought Oryx, said Mira Patel.", "");
    evaluation.add(compare(&gold(), &none));
    let total = evaluation.total();
    assert_eq!(total.counts(Measure::Claims), counts(2, 2, 4));
    assert_eq!(total.share(Rate::Missed(Cause::NoTrigger)), share(2, 2));
    assert_eq!(evaluation.calibration_error(), Some(0.0));
    let curve = evaluation.curve();
    assert_eq!((curve.len(), curve[19].precision, curve[19].recall), (20, Some(1.0), Some(0.5)));
    let rows = evaluation.rows();
    let claims = rows.iter().find(|row| row.measure == "claims").unwrap();
    assert_eq!((claims.precision, claims.recall, claims.f1), (Some(1.0), Some(0.5), Some(0.6667)));
    assert_eq!((claims.f1_low, claims.f1_high), (Some(0.0), Some(1.0)), "one record in two has it all");
    assert!(evaluation.to_string().contains(
        "claims                                 1.000   0.500   0.667  0.000 to 1.000       2       2       4\n"
    ));
}
