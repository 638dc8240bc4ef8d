//! The transformer: windows of word pieces in, scores out.

mod calibration;
mod config;
mod encoder;
mod error;
mod folder;
mod heads;
mod layer;
mod network;
mod precision;
mod scores;
mod stored;
mod tags;
mod weights;

pub use calibration::{Calibration, ClaimSettings};
pub use config::{Architecture, ModelConfig};
pub use encoder::{Batch, Encoder};
pub use error::ModelError;
pub use folder::{default_folder, files, sha256};
pub use heads::{Heads, PairLogits, SpanSet};
pub(crate) use network::sentence_means;
pub use network::{Model, WindowInput};
pub use precision::Precision;
pub use scores::{Tagged, WindowScores};
pub use tags::{Run, mark, runs};
pub use weights::{read_exact, write_exact};
