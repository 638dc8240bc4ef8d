//! What pronouns and descriptions stand for.

use crate::{labels::MentionType, model::WindowScores};

/// The named mention of a window that a REF stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Antecedent {
    /// The number of the mention in its window.
    pub mention: usize,
    /// How sure the model is, 0 to 1.
    pub confidence: f32,
}

/// For each mention of the window what it stands for: `None` for a named one, and for a REF with nothing named to stand for.
///
/// An antecedent is always named, so chains end after one step and cannot run in a circle.
/// `words` are the mentions as written, in the same order.
pub(super) fn antecedents(scores: &WindowScores, words: &[&str]) -> Vec<Option<Antecedent>> {
    let best = |reference: usize| {
        let row = scores.antecedents.get(reference)?;
        let (mention, &confidence) = scores
            .mentions
            .iter()
            .zip(row)
            .enumerate()
            .filter(|(_, (mention, score))| can_stand_for(words[reference], mention.label) && !score.is_nan())
            .map(|(number, (_, score))| (number, score))
            .reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        Some(Antecedent { mention, confidence })
    };
    let of = |(number, mention): (usize, &crate::model::Tagged<MentionType>)| {
        if mention.label == MentionType::Ref { best(number) } else { None }
    };
    scores.mentions.iter().enumerate().map(of).collect()
}

/// Whether a REF written like this may stand for a mention of this type.
///
/// Only what can act or be acted on is referred to; `he` and `she` are people, `it` is not.
fn can_stand_for(word: &str, kind: MentionType) -> bool {
    use MentionType::{Org, Person, Place, Product};
    match word.to_lowercase().as_str() {
        "he" | "him" | "his" | "she" | "her" => kind == Person,
        "it" | "its" => matches!(kind, Org | Product | Place),
        _ => matches!(kind, Org | Person | Product | Place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::testing::Window;

    #[test]
    fn a_reference_goes_to_the_likeliest_named_mention() {
        let window = Window::new("Nimbus met Verda and it grew")
            .mention("Nimbus", MentionType::Org)
            .mention("Verda", MentionType::Org)
            .mention("it", MentionType::Ref)
            .antecedent("it", &[("Nimbus", 0.3), ("Verda", 0.6), ("it", 0.9)]);
        let found = antecedents(&window.scores, &["Nimbus", "Verda", "it"]);
        assert_eq!(found, [None, None, Some(Antecedent { mention: 1, confidence: 0.6 })]);
    }

    #[test]
    fn a_person_is_not_it_and_a_firm_is_not_she() {
        let scores = |word| {
            let window = Window::new(&format!("Nimbus hired Patel and {word} grew"))
                .mention("Nimbus", MentionType::Org)
                .mention("Patel", MentionType::Person)
                .mention(word, MentionType::Ref);
            window.antecedent(word, &[("Nimbus", 0.5), ("Patel", 0.5)]).scores
        };
        assert_eq!(antecedents(&scores("it"), &["Nimbus", "Patel", "it"])[2].map(|a| a.mention), Some(0));
        assert_eq!(antecedents(&scores("She"), &["Nimbus", "Patel", "She"])[2].map(|a| a.mention), Some(1));
    }

    #[test]
    fn a_reference_with_nothing_named_stands_for_nothing() {
        let window = Window::new("They grew 5% and it shrank")
            .mention("They", MentionType::Ref)
            .mention("5%", MentionType::Quantity)
            .mention("it", MentionType::Ref)
            .antecedent("They", &[("5%", 0.5), ("it", 0.5)])
            .antecedent("it", &[("They", 1.0)]);
        assert_eq!(antecedents(&window.scores, &["They", "5%", "it"]), [None, None, None]);
    }
}
