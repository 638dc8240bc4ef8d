//! Which mentions of an article share a name, and how that name is shown.

use std::collections::{BTreeMap, HashMap};

use super::{Name, aliases::Aliases, form};
use crate::{labels::MentionType, text::Span};

/// The names of an article's mentions, and the number of each mention's name.
///
/// `mentions` are in the order of the text, with their types; REFs that stand for a named mention are to be left
/// out and take its name. Mentions share a name if they are written alike but for case, accents, punctuation and
/// legal suffix; if one is an acronym of the other, or a shortened form of exactly one fuller name; or if the user's
/// aliases say so. Only mentions of one type share a name, acronyms given in brackets aside.
pub(super) fn names(
    text: &str,
    mentions: &[(Span, MentionType)],
    sentences: &[Span],
    aliases: &Aliases,
) -> (Vec<Name>, Vec<usize>) {
    let mut article = Forms::new(text, mentions, sentences, aliases);
    article.join_suffixes();
    article.join_definitions(text, mentions);
    article.join_aliases();
    article.join_acronyms();
    article.join_shortened();
    article.into_names()
}

/// The ways of writing names that an article uses, joined to clusters that are one name each.
struct Forms<'a> {
    /// In the order of their first mentions.
    forms: Vec<Form<'a>>,
    /// For each form another one of its cluster, or itself where it stands for the cluster.
    parents: Vec<usize>,
    /// For each mention the number of its form.
    of_mention: Vec<usize>,
}

/// One way of writing a name, whatever its case and punctuation.
struct Form<'a> {
    kind: MentionType,
    /// The words that tell it apart.
    words: Vec<String>,
    /// An organisation's legal suffix.
    suffix: Vec<&'static str>,
    /// Whether the article somewhere writes it with a legal suffix: then it is no shortened form.
    full: bool,
    /// Whether only the suffix tells it apart from another name of the article.
    suffix_tells: bool,
    /// The mentions as written, with the number of times.
    written: Vec<(&'a str, usize)>,
    /// Where it stands first in the text proper, the heading aside if it can be.
    first: usize,
    /// The numbers of the sentences it stands in.
    sentences: Vec<usize>,
    /// What the user's aliases call it.
    alias: Option<&'a str>,
}

impl<'a> Forms<'a> {
    fn new(text: &'a str, mentions: &[(Span, MentionType)], sentences: &[Span], aliases: &'a Aliases) -> Self {
        let heading = heading_end(text, sentences);
        let mut numbers = HashMap::new();
        let mut forms: Vec<Form> = Vec::new();
        let of_mention = mentions
            .iter()
            .map(|&(span, kind)| {
                let written = span.of(text);
                let (words, suffix) = match kind {
                    kind if is_named(kind) => form::core_and_suffix(written, kind),
                    _ => (Vec::new(), Vec::new()),
                };
                // What has no letters and digits, or is a figure, is only like itself.
                let key = if words.is_empty() { fold(written) } else { words.concat() };
                let number = *numbers.entry((kind, key, suffix.clone())).or_insert_with(|| {
                    forms.push(Form {
                        kind,
                        words,
                        suffix,
                        full: false,
                        suffix_tells: false,
                        written: Vec::new(),
                        first: span.start,
                        sentences: Vec::new(),
                        alias: if is_named(kind) { aliases.name(written) } else { None },
                    });
                    forms.len() - 1
                });
                let form = &mut forms[number];
                if form.first < heading && span.start >= heading {
                    form.first = span.start;
                }
                match form.written.iter_mut().find(|(other, _)| *other == written) {
                    Some((_, times)) => *times += 1,
                    None => form.written.push((written, 1)),
                }
                form.sentences.push(sentences.partition_point(|sentence| sentence.start <= span.start));
                number
            })
            .collect();
        Self { parents: (0..forms.len()).collect(), forms, of_mention }
    }

    /// Joins forms that differ in their legal suffix, unless two suffixes tell them apart (`News Corp`, `News Ltd`).
    fn join_suffixes(&mut self) {
        let mut alike: BTreeMap<(MentionType, String), Vec<usize>> = BTreeMap::new();
        for (number, form) in self.forms.iter().enumerate().filter(|(_, form)| !form.words.is_empty()) {
            alike.entry((form.kind, form.words.concat())).or_default().push(number);
        }
        for numbers in alike.into_values() {
            let longest = numbers.iter().map(|&number| &self.forms[number].suffix).max_by_key(|suffix| suffix.len());
            let longest = longest.cloned().unwrap_or_default();
            let fits = |&number: &usize| self.forms[number].suffix.iter().all(|word| longest.contains(word));
            let one_name = numbers.iter().all(fits);
            for &number in &numbers {
                self.forms[number].full = !longest.is_empty();
                self.forms[number].suffix_tells = !one_name;
                if one_name {
                    self.join(numbers[0], number);
                }
            }
        }
    }

    /// Joins what the text itself puts in brackets: `Amazon Web Services (AWS)`, `Nimbus Labs ("Nimbus")`.
    fn join_definitions(&mut self, text: &str, mentions: &[(Span, MentionType)]) {
        for (number, pair) in mentions.windows(2).enumerate() {
            let ((full, _), (short, _)) = (pair[0], pair[1]);
            if !is_bracketed(text, full, short) {
                continue;
            }
            let (a, b) = (self.of_mention[number], self.of_mention[number + 1]);
            if self.abbreviates(a, b, short.of(text)) || self.abbreviates(b, a, full.of(text)) {
                self.join(a, b);
            }
        }
    }

    /// Whether form `short`, here written `written`, is a short way of writing form `full`.
    fn abbreviates(&self, full: usize, short: usize, written: &str) -> bool {
        let (full, short) = (&self.forms[full], &self.forms[short]);
        if !is_named(full.kind) || !is_named(short.kind) {
            return false;
        }
        let key = short.words.concat();
        form::initials(&full.words).contains(&key)
            || form::shortened(&full.words, full.kind).contains(&key)
            || (form::looks_like_acronym(written) && spells(&full.words, &key))
    }

    fn join_aliases(&mut self) {
        let mut first = HashMap::new();
        for number in 0..self.forms.len() {
            if let Some(alias) = self.forms[number].alias {
                let other = *first.entry(alias).or_insert(number);
                self.join(other, number);
            }
        }
    }

    /// Joins acronyms to the one full name they are the initials of.
    fn join_acronyms(&mut self) {
        let index = self.index(|form| form::initials(&form.words));
        for short in 0..self.forms.len() {
            let form = &self.forms[short];
            if !form.written.iter().any(|(written, _)| form::looks_like_acronym(written)) {
                continue;
            }
            if let Some(full) = self.only_candidate(&index, short) {
                // Two letters are too few to be sure before the full name has been given.
                if form.words.concat().chars().count() > 2 || self.forms[full].first < form.first {
                    self.join(full, short);
                }
            }
        }
    }

    /// Joins shortened forms to the one fuller name they are short for, the longest first.
    fn join_shortened(&mut self) {
        let index = self.index(|form| form::shortened(&form.words, form.kind));
        let mut longest_first: Vec<usize> = (0..self.forms.len()).collect();
        longest_first.sort_by_key(|&number| std::cmp::Reverse(self.forms[number].words.len()));
        for short in longest_first {
            if self.forms[short].full {
                continue;
            }
            if let Some(full) = self.only_candidate(&index, short)
                && self.may_shorten(full, short)
            {
                self.join(full, short);
            }
        }
    }

    /// Whether the text uses the forms as full and shortened name: people anyhow; anything else if the full one comes
    /// first, and never both in one sentence, which would tell them apart (`Google said Google Cloud grew`).
    fn may_shorten(&self, full: usize, short: usize) -> bool {
        let (full, short) = (&self.forms[full], &self.forms[short]);
        let together = || short.sentences.iter().any(|sentence| full.sentences.binary_search(sentence).is_ok());
        match full.kind {
            MentionType::Person => true,
            MentionType::Org if form::is_branch(&full.words, &short.words) => false,
            _ => full.first < short.first && !together(),
        }
    }

    /// The forms that each key can be short for.
    fn index(&self, keys: impl Fn(&Form) -> Vec<String>) -> HashMap<(MentionType, String), Vec<usize>> {
        let mut index: HashMap<_, Vec<usize>> = HashMap::new();
        for (number, form) in self.forms.iter().enumerate() {
            for key in keys(form) {
                index.entry((form.kind, key)).or_default().push(number);
            }
        }
        index
    }

    /// The form that `short` is short for, if all such forms are one name; the first of them then.
    fn only_candidate(&self, index: &HashMap<(MentionType, String), Vec<usize>>, short: usize) -> Option<usize> {
        let form = &self.forms[short];
        let candidates = index.get(&(form.kind, form.words.concat()))?;
        let others = || candidates.iter().copied().filter(|&number| number != short);
        let first = others().next()?;
        let cluster = self.cluster(first);
        others().all(|number| self.cluster(number) == cluster).then_some(first)
    }

    /// The form that stands for the form's cluster.
    fn cluster(&self, mut number: usize) -> usize {
        while self.parents[number] != number {
            number = self.parents[number];
        }
        number
    }

    /// Makes two forms one name, unless the user's aliases tell them apart.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.cluster(a), self.cluster(b));
        let (first, second) = (a.min(b), a.max(b));
        match (self.forms[first].alias, self.forms[second].alias) {
            (Some(one), Some(other)) if one != other => {}
            (one, other) => {
                self.forms[first].alias = one.or(other);
                self.parents[second] = first;
            }
        }
    }

    fn into_names(self) -> (Vec<Name>, Vec<usize>) {
        // The form that stands for a cluster is its first one, so this is the order of the text.
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for number in 0..self.forms.len() {
            members.entry(self.cluster(number)).or_default().push(number);
        }
        let mut name_of_form = vec![0; self.forms.len()];
        let mut names = Vec::with_capacity(members.len());
        for (cluster, numbers) in members {
            for &number in &numbers {
                name_of_form[number] = names.len();
            }
            let forms: Vec<&Form> = numbers.iter().map(|&number| &self.forms[number]).collect();
            names.push(name(&forms, self.forms[cluster].alias));
        }
        let of_mention = self.of_mention.iter().map(|&form| name_of_form[form]).collect();
        (names, of_mention)
    }
}

/// The name that these forms are ways of writing: the fullest, in its most usual spelling.
fn name(forms: &[&Form], alias: Option<&str>) -> Name {
    let fullest =
        forms.iter().copied().reduce(|best, next| if next.words.len() > best.words.len() { next } else { best });
    let Some(fullest) = fullest else { return Name { canonical: String::new(), kind: MentionType::Ref } };
    let kind = fullest.kind;
    let canonical = match alias {
        Some(alias) => alias.to_owned(),
        None => spelling(forms.iter().filter(|form| form.words == fullest.words)),
    };
    Name { canonical, kind }
}

/// The spelling to show for some forms: without possessive where the article has it so, the most frequent one, the first. One
/// in small and capital letters counts threefold, since headlines have all capitals.
fn spelling<'a>(forms: impl Iterator<Item = &'a &'a Form<'a>>) -> String {
    let mut spellings: Vec<(String, usize)> = Vec::new();
    for form in forms {
        for &(written, times) in &form.written {
            let as_written = !is_named(form.kind) || form.suffix_tells;
            let shown = if as_written { fold(written) } else { form::shown(written, form.kind) };
            match spellings.iter_mut().find(|(other, _)| *other == shown) {
                Some((_, all)) => *all += times,
                None => spellings.push((shown, times)),
            }
        }
    }
    let rank = |(spelling, times): &(String, usize)| {
        let possessive = spelling.ends_with("'s") || spelling.ends_with("’s");
        let mixed = spelling.contains(char::is_lowercase) && spelling.contains(char::is_uppercase);
        (!possessive, times * if mixed { 3 } else { 1 })
    };
    let better = |a: &(String, usize), b: &(String, usize)| rank(a) > rank(b);
    let best = spellings.into_iter().reduce(|best, next| if better(&next, &best) { next } else { best });
    best.map(|(spelling, _)| spelling).unwrap_or_default()
}

/// Whether mentions of this type bear a name, which can be written in several ways.
pub(super) fn is_named(kind: MentionType) -> bool {
    matches!(kind, MentionType::Org | MentionType::Person | MentionType::Product | MentionType::Place)
}

/// As written, in one line.
fn fold(written: &str) -> String {
    written.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The byte at which the text proper begins: behind a first sentence that is followed by a blank line.
fn heading_end(text: &str, sentences: &[Span]) -> usize {
    let Some(first) = sentences.first() else { return 0 };
    let gap = sentences.get(1).map_or("", |second| &text[first.end..second.start.max(first.end)]);
    if gap.matches('\n').count() > 1 { first.end } else { 0 }
}

/// Whether `second` follows `first` in brackets, with or without quotation marks.
fn is_bracketed(text: &str, first: Span, second: Span) -> bool {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '“' | '”' | '‘' | '’');
    let Some(between) = text.get(first.end..second.start) else { return false };
    let after = text[second.end..].trim_start_matches(is_quote);
    between.trim_end_matches(is_quote).trim() == "(" && after.starts_with(')')
}

/// Whether the acronym's letters stand in the name in this order, the first one at its beginning (`DTEK`, `BofA`).
fn spells(words: &[String], acronym: &str) -> bool {
    let name = words.concat();
    let mut letters = name.chars();
    name.chars().next() == acronym.chars().next() && acronym.chars().all(|c| letters.any(|letter| letter == c))
}

#[cfg(test)]
mod tests;
