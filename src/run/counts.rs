//! What a run counts.

use serde::{Deserialize, Serialize};

use super::pipeline::Done;
use crate::claims::Dropped;

/// Sums over a run; the same for the same inputs, model and options. `found` = `processed` + `skipped`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Articles, and inputs and records that yielded none.
    pub found: usize,
    /// Articles that are in the outputs.
    pub processed: usize,
    /// What is in `skipped.csv`.
    pub skipped: usize,
    /// Sentences.
    pub sentences: usize,
    /// Word pieces.
    pub tokens: usize,
    /// Windows that the model read.
    pub windows: usize,
    /// Word pieces that the model read.
    pub pieces: usize,
    /// Sentences that were longer than a window.
    pub split_sentences: usize,
    /// U+FFFD in the texts: what no encoding could make sense of.
    pub replacement_characters: usize,
    /// Mentions.
    pub mentions: usize,
    /// Claims.
    pub claims: usize,
    /// Claims that have a reason.
    pub claims_with_reason: usize,
    /// Claims that were seen and left out, by why.
    pub dropped: Dropped,
}

impl Counts {
    pub(super) fn add_skip(&mut self) {
        self.found += 1;
        self.skipped += 1;
    }

    pub(super) fn add(&mut self, done: &Done) {
        let (size, analysis) = (&done.finished.size, &done.finished.analysis);
        self.found += 1;
        self.processed += 1;
        self.sentences += size.sentences;
        self.tokens += size.tokens;
        self.windows += size.windows;
        self.pieces += size.pieces;
        self.split_sentences += size.split_sentences;
        self.replacement_characters += done.notes.replaced;
        self.mentions += analysis.mentions.len();
        self.claims += analysis.claims.len();
        self.claims_with_reason += analysis.claims.iter().filter(|claim| !claim.reasons.is_empty()).count();
        let Dropped { incomplete, unresolved, same_name, repeated, unsure } = analysis.dropped;
        self.dropped.incomplete += incomplete;
        self.dropped.unresolved += unresolved;
        self.dropped.same_name += same_name;
        self.dropped.repeated += repeated;
        self.dropped.unsure += unsure;
    }
}
