//! Word pieces with their places in the original text.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tokenizers::{Model, ModelWrapper};

use super::{Casing, Span};

/// A text longer than this, in bytes, is cut at white space before it goes to the tokenizer, which needs many times the
/// memory of what it is given.
const CHUNK: usize = 1 << 14;

/// A word longer than this, in bytes, is cut too. The tokenizer takes any word of over 100 characters as unknown.
const LONGEST_WORD: usize = 1 << 18;

/// A word piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its number in the vocabulary.
    pub id: u32,
    /// Its place in the text, in bytes. Pieces are in order; several may share the place of one character (`한`).
    pub span: Span,
    /// Its capitals in the text.
    pub casing: Casing,
}

/// A tokenizer file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
    /// The file cannot be read.
    #[error("cannot read the tokenizer {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is something else.
    #[error("{} is not a tokenizer that tieup can use: {reason}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Cuts texts into the word pieces of an uncased BERT-like vocabulary.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    first: u32,
    last: u32,
    pad: u32,
    unknown: u32,
}

impl Tokenizer {
    /// Reads a `tokenizer.json`; the padding and truncation it asks for are ignored.
    ///
    /// # Errors
    /// If the file cannot be read, or is not a WordPiece tokenizer that puts one piece in front of a text and one behind it.
    pub fn from_file(path: &Path) -> Result<Self, TokenizerError> {
        let bytes = fs::read(path).map_err(|source| TokenizerError::Read { path: path.to_owned(), source })?;
        Self::from_bytes(&bytes).map_err(|reason| TokenizerError::Unusable { path: path.to_owned(), reason })
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let mut inner = tokenizers::Tokenizer::from_bytes(bytes).map_err(|error| error.to_string())?;
        let ModelWrapper::WordPiece(model) = inner.get_model() else {
            return Err("its model is not WordPiece".to_owned());
        };
        let unknown = model.token_to_id(&model.unk_token).ok_or("its vocabulary has no piece for unknown words")?;
        let pad = ["<pad>", "[PAD]"].iter().find_map(|piece| inner.token_to_id(piece));
        let pad = pad.ok_or("its vocabulary has neither <pad> nor [PAD]")?;
        inner.with_padding(None).with_truncation(None).map_err(|error| error.to_string())?;
        // `<s>` in an article is three signs of punctuation, not the frame of a window.
        inner.set_encode_special_tokens(true);
        let frame = inner.encode("", true).map_err(|error| error.to_string())?;
        let &[first, last] = frame.get_ids() else {
            return Err("its post-processor must put one piece in front of a text and one behind it".to_owned());
        };
        Ok(Self { inner, first, last, pad, unknown })
    }

    /// The word pieces of `text`, in order, without special ones.
    pub fn tokens(&self, text: &str) -> Vec<Token> {
        let mut tokens = Vec::with_capacity(text.len() / 4);
        for chunk in chunks(text) {
            // WordPiece with a piece for unknown words does not fail. Should it, the chunk is one unknown word.
            let pieces = self.inner.encode(chunk.of(text), false).map_or_else(
                |_| vec![(self.unknown, (0, chunk.len()))],
                |encoding| encoding.get_ids().iter().copied().zip(encoding.get_offsets().iter().copied()).collect(),
            );
            tokens.extend(pieces.into_iter().map(|(id, (start, end))| {
                let span = Span::new(chunk.start + start, chunk.start + end);
                Token { id, span, casing: Casing::of(span.of(text)) }
            }));
        }
        tokens
    }

    /// The piece that goes in front of a window: `[CLS]` or `<s>`.
    pub fn first(&self) -> u32 {
        self.first
    }

    /// The piece that goes behind a window: `[SEP]` or `</s>`.
    pub fn last(&self) -> u32 {
        self.last
    }

    /// The piece that fills up a short window: `[PAD]` or `<pad>`.
    pub fn pad(&self) -> u32 {
        self.pad
    }
}

/// Cuts `text` into parts that can be tokenized one by one with the same result.
fn chunks(text: &str) -> impl Iterator<Item = Span> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = &text[start..];
        // Only these two: other white space is a control character to BERT, which takes it away, so that a word goes on.
        let is_gap = |c: char| matches!(c, ' ' | '\n');
        let near = &rest[..char_boundary(rest, CHUNK)];
        let end = if near.len() == rest.len() {
            rest.len()
        } else if let Some(gap) = near.rfind(is_gap) {
            gap + 1
        } else {
            let far = char_boundary(rest, LONGEST_WORD);
            rest[..far].find(is_gap).map_or(far, |gap| gap + 1)
        };
        let chunk = Span::new(start, start + end);
        start = chunk.end;
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// The end of the longest beginning of `text` that has at most `bytes` bytes.
fn char_boundary(text: &str, bytes: usize) -> usize {
    (0..=bytes.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokenizers::{NormalizedString, Normalizer, normalizers::BertNormalizer};

    use super::*;
    use crate::text::testing::{tokenizer, wild_text};

    fn pieces<'a>(tokenizer: &Tokenizer, text: &'a str) -> Vec<(String, &'a str, Casing)> {
        let piece = |token: Token| {
            (tokenizer.inner.id_to_token(token.id).unwrap_or_default(), token.span.of(text), token.casing)
        };
        tokenizer.tokens(text).into_iter().map(piece).collect()
    }

    #[test]
    fn pieces_know_their_place_and_their_capitals() {
        use Casing::{Capitalised, Lower, Mixed, Number, Punctuation};
        let expected = [
            ("cloud", "Cloud", Capitalised),
            ("##s", "s", Lower),
            ("at", "ät", Lower),
            ("a", "A", Capitalised),
            ("##w", "W", Capitalised),
            ("3", "3", Number),
            (",", ",", Punctuation),
            ("\u{1112}", "한", Mixed),
            ("##\u{1161}", "한", Mixed),
            ("##\u{11ab}", "한", Mixed),
            ("[UNK]", "語", Mixed),
        ];
        let found = pieces(&tokenizer(), "Clouds ät AW 3,한 語");
        assert_eq!(found, expected.map(|(piece, part, casing)| (piece.to_owned(), part, casing)));
    }

    #[test]
    fn special_pieces_in_a_text_are_text() {
        let tokenizer = tokenizer();
        let special = [tokenizer.first(), tokenizer.last(), tokenizer.pad()];
        let text = "[CLS] is [SEP] or [PAD]";
        assert!(tokenizer.tokens(text).iter().all(|token| !special.contains(&token.id)));
    }

    #[test]
    fn long_texts_are_cut_without_a_trace() {
        let tokenizer = tokenizer();
        let text = "the deal, 合作 with Ünïon\n".repeat(2 * CHUNK / 20) + &"x".repeat(3 * CHUNK) + " the end";
        let whole = tokenizer.inner.encode(text.as_str(), false).unwrap();
        let ids: Vec<_> = tokenizer.tokens(&text).iter().map(|token| token.id).collect();
        let spans: Vec<_> = tokenizer.tokens(&text).iter().map(|token| (token.span.start, token.span.end)).collect();
        assert_eq!((ids.as_slice(), spans.as_slice()), (whole.get_ids(), whole.get_offsets()));
    }

    #[test]
    fn a_bad_file_is_an_error_that_says_why() {
        let error = Tokenizer::from_file(Path::new("no/such/tokenizer.json")).unwrap_err();
        assert!(error.to_string().starts_with("cannot read the tokenizer no/such/tokenizer.json: "), "{error}");
        let error = Tokenizer::from_bytes(br#"{"model": {"type": "BPE", "vocab": {}, "merges": []}}"#).unwrap_err();
        assert_eq!(error, "its model is not WordPiece");
    }

    fn normalised(text: &str) -> String {
        let mut string = NormalizedString::from(text);
        BertNormalizer::default().normalize(&mut string).unwrap();
        string.get().trim().to_owned()
    }

    proptest! {
        #[test]
        fn the_text_at_a_token_is_what_its_piece_says(text in wild_text()) {
            let tokenizer = tokenizer();
            let tokens = tokenizer.tokens(&text);
            let mut before = Span::new(0, 0);
            for same in tokens.chunk_by(|a, b| a.span == b.span) {
                let span = same[0].span;
                prop_assert!(before.end <= span.start && !span.is_empty() && span.end <= text.len());
                before = span;
                if same.iter().all(|token| token.id != tokenizer.unknown) {
                    let piece = same.iter().filter_map(|token| tokenizer.inner.id_to_token(token.id));
                    let piece: String = piece.map(|piece| piece.trim_start_matches("##").to_owned()).collect();
                    prop_assert_eq!(piece, normalised(span.of(&text)));
                }
            }
        }

        #[test]
        fn chunks_cover_the_text(text in wild_text(), times in 1..40_usize) {
            let text = text.repeat(times);
            let mut end = 0;
            for chunk in chunks(&text) {
                prop_assert_eq!(chunk.start, end);
                end = chunk.end;
            }
            prop_assert_eq!(end, text.len());
        }
    }
}
