//! Reading the inline form.

use super::{
    check::{self, Fault},
    claim_line, is_space,
    record::{AnnotatedSpan, Record},
    tag::{Tag, tag},
};
use crate::{labels::SentenceKind, text::Span};

/// The line between the parts of a record.
pub(super) const PART: &str = "\n---\n";
/// What a record's first line starts with.
pub(super) const START: &str = "=== ";

/// A record as it stands in a file, read or refused.
#[derive(Debug)]
pub(super) struct Parsed {
    /// Its id, as far as it can be told.
    pub id: String,
    /// The number of the line it starts at, or the one that holds the fault; from 1.
    pub line: usize,
    /// The record.
    pub record: Result<Record, Fault>,
}

/// Reads the records of a file's contents. Whatever stands before the first `=== ` is not part of any.
pub(super) fn records(contents: &str) -> Vec<Parsed> {
    let contents = contents.strip_prefix('\u{feff}').unwrap_or(contents).replace("\r\n", "\n").replace('\r', "\n");
    let starts: Vec<usize> = contents
        .match_indices(START)
        .map(|(at, _)| at)
        .filter(|&at| at == 0 || contents[..at].ends_with('\n'))
        .collect();
    let ends = starts.iter().skip(1).copied().chain([contents.len()]);
    let mut line = 1;
    let mut read_to = 0;
    let mut records = Vec::with_capacity(starts.len());
    for (&start, end) in starts.iter().zip(ends) {
        line += newlines(&contents[read_to..start]);
        read_to = start;
        let raw = &contents[start + START.len()..end];
        let (record, fault_at) = match record(raw) {
            Ok(record) => (Ok(record), 0),
            Err((at, fault)) => (Err(fault), at),
        };
        let id = raw.lines().next().unwrap_or_default().trim_matches(is_space).to_owned();
        records.push(Parsed { id, line: line + newlines(&raw[..fault_at]), record });
    }
    records
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|&b| b == b'\n').count()
}

/// Reads one record, without its `=== `. A fault comes with the byte it was found at; 0 if it concerns the whole.
fn record(raw: &str) -> Result<Record, (usize, Fault)> {
    let (head, rest) = raw.split_once(PART).ok_or((0, Fault::Parts))?;
    let (marked, lines) = match rest.split_once(PART) {
        Some(parts) => parts,
        // A record with no claim may end right behind its last `---`.
        None => (rest.trim_end_matches(is_space).strip_suffix(PART.trim_end()).ok_or((0, Fault::Parts))?, ""),
    };
    let marked_at = head.len() + PART.len();
    let lines_at = marked_at + marked.len() + PART.len();
    if let Some(at) = lines.find(PART) {
        return Err((lines_at + at + 1, Fault::Parts));
    }
    let (id, fields) = header(head);
    let body = marked.trim_start_matches('\n');
    let body_at = marked_at + marked.len() - body.len();
    let mut record =
        Record { id, fields, text: String::new(), sentences: Vec::new(), spans: Vec::new(), claims: Vec::new() };
    read_text(&mut record, body.trim_end_matches('\n')).map_err(|(at, fault)| (body_at + at, fault))?;
    let mut at = lines_at;
    for line in lines.split('\n') {
        if !line.trim_matches(is_space).is_empty() {
            let claim = claim_line::read(line, &record).map_err(|fault| (at, fault))?;
            record.claims.push(claim);
        }
        at += line.len() + 1;
    }
    check::record(&record).map_err(|fault| (0, fault))?;
    Ok(record)
}

/// The id and the `key: value` lines; of a key that comes again the last value counts. Other lines are notes.
fn header(head: &str) -> (String, Vec<(String, String)>) {
    let mut lines = head.trim_matches(is_space).split('\n');
    let id = lines.next().unwrap_or_default().trim_matches(is_space).to_owned();
    let mut fields: Vec<(String, String)> = Vec::new();
    for (key, value) in lines.filter_map(|line| line.split_once(": ")) {
        match fields.iter_mut().find(|(k, _)| k == key) {
            Some(field) => field.1 = value.to_owned(),
            None => fields.push((key.to_owned(), value.to_owned())),
        }
    }
    (id, fields)
}

/// Takes the marks out of `body` and fills the record's text, sentences and spans.
fn read_text(record: &mut Record, body: &str) -> Result<(), (usize, Fault)> {
    let mut open: Vec<AnnotatedSpan> = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find(['<', '[']) {
        record.text.push_str(&rest[..at]);
        rest = &rest[at..];
        let here = body.len() - rest.len();
        let length = match tag(rest).map_err(|fault| (here, fault))? {
            Some((tag, length)) => {
                apply(record, &mut open, tag).map_err(|fault| (here, fault))?;
                length
            }
            None => {
                record.text.push_str(&rest[..1]);
                1
            }
        };
        rest = &rest[length..];
    }
    record.text.push_str(rest);
    match open.pop() {
        Some(span) => Err((0, Fault::Open(span.name))),
        None => Ok(()),
    }
}

/// Does what one mark says; `open` holds the spans that have not ended, outermost first.
fn apply(record: &mut Record, open: &mut Vec<AnnotatedSpan>, tag: Tag) -> Result<(), Fault> {
    let here = record.text.len();
    match tag {
        Tag::Sentence(kind) => sentence(record, open, kind),
        Tag::Open(name, _) if record.span(name).is_some() || open.iter().any(|span| span.name == name) => {
            Err(Fault::NameTwice(name.to_owned()))
        }
        Tag::Open(name, label) => {
            open.push(AnnotatedSpan { name: name.to_owned(), span: Span::new(here, here), label });
            Ok(())
        }
        Tag::Close(name) => {
            let mut span = open.pop_if(|span| span.name == name).ok_or_else(|| Fault::Crossing {
                name: name.to_owned(),
                open: open.last().map(|span| span.name.clone()),
            })?;
            span.span.end = here;
            let covered = span.span.of(&record.text);
            if covered.is_empty() || covered.starts_with(is_space) || covered.ends_with(is_space) {
                return Err(Fault::Edges { name: span.name, text: covered.to_owned() });
            }
            record.spans.push(span);
            Ok(())
        }
    }
}

fn sentence(record: &mut Record, open: &[AnnotatedSpan], kind: SentenceKind) -> Result<(), Fault> {
    if let Some(span) = open.last() {
        return Err(Fault::MarkInside(span.name.clone()));
    }
    record.sentences.push((record.text.len(), kind));
    Ok(())
}
