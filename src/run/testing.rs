//! A stand-in for the model.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    thread,
    time::Duration,
};

use super::Scorer;
use crate::{
    labels::{MentionType, Relation},
    model::{Calibration, Precision, Tagged, WindowInput, WindowScores},
    text::{Casing, Token, Tokenizer, testing::tokenizer},
};

/// Finds in `Bank bought Cloud` what it says, with a confidence that depends on every word of the batch, as a model's last
/// bits do. Takes its time at random. Fails on `banned`.
pub(super) struct Fake {
    tokenizer: Tokenizer,
    bought: u32,
    banned: u32,
}

impl Fake {
    pub fn new() -> Self {
        let tokenizer = tokenizer();
        let id = |word: &str| tokenizer.tokens(word)[0].id;
        Self { bought: id("bought"), banned: id("banned"), tokenizer }
    }

    fn window(&self, window: &WindowInput, confidence: f32) -> WindowScores {
        let tokens = window.tokens;
        let is_name = |&at: &usize| tokens[at].casing == Casing::Capitalised;
        let names: Vec<usize> = (0..tokens.len()).filter(is_name).collect();
        let triggers: Vec<usize> = (0..tokens.len()).filter(|&at| tokens[at].id == self.bought).collect();
        let role = |trigger: usize, name: usize| {
            let mut roles = [0.0; 7];
            roles[if name + 1 == trigger {
                1
            } else if name == trigger + 1 {
                2
            } else {
                0
            }] = 1.0;
            roles
        };
        WindowScores {
            mentions: names.iter().map(|&at| tagged(at, MentionType::Org, 1.0)).collect(),
            triggers: triggers.iter().map(|&at| tagged(at, Relation::Acquisition, confidence)).collect(),
            sentences: vec![[confidence, 0.0, 0.0, 0.0]; window.sentences.len()],
            roles: triggers.iter().map(|&t| names.iter().map(|&name| role(t, name)).collect()).collect(),
            why: vec![Vec::new(); triggers.len()],
            negative: vec![0.0; triggers.len()],
            status: vec![[1.0, 0.0, 0.0, 0.0]; triggers.len()],
            unnamed: vec![0.0; triggers.len()],
            antecedents: vec![Vec::new(); names.len()],
            ..WindowScores::default()
        }
    }
}

fn tagged<L>(at: usize, label: L, confidence: f32) -> Tagged<L> {
    Tagged { tokens: at..at + 1, label, confidence }
}

impl Scorer for Fake {
    fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    fn max_pieces(&self) -> usize {
        24
    }

    fn precision(&self) -> Precision {
        Precision::F32
    }

    fn calibration(&self) -> Calibration {
        Calibration::default()
    }

    fn score(&self, windows: &[WindowInput]) -> Vec<WindowScores> {
        let has = |id: u32| windows.iter().any(|window| window.tokens.iter().any(|token: &Token| token.id == id));
        assert!(!has(self.banned), "a banned word");
        let mut hasher = DefaultHasher::new();
        windows.iter().for_each(|window| window.tokens.iter().for_each(|token| token.id.hash(&mut hasher)));
        thread::sleep(Duration::from_micros(rand::random_range(0..2000)));
        let confidence = 0.5 + (hasher.finish() % 4096) as f32 / 8192.0;
        windows.iter().map(|window| self.window(window, confidence)).collect()
    }
}
