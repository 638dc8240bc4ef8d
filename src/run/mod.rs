//! The batch: many articles through the whole road, in parallel, with the results in the order of the input.
//!
//! [`Plan`] finds what to read. [`extract`] runs it into a folder, [`stream`] from standard input to standard output.
//! Both drive the same pipeline: one thread at a time takes the next article, all threads of a pool read and
//! tokenise, as many workers as asked for run the model, and the results are put back in order. What is between the
//! first and the last step is bounded by a budget of bytes, so that memory does not grow with the corpus.
//!
//! **Same bytes.** What the model sees together decides the last bits of its answers. So a batch holds windows of one
//! group of articles only, and the input alone decides on the groups: short articles that follow one another, and
//! where answers are streamed, each one alone. A shard is made of whole groups. The results depend on nothing but the
//! input, the model and the options, whatever the number of workers, of shards, or of runs that were stopped and resumed in
//! between.
//!
//! **Never lost.** Each finished article goes into a journal in the output folder, from which the next run with
//! `resume` takes it. Outputs are written anew from the start, and appear only when complete.

mod analyst;
mod batch;
mod budget;
mod compare;
mod counts;
mod error;
mod extract;
mod feed;
mod hash;
mod journal;
mod machine;
mod manifest;
mod merge;
mod options;
mod order;
mod pipeline;
mod plan;
mod results;
mod scorer;
mod shard;
mod shard_file;
mod stream;
mod summary;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod verify;
mod work;

pub use analyst::Size;
pub use compare::Difference;
pub use counts::Counts;
pub use error::RunError;
pub use extract::{Event, Extraction, Unfinished, extract};
pub use journal::begun_in;
pub use manifest::{Manifest, ModelRecord, Seconds};
pub use merge::merge;
pub use options::{ExtractOptions, OutputFormat};
pub use plan::Plan;
pub use scorer::{Scorer, SharedModel};
pub use shard::Shard;
pub use stream::stream;
pub use summary::{Highlight, Summary};
pub use verify::verify;
