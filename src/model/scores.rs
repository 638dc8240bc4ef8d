//! What the model says about one window, as plain numbers.

use std::ops::Range;

use crate::labels::{MentionType, ReasonKind, Relation};

/// A labelled run of a window's tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Tagged<L> {
    /// Token numbers within the window; 0 is its first word piece.
    pub tokens: Range<usize>,
    /// The label.
    pub label: L,
    /// The mean probability of the tags that make the run, 0 to 1.
    pub confidence: f32,
}

/// The model's answer for one window. All figures are probabilities, 0 to 1.
///
/// T, M and R are the numbers of triggers, mentions and reasons found in the window.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WindowScores {
    /// Mentions, in the order of the text.
    pub mentions: Vec<Tagged<MentionType>>,
    /// Triggers, in the order of the text.
    pub triggers: Vec<Tagged<Relation>>,
    /// Reasons, in the order of the text.
    pub reasons: Vec<Tagged<ReasonKind>>,
    /// For each sentence of the window: its kind, in the order of [`crate::labels::SentenceKind::ALL`].
    pub sentences: Vec<[f32; 4]>,
    /// T × M: the role of the mention for the trigger, in the order of [`crate::labels::Role::ALL`].
    pub roles: Vec<Vec<[f32; 7]>>,
    /// T × R: whether the reason explains the trigger's claim.
    pub why: Vec<Vec<f32>>,
    /// T: whether the claim is denied.
    pub negative: Vec<f32>,
    /// T: its status, in the order of [`crate::labels::Status::ALL`].
    pub status: Vec<[f32; 4]>,
    /// T: whether an unnamed source says so.
    pub unnamed: Vec<f32>,
    /// M × M for mentions of type REF, an empty row for the others: which named mention it stands for.
    pub antecedents: Vec<Vec<f32>>,
}
