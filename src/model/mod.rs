//! The transformer: windows of word pieces in, scores out.

mod scores;

pub use scores::{Tagged, WindowScores};
