//! A text cut into sentences, word pieces and windows, with exact offsets into the original.

mod span;

pub use span::{CharIndex, Span};
