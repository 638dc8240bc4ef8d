//! A text cut into sentences, word pieces and windows, with exact offsets into the original.

mod casing;
mod lines;
mod sentence;
mod span;
mod token;
mod window;

pub use casing::Casing;
pub use sentence::sentences;
pub use span::{CharIndex, Span};
pub use token::{Token, Tokenizer, TokenizerError};
pub use window::{Document, Window, WindowOptions, windows};

#[cfg(test)]
pub(crate) mod testing {
    //! What tests of several modules need.

    use std::path::Path;

    use proptest::prelude::*;

    use super::Tokenizer;

    /// A tokenizer of a few hundred pieces, built like the real ones.
    pub(crate) fn tokenizer() -> Tokenizer {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tokenizer.json");
        Tokenizer::from_file(&path).expect("the fixture is a good tokenizer")
    }

    /// Texts that look like prose, mixed with everything Unicode has to trip over.
    pub(crate) fn wild_text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[A-Za-z]{1,12} ",
            2 => prop::sample::select(vec![
                "Inc. ", "U.S. ", "No. 1 ", "e.g. ", "...", ". ", "? \"", "!” ", "… ", "\n", "\r\n", "\n\n", "\n    ", "\n- ", " \t",
                "e\u{301}", "\u{301}\u{323}", "a\u{200b}b", "\u{ad}", "\0", "\u{fffd}", "\u{7f}", "\u{85}", "\u{b}\u{c}", "\u{2028}",
                "\u{feff}", "中文。", "한국", "\u{1112}\u{1161}", "ﷺ", "שלום ", "مرحبا ", "👩‍👩‍👧", "🇩🇪", "İ", "ẞ", "ǅ", "½", "Ⅳ", "২", "[CLS]", "</s>", "[UNK]",
                "\u{9cb}", "ﬁ", "Å", "\u{1d400}", "\u{e000}", "\u{10ffff}",
            ]).prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
            1 => "[a-z0-9]{90,120}",
        ];
        prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }
}
