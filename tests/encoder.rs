//! The encoder gives the reference implementation's hidden states from the pretrained weights that
//! `scripts/fetch-base` brings (`scripts/test` calls it). `golden/*.json` holds the reference's figures.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use tch::{Device, IndexOp, Tensor};
use tieup::{
    model::{Model, WindowInput},
    text::Token,
};

/// Hidden states in f32 may differ by this much from the reference's f64.
const TOLERANCE: f64 = 1e-3;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    ids: Vec<u32>,
    /// Position → the first eight numbers of its hidden state.
    hidden_first8: BTreeMap<usize, Vec<f64>>,
    mean_abs: f64,
}

fn golden(name: &str) -> Golden {
    let path = format!("{}/tests/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn encoder(name: &str) -> Model {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("base").join(name);
    assert!(folder.exists(), "run scripts/fetch-base first: this test needs the pretrained encoder");
    Model::from_encoder(&folder, Device::Cpu).unwrap()
}

/// The hidden states of the texts, run as one batch; special pieces included.
fn hidden(model: &Model, texts: &[Vec<Token>]) -> Tensor {
    let windows: Vec<_> = texts.iter().map(|tokens| WindowInput { tokens, sentences: Vec::new() }).collect();
    tch::no_grad(|| model.encoder.forward(&model.batch(&windows), false))
}

fn matches_reference(encoder_name: &str, golden_name: &str) {
    let (model, golden) = (encoder(encoder_name), golden(golden_name));
    for case in &golden.cases {
        let tokens = model.tokenizer.tokens(&case.text);
        let inner = &case.ids[1..case.ids.len() - 1];
        assert_eq!(tokens.iter().map(|t| t.id).collect::<Vec<_>>(), inner, "word pieces of {:?}", case.text);
        let states = hidden(&model, &[tokens]);
        for (&position, expected) in &case.hidden_first8 {
            for (i, expected) in expected.iter().enumerate() {
                let found = states.double_value(&[0, position as i64, i as i64]);
                let place = format!("{encoder_name}, {:?}, position {position}, number {i}", case.text);
                assert!((found - expected).abs() < TOLERANCE, "{place}: {found} instead of {expected}");
            }
        }
        let mean = states.abs().mean(tch::Kind::Double).double_value(&[]);
        assert!((mean - case.mean_abs).abs() < TOLERANCE, "{encoder_name}: mean {mean} instead of {}", case.mean_abs);
    }
}

#[test]
fn minilm_matches_the_reference() {
    matches_reference("minilm", "all-MiniLM-L6-v2");
}

#[test]
fn mpnet_matches_the_reference() {
    matches_reference("mpnet", "all-mpnet-base-v2");
}

#[test]
fn a_batch_gives_what_its_windows_give_alone() {
    for (encoder_name, golden_name) in [("minilm", "all-MiniLM-L6-v2"), ("mpnet", "all-mpnet-base-v2")] {
        let model = encoder(encoder_name);
        let texts: Vec<_> = golden(golden_name).cases.iter().map(|c| model.tokenizer.tokens(&c.text)).collect();
        let together = hidden(&model, &texts);
        for (i, text) in texts.iter().enumerate() {
            let alone = hidden(&model, std::slice::from_ref(text));
            let same = together.i((i as i64, ..alone.size()[1], ..)) - alone.i(0);
            let difference = same.abs().max().double_value(&[]);
            assert!(difference < 1e-4, "{encoder_name}, text {i}: {difference}");
        }
    }
}
