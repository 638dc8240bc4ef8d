//! Decoding as a whole.

use proptest::prelude::*;

use super::{
    testing::{Window, decode_all, document, options},
    *,
};
use crate::{
    labels::Role,
    model::Tagged,
    text::{self},
};

fn names(analysis: &Analysis, claim: &Claim) -> (Option<String>, String) {
    let name = |mention: usize| analysis.names[analysis.mentions[mention].name].canonical.clone();
    (claim.who.map(name), name(claim.whom))
}

fn rows(analysis: &Analysis) -> Vec<(Option<String>, String)> {
    analysis.claims.iter().map(|claim| names(analysis, claim)).collect()
}

fn row(who: &str, whom: &str) -> (Option<String>, String) {
    (Some(who.to_owned()), whom.to_owned())
}

fn deal() -> Window {
    Window::new("On Monday Nimbus and Halcyon teamed up with Verda to sell AI because both lack chips.")
        .mention("Monday", MentionType::Date)
        .mention("Nimbus", MentionType::Org)
        .mention("Halcyon", MentionType::Org)
        .mention("Verda", MentionType::Org)
        .trigger("teamed up", Relation::Partnership)
        .role("Monday", Role::When)
        .role("Nimbus", Role::Who)
        .role_with("Halcyon", Role::Who, 0.6)
        .role("Verda", Role::Whom)
        .reason("to sell AI", ReasonKind::Purpose, 0.7)
        .reason("both lack chips", ReasonKind::Cause, 0.9)
        .reason("chips", ReasonKind::Cause, 0.5)
}

#[test]
fn each_pair_of_who_and_whom_is_a_claim() {
    let analysis = deal().decode();
    assert_eq!(rows(&analysis), [row("Nimbus", "Verda"), row("Halcyon", "Verda")]);
    let claim = &analysis.claims[0];
    assert_eq!((claim.relation, claim.trigger, claim.sentence), (Relation::Partnership, Span::new(29, 38), 0));
    assert_eq!((claim.when, claim.amount, claim.source), (Some(0), None, Source::Author));
    assert_eq!((claim.polarity, claim.status), (Polarity::Pos, Status::Actual));
    assert!((claim.confidence - 0.9 * 0.8 * 0.8).abs() < 1e-6);
    assert_eq!(analysis.sentences[0].kind, SentenceKind::Fact);
    assert_eq!(analysis.dropped, Dropped::default());
}

#[test]
fn reasons_come_best_first_and_only_those_that_explain() {
    let analysis = deal().decode();
    let reasons: Vec<_> = analysis.claims[0].reasons.iter().map(|reason| (reason.span, reason.kind)).collect();
    assert_eq!(reasons, [(Span::new(69, 84), ReasonKind::Cause), (Span::new(50, 60), ReasonKind::Purpose)]);
}

#[test]
fn unsure_claims_are_left_out_and_counted() {
    let aliases = Aliases::default();
    let analysis = deal().decode_with(&DecodeOptions { min_confidence: 0.5, ..options(&aliases) });
    assert_eq!((rows(&analysis), analysis.dropped.unsure), (vec![row("Nimbus", "Verda")], 1));
    let doubtful = Calibration { slope: 1.0, offset: -5.0 };
    let analysis =
        deal().decode_with(&DecodeOptions { min_confidence: 0.5, calibration: doubtful, ..options(&aliases) });
    assert_eq!(analysis.dropped.unsure, 2);
}

#[test]
fn a_choice_needs_no_chooser_and_passes_over_others_only() {
    let analysis = Window::new("Not Halcyon but Verda was picked over Verda and Halcyon by 5 firms")
        .mention("Halcyon", MentionType::Org)
        .mention("Verda", MentionType::Org)
        .mention("5", MentionType::Quantity)
        .trigger("picked", Relation::Choice)
        .role("Verda", Role::Whom)
        .role("Halcyon", Role::Instead)
        .mention("Verda", MentionType::Org)
        .role("Verda", Role::Instead)
        .mention("Halcyon", MentionType::Org)
        .role("Halcyon", Role::Instead)
        .role("5", Role::Amount)
        .decode();
    let claim = &analysis.claims[0];
    assert_eq!(rows(&analysis), [(None, "Verda".to_owned())]);
    assert_eq!(analysis.mentions.len(), 5);
    assert_eq!(claim.instead, [0]);
    assert_eq!(claim.amount, Some(4));
}

#[test]
fn other_relations_need_both_sides() {
    let analysis =
        Window::new("Verda was bought").mention("Verda", MentionType::Org).trigger("bought", Relation::Acquisition);
    let analysis = analysis.role("Verda", Role::Whom).decode();
    assert_eq!((analysis.claims.len(), analysis.dropped.incomplete), (0, 1));
}

fn reference() -> Window {
    Window::new("Nimbus met Verda. It bought Halcyon.")
        .mention("Nimbus", MentionType::Org)
        .mention("Verda", MentionType::Org)
        .mention("It", MentionType::Ref)
        .mention("Halcyon", MentionType::Org)
        .trigger("bought", Relation::Acquisition)
        .role("It", Role::Who)
        .role("Halcyon", Role::Whom)
}

#[test]
fn a_reference_takes_name_type_and_doubt_of_its_antecedent() {
    let analysis = reference().antecedent("It", &[("Nimbus", 0.5), ("Verda", 0.2)]).decode();
    assert_eq!(rows(&analysis), [row("Nimbus", "Halcyon")]);
    let it = &analysis.mentions[2];
    assert_eq!((it.kind, it.antecedent, it.name), (MentionType::Org, Some(0), 0));
    assert!((analysis.claims[0].confidence - 0.9 * 0.8 * 0.8 * 0.5).abs() < 1e-6);
    assert_eq!(analysis.claims[0].sentence, 1);
}

#[test]
fn a_reference_to_nothing_makes_no_claim() {
    let analysis = reference().decode();
    assert_eq!((analysis.claims.len(), analysis.dropped.unresolved), (0, 1));
    let it = &analysis.mentions[2];
    assert_eq!((it.kind, analysis.names[it.name].canonical.as_str()), (MentionType::Ref, "It"));
}

#[test]
fn nobody_deals_with_himself() {
    let analysis = Window::new("Verda Inc bought Verda and it")
        .mention("Verda Inc", MentionType::Org)
        .mention("Verda", MentionType::Product)
        .mention("it", MentionType::Ref)
        .antecedent("it", &[("Verda Inc", 0.9)])
        .trigger("bought", Relation::Acquisition)
        .role("Verda Inc", Role::Who)
        .role("Verda", Role::Whom)
        .role("it", Role::Whom)
        .decode();
    assert_eq!((analysis.claims.len(), analysis.dropped.same_name), (0, 2));
}

#[test]
fn the_same_pair_on_one_trigger_is_one_row() {
    let window = Window::new("Amazon Web Services (AWS) and Verda teamed up")
        .mention("Amazon Web Services", MentionType::Org)
        .mention("AWS", MentionType::Org)
        .mention("Verda", MentionType::Org)
        .trigger("teamed up", Relation::Partnership)
        .role_with("Amazon Web Services", Role::Who, 0.7)
        .role("AWS", Role::Who)
        .role("Verda", Role::Whom);
    let analysis = window.decode();
    assert_eq!((rows(&analysis), analysis.dropped.repeated), (vec![row("Amazon Web Services", "Verda")], 1));
    assert_eq!(analysis.claims[0].who, Some(1), "the surer mention is kept");
}

#[test]
fn a_label_that_ends_within_a_word_means_the_whole_word() {
    let text = "Verdania grew.";
    let mut document = document(text);
    let cut = |start, end| text::Token { span: Span::new(start, end), ..document.tokens[0] };
    let pieces = [cut(0, 5), cut(5, 8), cut(9, 13), cut(13, 14)];
    document.tokens = pieces.to_vec();
    document.sentence_tokens[0] = 0..4;
    let window = text::Window { tokens: 0..4, own: 0..4, sentences: vec![(0, 0..4)] };
    let tag = |tokens, label, confidence| Tagged { tokens, label, confidence };
    let mentions = vec![tag(0..1, MentionType::Org, 0.9), tag(1..2, MentionType::Person, 0.5)];
    let scores = WindowScores { mentions, ..Default::default() };
    let analysis = decode(text, &document, &[window], &[scores], &options(&Aliases::default()));
    assert_eq!(analysis.mentions.len(), 1);
    assert_eq!((analysis.mentions[0].span, analysis.mentions[0].kind), (Span::new(0, 8), MentionType::Org));
}

/// The tokens of the three sentences are 0..4, 4..8, 8..14.
const LONG: &str = "Verda Cloud grew. Nimbus bought it. The aim was more chips.";

#[test]
fn a_windows_own_part_decides() {
    let first = Window::part(LONG, 0..4, 0..4).mention("Verda Cloud", MentionType::Org);
    let second = Window::part(LONG, 0..8, 4..8)
        .mention("Verda", MentionType::Product)
        .mention("Nimbus", MentionType::Org)
        .mention("it", MentionType::Ref)
        .antecedent("it", &[("Verda", 0.9)])
        .trigger("bought", Relation::Acquisition)
        .role("Nimbus", Role::Who)
        .role("it", Role::Whom);
    // The window after sees the trigger too, in its context: no second claim, but its own reason counts.
    let third = Window::part(LONG, 4..14, 8..14)
        .mention("Nimbus", MentionType::Org)
        .trigger("bought", Relation::Acquisition)
        .role("Nimbus", Role::Who)
        .reason("bought it", ReasonKind::Cause, 0.9)
        .reason("more chips", ReasonKind::Purpose, 0.8);
    let analysis = decode_all(&[first, second, third]);
    assert_eq!(rows(&analysis), [row("Nimbus", "Verda Cloud")]);
    let kinds: Vec<_> = analysis.mentions.iter().map(|mention| (mention.span.start, mention.kind)).collect();
    assert_eq!(kinds, [(0, MentionType::Org), (18, MentionType::Org), (32, MentionType::Org)]);
    let reasons: Vec<_> = analysis.claims[0].reasons.iter().map(|reason| reason.span.of(LONG)).collect();
    assert_eq!(reasons, ["more chips"]);
    assert_eq!(analysis.sentences.len(), 3);
}

#[test]
fn a_mention_found_only_in_the_context_is_added_where_it_is_needed() {
    let first = Window::part(LONG, 0..4, 0..4);
    let second = Window::part(LONG, 0..8, 4..8)
        .mention("Verda Cloud", MentionType::Org)
        .mention("grew", MentionType::Product)
        .mention("Nimbus", MentionType::Org)
        .trigger("bought", Relation::Acquisition)
        .role("Nimbus", Role::Who)
        .role("Verda Cloud", Role::Whom);
    let analysis = decode_all(&[first, second]);
    assert_eq!(rows(&analysis), [row("Nimbus", "Verda Cloud")]);
    assert_eq!(analysis.mentions.len(), 2, "`grew` is in the context and needed by nothing");
}

#[test]
fn a_split_sentence_takes_the_kind_of_its_longer_part() {
    let mut first = Window::part(LONG, 8..10, 8..10);
    let mut second = Window::part(LONG, 8..14, 10..14);
    first.scores.sentences = vec![[0.9, 0.1, 0.0, 0.0]];
    second.scores.sentences = vec![[0.1, 0.8, 0.1, 0.0]];
    let sentence = &decode_all(&[first, second]).sentences[2];
    assert_eq!(sentence.kind, SentenceKind::Opinion);
    assert!((sentence.confidence - (0.1 * 2.0 + 0.8 * 4.0) / 6.0).abs() < 1e-6);
}

/// Any label of a kind.
fn label<L: Copy + std::fmt::Debug + 'static>(all: &'static [L]) -> impl Strategy<Value = L> {
    prop::sample::select(all)
}

/// Runs of tokens with labels, in any order, overlapping too; some run over the window's end.
fn tagged<L: Copy + std::fmt::Debug + 'static>(all: &'static [L]) -> impl Strategy<Value = Vec<Tagged<L>>> {
    let run = (0usize..25, 0usize..4, label(all), score()).prop_map(|(start, len, label, confidence)| Tagged {
        tokens: start..start + len,
        label,
        confidence,
    });
    prop::collection::vec(run, 0..8)
}

/// Mostly probabilities, now and then not.
fn score() -> impl Strategy<Value = f32> {
    prop_oneof![20 => 0f32..=1.0, 1 => Just(f32::NAN), 1 => Just(7.0)]
}

fn matrix<T: std::fmt::Debug>(cell: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<Vec<T>>> {
    prop::collection::vec(prop::collection::vec(cell, 0..9), 0..9)
}

fn scores() -> impl Strategy<Value = WindowScores> {
    let found = (tagged(MentionType::ALL), tagged(Relation::ALL), tagged(ReasonKind::ALL));
    let four = || prop::collection::vec(prop::array::uniform4(score()), 0..9);
    let yes = || prop::collection::vec(score(), 0..9);
    let said = (four(), matrix(prop::array::uniform7(score())), matrix(score()), yes(), four(), yes(), matrix(score()));
    (found, said).prop_map(
        |((mentions, triggers, reasons), (sentences, roles, why, negative, status, unnamed, antecedents))| {
            WindowScores { mentions, triggers, reasons, sentences, roles, why, negative, status, unnamed, antecedents }
        },
    )
}

proptest! {
    #[test]
    fn any_scores_are_decoded(text in "([A-Za-zé漢🙂]{1,4}[ .,(\n]{0,2}){1,20}", all in prop::collection::vec(scores(), 1..4)) {
        let document = document(&text);
        let n = document.tokens.len();
        let count = all.len();
        let windows: Vec<_> = (0..count)
            .map(|number| {
                let own = n * number / count..n * (number + 1) / count;
                let tokens = own.start.saturating_sub(3)..own.end;
                text::Window { sentences: document.sentence_tokens.iter().cloned().enumerate().collect(), tokens, own }
            })
            .collect();
        let aliases = Aliases::default();
        let analysis = decode(&text, &document, &windows, &all, &options(&aliases));
        let mentions = analysis.mentions.len();
        prop_assert!(analysis.mentions.is_sorted_by(|a, b| a.span.end <= b.span.start));
        for mention in &analysis.mentions {
            prop_assert!(!mention.span.of(&text).trim().is_empty());
            prop_assert!(mention.name < analysis.names.len() && (0.0..=1.0).contains(&mention.confidence));
            if let Some(antecedent) = mention.antecedent {
                prop_assert!(analysis.mentions[antecedent].antecedent.is_none());
                prop_assert_eq!(analysis.mentions[antecedent].kind, mention.kind);
                prop_assert_eq!(analysis.mentions[antecedent].name, mention.name);
            }
        }
        prop_assert_eq!(analysis.sentences.len(), document.sentences.len());
        prop_assert!(analysis.claims.is_sorted_by_key(|claim| (claim.trigger, claim.relation, claim.who, claim.whom)));
        for claim in &analysis.claims {
            prop_assert!(claim.sentence < analysis.sentences.len() && (0.0..=1.0).contains(&claim.confidence));
            let source = match claim.source { Source::Mention(mention) => Some(mention), _ => None };
            let one = [claim.who, Some(claim.whom), claim.when, claim.amount, source];
            prop_assert!(one.into_iter().flatten().chain(claim.instead.iter().copied()).all(|m| m < mentions));
            prop_assert!(claim.who.is_some() || claim.relation == Relation::Choice);
            prop_assert!(claim.reasons.is_sorted_by(|a, b| a.confidence >= b.confidence));
            let (who, whom) = names(&analysis, claim);
            prop_assert!(who != Some(whom));
        }
    }
}
