//! Writing the inline form.

use std::fmt::{self, Write};

use super::{
    parse::{PART, START},
    record::{Record, SpanLabel},
};

/// The record in the inline form of `corpus/GUIDELINES.md`, with an empty line behind it.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{START}{}", self.id)?;
        for (key, value) in &self.fields {
            write!(f, "\n{key}: {value}")?;
        }
        f.write_str(PART)?;
        write_text(self, f)?;
        f.write_str(PART)?;
        for claim in &self.claims {
            writeln!(f, "{claim}")?;
        }
        f.write_char('\n')
    }
}

fn write_text(record: &Record, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut written = 0;
    for (at, mark) in marks(record) {
        f.write_str(&record.text[written..at])?;
        f.write_str(&mark)?;
        written = at;
    }
    f.write_str(&record.text[written..])
}

/// All marks with the byte they stand before, in order. At one byte, first spans end, then a sentence starts,
/// then spans start. The spans come in the order of their ends, so the later of two is the outer one.
fn marks(record: &Record) -> Vec<(usize, String)> {
    let mut starts: Vec<_> = record.spans.iter().rev().collect();
    starts.sort_by_key(|span| span.span.start);
    let ends = record.spans.iter().map(|span| (span.span.end, format!("</{}>", span.name)));
    let sentences = record.sentences.iter().map(|&(at, kind)| (at, format!("[{kind}] ")));
    let starts = starts.into_iter().map(|span| {
        let tag = match &span.label {
            SpanLabel::Trigger => format!("<{}>", span.name),
            label => format!("<{} {label}>", span.name),
        };
        (span.span.start, tag)
    });
    let mut marks: Vec<_> = ends.chain(sentences).chain(starts).collect();
    marks.sort_by_key(|&(at, _)| at);
    marks
}
