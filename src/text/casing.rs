//! The capitals that an uncased vocabulary throws away.

/// The class of a piece's capitals in the original; the numbers are the rows of the model's casing embedding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Casing {
    /// Nothing of the text: the pieces that frame and pad a window.
    Special = 0,
    /// `cloud`
    Lower = 1,
    /// `Cloud`, or a single capital
    Capitalised = 2,
    /// `AWS`
    Upper = 3,
    /// Letters and digits: `q3`
    Alphanumeric = 4,
    /// Neither letters nor digits.
    Punctuation = 5,
    /// Digits and no letters.
    Number = 6,
    /// Any other: `eBay`, scripts without capitals.
    Mixed = 7,
}

impl Casing {
    /// How many classes there are.
    pub const COUNT: usize = 8;

    /// The class of `piece`, a part of the original text.
    pub fn of(piece: &str) -> Self {
        let mut chars = piece.chars();
        let Some(first) = chars.next() else { return Self::Special };
        let rest = chars.as_str();
        match (piece.contains(char::is_alphabetic), piece.contains(is_digit)) {
            (false, false) => Self::Punctuation,
            (false, true) => Self::Number,
            (true, true) => Self::Alphanumeric,
            (true, false) if is_lower(piece) => Self::Lower,
            (true, false) if !rest.is_empty() && is_upper(piece) => Self::Upper,
            (true, false) if first.is_uppercase() && (rest.is_empty() || is_lower(rest)) => Self::Capitalised,
            (true, false) => Self::Mixed,
        }
    }
}

/// Digits as the training data counted them: not fractions (`½`) nor Roman numerals (`Ⅳ`).
fn is_digit(c: char) -> bool {
    c.is_numeric() && !c.is_alphabetic() && !matches!(c, '¼'..='¾' | '\u{2150}'..='\u{215f}')
}

/// Whether there are small letters and no capitals.
fn is_lower(s: &str) -> bool {
    s.contains(char::is_lowercase) && !s.contains(char::is_uppercase)
}

/// Whether there are capitals and no small letters.
fn is_upper(s: &str) -> bool {
    s.contains(char::is_uppercase) && !s.contains(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_have_the_class_of_their_capitals() {
        for (class, pieces) in [
            (Casing::Special, vec![""]),
            (Casing::Lower, vec!["cloud", "ß", "é"]),
            (Casing::Capitalised, vec!["Cloud", "A", "Ørsted"]),
            (Casing::Upper, vec!["AWS", "ÅÄ"]),
            (Casing::Alphanumeric, vec!["Q3", "3d", "x²"]),
            (Casing::Punctuation, vec![".", "$", "½", "👍", " "]),
            (Casing::Number, vec!["7", "1987", "²"]),
            (Casing::Mixed, vec!["eBay", "OpenAI", "中", "ل"]),
        ] {
            for piece in pieces {
                assert_eq!(Casing::of(piece), class, "{piece:?}");
            }
        }
    }
}
