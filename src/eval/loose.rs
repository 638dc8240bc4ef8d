//! Names compared as a reader would: suffix, accents and punctuation aside, the short form like the full one.

use std::collections::BTreeSet;

use super::{claim_set::Key, measure::Counts};
use crate::claims::name_words;

/// The counts of claims, which agree if their relations and names do.
pub(super) fn claims(gold: &BTreeSet<Key>, found: &BTreeSet<Key>) -> Counts {
    let names = |key: &Key| [name_words(&key.who), name_words(&key.whom)];
    matched(gold, found, names, |(a, names), (b, others)| {
        a.relation == b.relation && (straight(names, others) || (a.relation.is_symmetric() && crossed(names, others)))
    })
}

/// The counts of pairs of names, which agree in any order.
pub(super) fn pairs(gold: &BTreeSet<(&str, &str)>, found: &BTreeSet<(&str, &str)>) -> Counts {
    let names = |pair: &(&str, &str)| [name_words(pair.0), name_words(pair.1)];
    matched(gold, found, names, |(_, names), (_, others)| straight(names, others) || crossed(names, others))
}

/// The words of two names.
type Names = [Vec<String>; 2];

fn straight(a: &Names, b: &Names) -> bool {
    agree(&a[0], &b[0]) && agree(&a[1], &b[1])
}

fn crossed(a: &Names, b: &Names) -> bool {
    agree(&a[0], &b[1]) && agree(&a[1], &b[0])
}

/// The counts if each item is matched with at most one that agrees with it, the same one first.
fn matched<T: Ord>(
    gold: &BTreeSet<T>,
    found: &BTreeSet<T>,
    names: impl Fn(&T) -> Names,
    agree: impl Fn((&T, &Names), (&T, &Names)) -> bool,
) -> Counts {
    let mut right = gold.intersection(found).count();
    let mut left: Vec<(&T, Names)> = found.difference(gold).map(|item| (item, names(item))).collect();
    for item in gold.difference(found) {
        let of_item = names(item);
        if let Some(number) = left.iter().position(|(other, of_other)| agree((item, &of_item), (other, of_other))) {
            left.swap_remove(number);
            right += 1;
        }
    }
    Counts { right, found: found.len(), wanted: gold.len() }
}

/// Whether one name contains the other, word by word.
fn agree(a: &[String], b: &[String]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() { long.is_empty() } else { long.windows(short.len()).any(|part| part == short) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_a_reader_would() {
        let same = |a, b| agree(&name_words(a), &name_words(b));
        assert!(same("Verda, Inc.", "verda"));
        assert!(same("the Pentagon", "Pentagon"));
        assert!(same("Verda Cloud", "Verda"));
        assert!(same("Mira Patel", "Patel"));
        assert!(!same("Verda Cloud", "Cloud Nine"));
        assert!(!same("Verdant", "Verda"));
        assert!(!same("", "Verda"));
    }
}
