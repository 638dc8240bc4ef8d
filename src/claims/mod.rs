//! What an article says, as data: mentions, reasons, claims, sentences.

mod aliases;
mod assemble;
mod confidence;
mod coref;
mod fit;
mod form;
mod merge;
mod names;
mod read;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::aliases::{AliasError, Aliases};
use crate::{
    labels::{MentionType, Polarity, ReasonKind, Relation, SentenceKind, Status},
    model::{Calibration, WindowScores},
    text::{Document, Span, Window},
};

/// The words that tell a name apart from others, whatever its case, accents, punctuation and legal suffix.
pub(crate) fn name_words(name: &str) -> Vec<String> {
    form::core_and_suffix(name, MentionType::Org).0
}

/// How to decode.
#[derive(Debug, Clone, Copy)]
pub struct DecodeOptions<'a> {
    /// Claims less sure than this, 0 to 1, are left out.
    pub min_confidence: f32,
    /// What the model's confidence in a claim is worth.
    pub calibration: Calibration,
    /// The user's own names.
    pub aliases: &'a Aliases,
}

/// What the model's scores of an article's windows say.
///
/// `windows` are all windows of `document`, in order, and `scores` the model's answer for each of them.
pub fn decode(
    text: &str,
    document: &Document,
    windows: &[Window],
    scores: &[WindowScores],
    options: &DecodeOptions,
) -> Analysis {
    let readings: Vec<_> =
        windows.iter().zip(scores).map(|(window, scores)| read::read(text, document, window, scores)).collect();
    let mut mentions = merge::mentions(&readings);
    let names = name(text, &mut mentions, &document.sentences, options.aliases);
    let sentences = merge::sentences(document, windows, scores);
    let mut analysis = Analysis { mentions, names, sentences, ..Analysis::default() };
    assemble::claims(&readings, options, &mut analysis);
    analysis
}

/// Gives every mention its name, a REF that of its antecedent, and returns the names.
fn name(text: &str, mentions: &mut [Mention], sentences: &[Span], aliases: &Aliases) -> Vec<Name> {
    let naming: Vec<usize> = (0..mentions.len()).filter(|&number| mentions[number].antecedent.is_none()).collect();
    let places: Vec<_> = naming.iter().map(|&number| (mentions[number].span, mentions[number].kind)).collect();
    let (names, numbers) = names::names(text, &places, sentences, aliases);
    for (&mention, name) in naming.iter().zip(numbers) {
        mentions[mention].name = name;
    }
    for number in 0..mentions.len() {
        if let Some(antecedent) = mentions[number].antecedent {
            mentions[number].name = mentions[antecedent].name;
        }
    }
    names
}

/// Everything found in one article.
///
/// Mentions and names are told apart: a [`Mention`] is a place in the text, a [`Name`] the one thing that
/// several mentions stand for. The numbers in claims and mentions index the vectors here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// In the order of the text.
    pub mentions: Vec<Mention>,
    /// In the order of their first mention.
    pub names: Vec<Name>,
    /// In the order of their triggers, then of who and whom.
    pub claims: Vec<Claim>,
    /// In the order of the text.
    pub sentences: Vec<Sentence>,
    /// What was seen and left out.
    pub dropped: Dropped,
}

/// How many claims were seen and left out, by why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// Triggers without whom, or without who where one is needed.
    pub incomplete: usize,
    /// Pairs with a pronoun or description that stands for nothing named.
    pub unresolved: usize,
    /// Pairs whose who and whom are the same name.
    pub same_name: usize,
    /// Pairs that say the same as another one on the same trigger.
    pub repeated: usize,
    /// Claims below the least confidence asked for.
    pub unsure: usize,
}

/// A place in the text that names something, or stands for something named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mention {
    /// Where it stands.
    pub span: Span,
    /// What it names; for a pronoun or description, what its antecedent names ([`MentionType::Ref`] where none was found).
    pub kind: MentionType,
    /// For a pronoun or description: the number of the named mention it stands for.
    pub antecedent: Option<usize>,
    /// The number of its name.
    pub name: usize,
    /// How sure the model is, 0 to 1.
    pub confidence: f32,
}

/// One thing that an article names, perhaps in several forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// The form to show: the fullest one the article uses, without legal suffix, or what the user's aliases say.
    pub canonical: String,
    /// What it is.
    pub kind: MentionType,
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// The article's author.
    Author,
    /// Somebody not named (`sources said`).
    Unnamed,
    /// The mention with this number.
    Mention(usize),
}

/// Why a claim holds, in the words of the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Where it stands.
    pub span: Span,
    /// Purpose or cause.
    pub kind: ReasonKind,
    /// How sure the model is that it explains this claim, 0 to 1.
    pub confidence: f32,
}

/// One relation between one who and one whom. A sentence that names several of either yields a claim for each pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// The relation.
    pub relation: Relation,
    /// The words that carry it.
    pub trigger: Span,
    /// The number of the sentence that the trigger stands in.
    pub sentence: usize,
    /// The number of the mention that acts; only a choice may lack it.
    pub who: Option<usize>,
    /// The number of the mention acted on or with.
    pub whom: usize,
    /// The numbers of the mentions passed over in a choice.
    pub instead: Vec<usize>,
    /// The number of the date's mention.
    pub when: Option<usize>,
    /// The number of the amount's mention.
    pub amount: Option<usize>,
    /// Who says so.
    pub source: Source,
    /// Best first.
    pub reasons: Vec<Reason>,
    /// Affirmed or denied.
    pub polarity: Polarity,
    /// How far it has come.
    pub status: Status,
    /// How sure the model is of relation, who and whom, 0 to 1.
    pub confidence: f32,
}

/// A sentence and what it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    /// Where it stands, without white space at its ends.
    pub span: Span,
    /// Fact, opinion, prediction or other.
    pub kind: SentenceKind,
    /// How sure the model is of the kind, 0 to 1.
    pub confidence: f32,
}
