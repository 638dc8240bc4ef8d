//! A part of the articles, so that several machines share the work.

use std::{fmt, num::NonZeroU32, str::FromStr};

use serde::{Deserialize, Serialize};

use super::hash;

/// One of so many parts. Articles that share batches stay together: the id of the first one decides on all of them. An
/// article alone belongs to the same part wherever it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    /// Which, from 1.
    pub number: NonZeroU32,
    /// Of how many.
    pub of: NonZeroU32,
}

impl Shard {
    /// Whether the articles belong to it whose first one has this id.
    pub fn holds(self, id: &str) -> bool {
        hash::of_id(id) % u64::from(self.of.get()) == u64::from(self.number.get() - 1)
    }
}

/// `2/5`.
impl FromStr for Shard {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let parts = word.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        let shard = parts.map(|(number, of)| Self { number, of }).filter(|shard| shard.number <= shard.of);
        shard.ok_or_else(|| "expected I/N, such as 2/5 for the second of five parts".to_owned())
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        word.parse()
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shard(word: &str) -> Shard {
        word.parse().unwrap()
    }

    #[test]
    fn a_part_is_written_as_a_fraction() {
        assert_eq!(serde_json::to_string(&shard("2/5")).unwrap(), "\"2/5\"");
        for wrong in ["", "2", "0/5", "6/5", "1/0", "-1/5", "1/5/2", "a/b"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn where_an_article_belongs_never_changes() {
        // printf a.txt | sha256sum: 18b7cb099a9ea3f5…; these 8 bytes modulo 3 are 2, modulo 5 are 4.
        let of = |of: u32| (1..=of).find(|number| shard(&format!("{number}/{of}")).holds("a.txt"));
        assert_eq!((of(1), of(3), of(5)), (Some(1), Some(3), Some(5)));
    }

    proptest! {
        #[test]
        fn every_article_belongs_to_one_part(id in ".*", of in 1..9u32) {
            prop_assert_eq!((1..=of).filter(|number| shard(&format!("{number}/{of}")).holds(&id)).count(), 1);
        }
    }
}
