//! The vocabulary of annotation: what `corpus/GUIDELINES.md` defines, as types.
//!
//! The order of the variants is the order of the model's output classes; a trained model depends on it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A word where one of a label's names was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not a {kind}; expected one of: {expected}")]
pub struct UnknownLabel {
    /// What stood there.
    pub word: String,
    /// What was expected, in words.
    pub kind: &'static str,
    /// The names that would have been right.
    pub expected: String,
}

/// Defines one label: a plain enum whose variants have a name in files and a class index in the model.
macro_rules! label {
    ($(#[$doc:meta])* $name:ident, $kind:literal { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every variant, in the order of the model's classes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name used in files.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The class index in the model's output.
            pub const fn index(self) -> usize {
                self as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownLabel;

            fn from_str(word: &str) -> Result<Self, UnknownLabel> {
                Self::ALL.iter().copied().find(|label| label.as_str() == word).ok_or_else(|| UnknownLabel {
                    word: word.to_owned(),
                    kind: $kind,
                    expected: [$($text),+].join(", "),
                })
            }
        }
    };
}

label! {
    /// What a mention names.
    MentionType, "mention type" {
        /// Companies, agencies, governments as actors, teams, funds.
        Org = "ORG",
        /// Named people, without titles.
        Person = "PERSON",
        /// Named products, services, models, brands, programmes.
        Product = "PRODUCT",
        /// Named places that do not act.
        Place = "PLACE",
        /// Amounts of money with their currency.
        Money = "MONEY",
        /// Percentages and other counted amounts.
        Quantity = "QUANTITY",
        /// Dates and times, absolute or relative.
        Date = "DATE",
        /// A pronoun or description that stands for a named mention.
        Ref = "REF",
    }
}

label! {
    /// The ten relations of a claim.
    Relation, "relation" {
        /// Alliances, joint ventures, integrations, licensing and distribution deals; either way round.
        Partnership = "partnership",
        /// Supplier → customer.
        Supply = "supply",
        /// Investor → investee.
        Investment = "investment",
        /// Buyer → bought.
        Acquisition = "acquisition",
        /// Owner → owned.
        Ownership = "ownership",
        /// Competitor → competitor; either way round.
        Competition = "competition",
        /// Chooser → chosen, instead of the one passed over.
        Choice = "choice",
        /// The one acting → the one acted on.
        Dispute = "dispute",
        /// Organisation → person.
        Appointment = "appointment",
        /// Organisation → product.
        Launch = "launch",
    }
}

impl Relation {
    /// Whether who and whom may change places without changing what is claimed.
    pub const fn is_symmetric(self) -> bool {
        matches!(self, Self::Partnership | Self::Competition)
    }
}

label! {
    /// How a reason explains its claim.
    ReasonKind, "kind of reason" {
        /// What it is meant to achieve.
        Purpose = "purpose",
        /// What led to it.
        Cause = "cause",
    }
}

label! {
    /// What a mention is to a trigger.
    Role, "role" {
        /// Nothing.
        None = "none",
        /// The one who acts.
        Who = "who",
        /// The one acted on or with.
        Whom = "whom",
        /// The one passed over in a choice.
        Instead = "instead",
        /// The date of the claim.
        When = "when",
        /// Its amount.
        Amount = "amount",
        /// Whoever says so.
        Source = "source",
    }
}

label! {
    /// Whether the text affirms or denies the claim.
    Polarity, "polarity" {
        /// Affirmed.
        Pos = "pos",
        /// Denied.
        Neg = "neg",
    }
}

label! {
    /// How far the claim has come.
    Status, "status" {
        /// Done or in force.
        Actual = "actual",
        /// Agreed or announced for the future.
        Planned = "planned",
        /// Rumoured, considered, hypothetical.
        Possible = "possible",
        /// Over, undone, failed.
        Ended = "ended",
    }
}

label! {
    /// What a sentence does.
    SentenceKind, "sentence kind" {
        /// Reports something checkable.
        Fact = "F",
        /// A judgement, explanation or advice.
        Opinion = "O",
        /// What will, may or should come about.
        Prediction = "P",
        /// A question, heading, greeting, filler.
        Other = "Q",
    }
}

impl SentenceKind {
    /// The word used in `sentences.csv`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fact => "fact",
            Self::Opinion => "opinion",
            Self::Prediction => "prediction",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_reads_back_from_its_name() {
        for (i, &relation) in Relation::ALL.iter().enumerate() {
            assert_eq!(relation.index(), i);
            assert_eq!(relation.to_string().parse(), Ok(relation));
        }
    }

    #[test]
    fn an_unknown_name_says_what_would_be_right() {
        let error = "marriage".parse::<ReasonKind>().unwrap_err();
        assert_eq!(error.to_string(), r#""marriage" is not a kind of reason; expected one of: purpose, cause"#);
    }
}
