//! What training, dev and test share though they should not.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

use unicode_segmentation::UnicodeSegmentation;

use super::{
    record::{Record, SpanLabel},
    sets::CorpusSet,
    split::Part,
};
use crate::labels::MentionType;

/// How many words in a row make a shingle.
const SHINGLE: usize = 8;
/// Two records are near-duplicates from this share of the shorter one's shingles on. A common phrase or one
/// headline of four stays below.
const NEAR: f64 = 1.0 / 3.0;

/// Two records of different parts that say much the same in the same words.
#[derive(Debug, Clone, PartialEq)]
pub struct NearDuplicate {
    /// The two sets and ids.
    pub records: [(String, String); 2],
    /// The share of the shorter one's runs of eight words that the other one has too, 0 to 1.
    pub share: f64,
}

impl fmt::Display for NearDuplicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [(set_a, a), (set_b, b)] = &self.records;
        let share = 100.0 * self.share;
        write!(f, "{a} ({set_a}) and {b} ({set_b}) share {share:.0}% of the shorter one's runs of eight words")
    }
}

/// Finds the near-duplicates between sets of different parts, in the order of the sets and their records.
pub fn near_duplicates(sets: &[CorpusSet]) -> Vec<NearDuplicate> {
    let records: Vec<(&CorpusSet, &Record, HashSet<u64>)> = sets
        .iter()
        .flat_map(|set| set.records.iter().map(move |record| (set, record, shingles(&record.text))))
        .collect();
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for (number, (_, _, shingles)) in records.iter().enumerate() {
        for &shingle in shingles {
            holders.entry(shingle).or_default().push(number);
        }
    }
    let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for holders in holders.values() {
        for (i, &a) in holders.iter().enumerate() {
            for &b in holders[i + 1..].iter().filter(|&&b| records[a].0.part != records[b].0.part) {
                *shared.entry((a, b)).or_default() += 1;
            }
        }
    }
    let near = shared.into_iter().map(|((a, b), count)| {
        let name = |number: usize| (records[number].0.name.clone(), records[number].1.id.clone());
        let shorter = records[a].2.len().min(records[b].2.len());
        NearDuplicate { records: [name(a), name(b)], share: count as f64 / shorter as f64 }
    });
    near.filter(|pair| pair.share >= NEAR).collect()
}

/// Hashes of all runs of eight words; of a shorter text, the one run that it is.
fn shingles(text: &str) -> HashSet<u64> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.unicode_words().collect();
    let hash = |run: &[&str]| {
        let mut hasher = DefaultHasher::new();
        run.hash(&mut hasher);
        hasher.finish()
    };
    words.windows(SHINGLE.min(words.len().max(1))).map(hash).collect()
}

/// Names that the written passages of the training and the test part have in common and that no published text
/// mentions, in alphabetical order: where such a name is invented, the test passages are not new to the model.
///
/// Without any published set there is no telling, so there are none.
pub fn shared_names(sets: &[CorpusSet]) -> Vec<String> {
    let published: BTreeSet<&str> = sets.iter().filter(|set| set.published).flat_map(names).collect();
    if published.is_empty() {
        return Vec::new();
    }
    let written = |part| -> BTreeSet<&str> {
        sets.iter().filter(|set| !set.published && set.part == Some(part)).flat_map(names).collect()
    };
    let shared = &written(Part::Train) & &written(Part::Test);
    (&shared - &published).into_iter().map(str::to_owned).collect()
}

/// The names of organisations, people and products in a set.
fn names(set: &CorpusSet) -> impl Iterator<Item = &str> {
    let is_name = |label: &SpanLabel| {
        matches!(label, SpanLabel::Mention(MentionType::Org | MentionType::Person | MentionType::Product))
    };
    set.records.iter().flat_map(move |record| {
        record.spans.iter().filter(move |span| is_name(&span.label)).map(|span| span.span.of(&record.text))
    })
}

#[cfg(test)]
mod tests {
    use super::{super::parse::records, *};

    fn set(name: &str, part: Part, published: bool, texts: &[&str]) -> CorpusSet {
        let records = texts.iter().enumerate().map(|(number, text)| {
            let inline = format!("=== {name}-{number}\n---\n[F] {text}\n---\n");
            records(&inline).remove(0).record.unwrap()
        });
        CorpusSet { name: name.into(), part: Some(part), published, records: records.collect() }
    }

    const STORY: &str = "Acme bought Bolt for its factories, and nobody in the trade was at all surprised.";

    #[test]
    fn a_story_told_twice_is_found_across_parts_only() {
        let retold = format!("On Monday, {}", STORY.to_lowercase());
        let other =
            "Acme bought Coil, and nobody in the trade was at all surprised; it had been in talks for a year by then.";
        let train = set("train", Part::Train, false, &[STORY, STORY, other]);
        let test = set("test", Part::Test, false, &["Bolt is a firm.", &retold]);
        let pairs: Vec<_> = near_duplicates(&[train, test]).into_iter().map(|pair| pair.records.map(|r| r.1)).collect();
        assert_eq!(pairs, [["train-0", "test-1"], ["train-1", "test-1"]].map(|pair| pair.map(String::from)));
    }

    #[test]
    fn a_name_of_no_published_text_is_shared_by_train_and_test() {
        let written = ["<e1 ORG>Acme</e1> and <e2 ORG>Intel</e2> met in <e3 PLACE>Boltville</e3>."];
        let [train, test] = [Part::Train, Part::Test].map(|part| set(part.as_str(), part, false, &written));
        let published = set("real", Part::Dev, true, &["<e1 ORG>Intel</e1> is a firm."]);
        assert_eq!(shared_names(&[train, test, published]), ["Acme"]);
    }
}
