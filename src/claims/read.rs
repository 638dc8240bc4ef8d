//! What one window says by itself: its mentions, and for each trigger who, whom, why.

use std::ops::Range;

use super::{
    Reason,
    confidence::all_right,
    coref::{Antecedent, antecedents},
    fit,
};
use crate::{
    labels::{MentionType, Polarity, Relation, Role, Status},
    model::WindowScores,
    text::{Document, Span, Window},
};

/// From here on a yes-or-no answer of the model is a yes.
const YES: f32 = 0.5;

/// A window's mentions and the readings of its triggers.
#[derive(Debug, Default)]
pub(super) struct WindowReading {
    pub mentions: Vec<Found>,
    pub triggers: Vec<Reading>,
}

/// A mention as one window sees it.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub span: Span,
    pub kind: MentionType,
    /// How sure the model is of the mention and, for a REF, of what it stands for.
    pub confidence: f32,
    /// Where the named mention stands that a REF stands for.
    pub antecedent: Option<Span>,
    /// Whether it stands in the window's own part.
    pub own: bool,
    /// Whether a claim or a REF of the window's own part needs it.
    pub needed: bool,
}

/// A trigger and what belongs to it.
#[derive(Debug)]
pub(super) struct Reading {
    pub trigger: Span,
    pub relation: Relation,
    pub confidence: f32,
    /// Whether it stands in the window's own part.
    pub own: bool,
    /// Every mention with a role, in the order of the text.
    pub arguments: Vec<Argument>,
    /// In the order of the text; for a trigger in the context, only those of the window's own part.
    pub reasons: Vec<Reason>,
    pub polarity: Polarity,
    pub status: Status,
    pub unnamed_source: bool,
}

/// A mention's role for a trigger.
#[derive(Debug, Clone, Copy)]
pub(super) struct Argument {
    pub role: Role,
    /// Where the mention stands.
    pub mention: Span,
    /// The model's probability of the role.
    pub confidence: f32,
}

/// Reads one window. Scores that do not fit the window are passed over.
pub(super) fn read(text: &str, document: &Document, window: &Window, scores: &WindowScores) -> WindowReading {
    let place = Place { text, document, window };
    let spans: Vec<Option<Span>> =
        scores.mentions.iter().map(|mention| bare(text, place.span(&mention.tokens)?)).collect();
    let words: Vec<&str> = spans.iter().map(|span| span.map_or("", |span| span.of(text))).collect();
    let antecedents = antecedents(scores, &words);
    let triggers = triggers(&place, scores, &spans, &antecedents);
    let mut mentions = mentions(&place, scores, &spans, &antecedents);
    mark_needed(&mut mentions, &triggers);
    WindowReading { mentions, triggers }
}

/// Where the tokens of a window stand in the text.
struct Place<'a> {
    text: &'a str,
    document: &'a Document,
    window: &'a Window,
}

impl Place<'_> {
    /// The bytes that the window's tokens cover, grown to whole words: a label that ends within a word means all of it.
    fn span(&self, tokens: &Range<usize>) -> Option<Span> {
        let all = &self.document.tokens;
        if tokens.is_empty() || tokens.end > self.window.tokens.len() {
            return None;
        }
        let (mut first, mut last) =
            (self.window.tokens.start + tokens.start, self.window.tokens.start + tokens.end - 1);
        if last >= all.len() {
            return None;
        }
        while first > 0 && self.is_one_word(all[first - 1].span, all[first].span) {
            first -= 1;
        }
        while last + 1 < all.len() && self.is_one_word(all[last].span, all[last + 1].span) {
            last += 1;
        }
        let span = Span::new(all[first].span.start, all[last].span.end);
        (!span.is_empty()).then_some(span)
    }

    /// Whether two tokens are parts of one word: nothing between them, letters or digits on both sides.
    fn is_one_word(&self, left: Span, right: Span) -> bool {
        // Scripts behind this point write words without spaces, or each sign is a token: no telling there.
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && c < '\u{2e80}');
        left.end == right.start
            && joins(left.of(self.text).chars().next_back())
            && joins(right.of(self.text).chars().next())
    }

    /// Whether a run of the window's tokens begins in the window's own part.
    fn is_own(&self, tokens: &Range<usize>) -> bool {
        self.window.own.contains(&(self.window.tokens.start + tokens.start))
    }
}

fn mentions(
    place: &Place,
    scores: &WindowScores,
    spans: &[Option<Span>],
    antecedents: &[Option<Antecedent>],
) -> Vec<Found> {
    let found = |(number, mention): (usize, &crate::model::Tagged<MentionType>)| {
        let antecedent = antecedents[number];
        Some(Found {
            span: spans[number]?,
            kind: mention.label,
            confidence: all_right([mention.confidence, antecedent.map_or(1.0, |antecedent| antecedent.confidence)]),
            antecedent: antecedent.and_then(|antecedent| spans[antecedent.mention]),
            own: place.is_own(&mention.tokens),
            needed: false,
        })
    };
    scores.mentions.iter().enumerate().filter_map(found).collect()
}

fn triggers(
    place: &Place,
    scores: &WindowScores,
    spans: &[Option<Span>],
    antecedents: &[Option<Antecedent>],
) -> Vec<Reading> {
    let reading = |(number, trigger): (usize, &crate::model::Tagged<Relation>)| {
        let own = place.is_own(&trigger.tokens);
        Some(Reading {
            trigger: place.span(&trigger.tokens)?,
            relation: trigger.label,
            confidence: trigger.confidence,
            own,
            arguments: arguments(scores, number, spans, antecedents),
            reasons: reasons(place, scores, number, own),
            polarity: if is_yes(&scores.negative, number) { Polarity::Neg } else { Polarity::Pos },
            status: scores.status.get(number).map_or(Status::Actual, |status| likeliest(Status::ALL, status).0),
            unnamed_source: is_yes(&scores.unnamed, number),
        })
    };
    scores.triggers.iter().enumerate().filter_map(reading).collect()
}

/// The mentions with a role for trigger number `trigger`. What fits a REF is what fits its antecedent.
fn arguments(
    scores: &WindowScores,
    trigger: usize,
    spans: &[Option<Span>],
    antecedents: &[Option<Antecedent>],
) -> Vec<Argument> {
    let relation = scores.triggers[trigger].label;
    let Some(row) = scores.roles.get(trigger) else { return Vec::new() };
    let argument = |(number, (mention, roles)): (usize, (&crate::model::Tagged<MentionType>, &[f32; 7]))| {
        let kind = antecedents[number].map_or(mention.label, |antecedent| scores.mentions[antecedent.mention].label);
        match fit::role(relation, kind, roles) {
            (Role::None, _) => None,
            (role, confidence) => Some(Argument { role, mention: spans[number]?, confidence }),
        }
    };
    scores.mentions.iter().zip(row).enumerate().filter_map(argument).collect()
}

fn reasons(place: &Place, scores: &WindowScores, trigger: usize, own_trigger: bool) -> Vec<Reason> {
    let Some(row) = scores.why.get(trigger) else { return Vec::new() };
    let reason = |(reason, &confidence): (&crate::model::Tagged<_>, &f32)| {
        // A run of which the model is unsure is mostly a scrap of a longer one.
        let both = all_right([reason.confidence, confidence]);
        let wanted = both > YES && (own_trigger || place.is_own(&reason.tokens));
        let span = trim(place.text, if wanted { place.span(&reason.tokens)? } else { return None })?;
        let span = within_paragraph(place.text, span)?;
        (!is_scrap(span.of(place.text))).then_some(Reason { span, kind: reason.label, confidence: both })
    };
    scores.reasons.iter().zip(row).filter_map(reason).collect()
}

/// Marks the mentions that the own part's claims and REFs need.
fn mark_needed(mentions: &mut [Found], triggers: &[Reading]) {
    let arguments: Vec<Span> = triggers
        .iter()
        .filter(|trigger| trigger.own)
        .flat_map(|trigger| &trigger.arguments)
        .map(|a| a.mention)
        .collect();
    for mention in mentions.iter_mut() {
        mention.needed = mention.own || arguments.contains(&mention.span);
    }
    let antecedents: Vec<Span> =
        mentions.iter().filter(|mention| mention.needed).filter_map(|mention| mention.antecedent).collect();
    for mention in mentions.iter_mut() {
        mention.needed |= antecedents.contains(&mention.span);
    }
}

fn is_yes(answers: &[f32], number: usize) -> bool {
    answers.get(number).is_some_and(|&answer| answer > YES)
}

/// The likeliest label and its probability; the first one where several are.
pub(super) fn likeliest<L: Copy>(labels: &[L], probabilities: &[f32; 4]) -> (L, f32) {
    let best = (1..4).fold(0, |best, next| if probabilities[next] > probabilities[best] { next } else { best });
    (labels[best], probabilities[best])
}

/// The span without white space and joining signs at its ends; `None` if nothing else is there.
fn trim(text: &str, span: Span) -> Option<Span> {
    let joins = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '—' | '–' | '-');
    let words = span.of(text);
    let start = span.start + (words.len() - words.trim_start_matches(joins).len());
    let trimmed = words.trim_matches(joins);
    (!trimmed.is_empty()).then(|| Span::new(start, start + trimmed.len()))
}

/// The longest part of the span that holds no blank line: nobody gives half a reason before one and half behind it.
fn within_paragraph(text: &str, span: Span) -> Option<Span> {
    let mut start = span.start;
    let parts = span.of(text).split("\n\n").map(|part| {
        let part_span = Span::new(start, start + part.len());
        start = part_span.end + 2;
        part_span
    });
    trim(text, parts.max_by_key(|part| part.len())?)
}

/// Whether a reason is nothing but words that only join others.
fn is_scrap(reason: &str) -> bool {
    const JOINING: &[&str] = &[
        "a", "an", "and", "as", "at", "be", "been", "but", "by", "for", "from", "had", "has", "have", "in", "is", "it",
        "its", "not", "of", "on", "or", "so", "that", "the", "their", "they", "this", "to", "was", "were", "which",
        "with",
    ];
    let mut words = reason.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.all(|word| JOINING.contains(&word.to_lowercase().as_str()))
}

/// A mention's span without a bracket that opens in it and does not close (`Gillette Co <GS`), and without signs at its ends
/// that are no part of a name; `None` if nothing else is there.
fn bare(text: &str, span: Span) -> Option<Span> {
    const SIGNS: &[char] = &['<', '>', '*', '|', ',', ';', ':', '\'', '’', '‘', '"', '“', '”', '—', '–', '-', '/', '.'];
    let is_sign = |c: char| c.is_whitespace() || SIGNS.contains(&c);
    let words = span.of(text);
    let start = words.len() - words.trim_start_matches(is_sign).len();
    let words = &words[start..];
    let opens = |(open, close): (char, char)| words.rfind(open).filter(|&at| !words[at..].contains(close));
    let cut = [('<', '>'), ('(', ')'), ('[', ']')].into_iter().filter_map(opens).min().unwrap_or(words.len());
    // A point may belong to an abbreviation.
    let kept = words[..cut].trim_end_matches(|c| is_sign(c) && c != '.');
    let start = span.start + start;
    kept.contains(char::is_alphanumeric).then(|| Span::new(start, start + kept.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_keeps_what_is_part_of_a_name() {
        let shown = |text: &'static str| bare(text, Span::new(0, text.len())).map(|span| span.of(text));
        assert_eq!(shown("Gillette Co <GS"), Some("Gillette Co"));
        assert_eq!(shown("Industrial Equity (Pacific)"), Some("Industrial Equity (Pacific)"));
        assert_eq!(shown("Borman'"), Some("Borman"));
        assert_eq!(shown("<Exco International"), Some("Exco International"));
        assert_eq!(shown("$5 million"), Some("$5 million"));
        assert_eq!(shown("Acme Corp."), Some("Acme Corp."));
        assert_eq!(shown("<"), None);
    }
}
