//! Which records are for training, which for choosing, and which for the last judgement.

use std::fmt;

use sha1::{Digest, Sha1};

/// One of the three parts of a corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// To learn from.
    Train,
    /// To compare models and settings by.
    Dev,
    /// To judge a finished model by.
    Test,
}

impl Part {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Train, Self::Dev, Self::Test];

    /// The part that the record of this id belongs to, of which `held_out` in a hundred are for dev and as many for test.
    ///
    /// It depends on the id alone, so it never changes as a corpus grows. Labels of a whole article (`full-X`) go where
    /// those of a window of it (`X`) go.
    pub fn of(id: &str, held_out: u8) -> Self {
        let digest = Sha1::digest(id.strip_prefix("full-").unwrap_or(id));
        let place = digest.iter().fold(0u32, |rest, &byte| (rest * 256 + u32::from(byte)) % 100);
        let held_out = u32::from(held_out);
        match place {
            _ if place < held_out => Self::Dev,
            _ if place < 2 * held_out => Self::Test,
            _ => Self::Train,
        }
    }

    /// The name of its folder or file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Dev => "dev",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_stays_where_it_was_put() {
        // The SHA-1 of these ids modulo 100 is 90, 19, 4 and 4, by another implementation.
        assert_eq!(Part::of("cloud-0001", 10), Part::Train);
        assert_eq!(Part::of("cloud-0029", 10), Part::Test);
        assert_eq!(Part::of("cloud-0029", 7), Part::Train);
        assert_eq!(Part::of("cloud-0020", 7), Part::Dev);
        assert_eq!(Part::of("core-e8245058", 7), Part::Dev);
    }

    #[test]
    fn a_window_and_its_whole_article_stay_together() {
        for id in ["a", "b", "c", "d", "e", "f"] {
            assert_eq!(Part::of(&format!("full-{id}"), 10), Part::of(id, 10));
        }
    }
}
