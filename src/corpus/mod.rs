//! Annotated passages: the inline form that people write (`corpus/GUIDELINES.md`), the stand-off labels of texts
//! that are not ours to copy, and what keeps both in order.
//!
//! [`load`] is the way in for whoever trains or measures a model.

mod check;
mod claim_line;
mod load;
mod odd;
mod overlap;
mod parse;
mod record;
mod repeat;
mod sets;
mod split;
pub mod standoff;
mod stats;
mod tag;
mod texts;
mod write;

pub use check::Fault;
pub use load::{CorpusError, CorpusFile, LeftOut, Loaded, Missing, load, read};
pub use odd::{Odd, OddKind, odd};
pub use overlap::{NearDuplicate, near_duplicates, shared_names};
pub use record::{AnnotatedClaim, AnnotatedSpan, ClaimSource, Record, SpanLabel};
pub use sets::{CorpusSet, sets};
pub use split::Part;
pub use stats::{Stats, StatsTable};
pub use texts::{Text, Texts};

/// White space as the annotation format has it: Unicode's, and the four information separators of ASCII.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\x1c'..='\x1f')
}

#[cfg(test)]
mod tests;

/// The one record in `text`, for tests.
#[cfg(test)]
pub(crate) fn record(text: &str) -> Record {
    parse::records(text).remove(0).record.expect("a record without a fault")
}
