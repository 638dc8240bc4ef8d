//! Bytes to text: which encoding, and what becomes of characters that no text needs.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, X_USER_DEFINED};

use super::error::ReadError;

/// A decoded text.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, [`clean`].
    pub text: String,
    /// The name of the encoding it was in.
    pub encoding: &'static str,
}

/// Decodes a file and cleans its text.
///
/// # Errors
/// If it is a binary file: more than one character in fifty is a control character.
pub fn decode(bytes: &[u8], declared: Option<&'static Encoding>) -> Result<Decoded, ReadError> {
    let (text, encoding) = to_text(bytes, declared);
    if is_binary(&text) {
        return Err(ReadError::Binary);
    }
    Ok(Decoded { text: clean(&text), encoding })
}

/// The text of `bytes` and the encoding it is in, by: byte order mark, the look of UTF-32 and UTF-16, what the file
/// itself declares, UTF-8 if it is valid or nearly so, and otherwise the likeliest of the Encoding Standard's.
/// What cannot be decoded becomes U+FFFD.
pub fn to_text<'a>(bytes: &'a [u8], declared: Option<&'static Encoding>) -> (Cow<'a, str>, &'static str) {
    if let Some((order, start)) = utf_32(bytes) {
        return (Cow::Owned(decode_utf_32(&bytes[start..], order)), order.name());
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return (encoding.decode_without_bom_handling(&bytes[length..]).0, encoding.name());
    }
    let encoding =
        utf_16(bytes).or_else(|| declared.filter(|encoding| tells(encoding))).unwrap_or_else(|| guess(bytes));
    (encoding.decode_without_bom_handling(bytes).0, encoding.name())
}

/// Whether a declaration within the bytes says more than that they are like ASCII. UTF-16 cannot be declared that way.
fn tells(declared: &Encoding) -> bool {
    ![UTF_8, UTF_16LE, UTF_16BE, REPLACEMENT, X_USER_DEFINED].contains(&declared)
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    // Another encoding's text hardly ever holds well-formed UTF-8; a few bad bytes in UTF-8 are damage.
    if bad == 0 || good > 4 * bad {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// UTF-16 without a byte order mark: text with Latin letters or spaces, every other byte of which is NUL.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096)];
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), sample.len() / 2);
    if odd > pairs / 4 && even <= pairs / 50 {
        Some(UTF_16LE)
    } else if even > pairs / 4 && odd <= pairs / 50 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The byte order of UTF-32.
#[derive(Debug, Clone, Copy)]
enum Utf32 {
    Little,
    Big,
}

impl Utf32 {
    const fn name(self) -> &'static str {
        match self {
            Self::Little => "UTF-32LE",
            Self::Big => "UTF-32BE",
        }
    }

    fn char(self, bytes: [u8; 4]) -> Option<char> {
        char::from_u32(match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        })
    }
}

/// Whether `bytes` are UTF-32, and where the text starts: behind a byte order mark, or at 0 where each of the first
/// characters is one, which no other encoding's bytes come near.
fn utf_32(bytes: &[u8]) -> Option<(Utf32, usize)> {
    if bytes.len().is_multiple_of(4) {
        if bytes.starts_with(&[0xFF, 0xFE, 0, 0]) {
            return Some((Utf32::Little, 4));
        }
        if bytes.starts_with(&[0, 0, 0xFE, 0xFF]) {
            return Some((Utf32::Big, 4));
        }
    }
    let quads = bytes[..bytes.len().min(4096)].as_chunks().0;
    let all = |order: Utf32| quads.iter().all(|&quad| order.char(quad).is_some_and(|c| c != '\0'));
    let order = [Utf32::Little, Utf32::Big].into_iter().find(|&order| all(order));
    order.filter(|_| quads.len() > 1).map(|order| (order, 0))
}

fn decode_utf_32(bytes: &[u8], order: Utf32) -> String {
    let (quads, rest) = bytes.as_chunks();
    let chars = quads.iter().map(|&quad| order.char(quad).unwrap_or(char::REPLACEMENT_CHARACTER));
    chars.chain((!rest.is_empty()).then_some(char::REPLACEMENT_CHARACTER)).collect()
}

fn is_binary(text: &str) -> bool {
    let (mut controls, mut all) = (0, 0);
    for c in text.chars() {
        all += 1;
        controls += usize::from(c.is_control() && !c.is_whitespace());
    }
    controls > 4 && controls * 50 > all
}

/// The text with LF at the end of every line, and a space for every control character other than LF and tab, so that
/// words that one stood between stay apart. Not a letter is lost.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        clean.push(match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                '\n'
            }
            '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            '\n' | '\t' => c,
            c if c.is_control() => ' ',
            c => c,
        });
    }
    clean
}

#[cfg(test)]
mod tests {
    use encoding_rs::{SHIFT_JIS, WINDOWS_1252};
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "Zoë paid €3m — “in cash”, naïvely. Überraschung!";

    fn utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    fn utf_32(text: &str, to_bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
        text.chars().flat_map(|c| to_bytes(u32::from(c))).collect()
    }

    fn reads(bytes: &[u8], encoding: &str) {
        let decoded = decode(bytes, None).unwrap();
        assert_eq!((decoded.text.as_str(), decoded.encoding), (TEXT, encoding));
    }

    #[test]
    fn unicode_is_read_with_and_without_its_mark() {
        let marked = format!("\u{FEFF}{TEXT}");
        for text in [TEXT, &marked] {
            reads(text.as_bytes(), "UTF-8");
            reads(&utf_16(text, u16::to_le_bytes), "UTF-16LE");
            reads(&utf_16(text, u16::to_be_bytes), "UTF-16BE");
            reads(&utf_32(text, u32::to_le_bytes), "UTF-32LE");
            reads(&utf_32(text, u32::to_be_bytes), "UTF-32BE");
        }
    }

    #[test]
    fn older_encodings_are_detected_or_declared() {
        reads(&WINDOWS_1252.encode(TEXT).0, "windows-1252");
        let japanese = "提携";
        let decoded = decode(&SHIFT_JIS.encode(japanese).0, Some(SHIFT_JIS)).unwrap();
        assert_eq!((decoded.text.as_str(), decoded.encoding), (japanese, "Shift_JIS"));
    }

    #[test]
    fn a_bad_byte_does_not_turn_utf_8_into_something_else() {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes.push(0xFF);
        let decoded = decode(&bytes, None).unwrap();
        assert_eq!((decoded.text, decoded.encoding), (format!("{TEXT}\u{FFFD}"), "UTF-8"));
    }

    #[test]
    fn controls_become_spaces_and_line_ends_become_one() {
        let decoded = decode(b"a\0b\r\nc\rd\ne\tf\x0cg", None).unwrap();
        assert_eq!(decoded.text, "a b\nc\nd\ne\tf g");
    }

    #[test]
    fn binary_files_are_refused() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x06\0\0\0\x1f\xf3\xffa";
        assert!(matches!(decode(png, None), Err(ReadError::Binary)));
        assert!(matches!(decode(&[0; 100], None), Err(ReadError::Binary)));
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_clean_text(bytes in any::<Vec<u8>>()) {
            let text = clean(&to_text(&bytes, None).0);
            prop_assert!(!text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
        }

        #[test]
        fn no_letter_is_lost(text in any::<String>()) {
            let letters = |text: &str| text.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&clean(&text)), letters(&text));
        }
    }
}
