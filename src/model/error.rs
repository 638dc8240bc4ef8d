//! What can be wrong with a model folder.

use std::path::PathBuf;

use super::Precision;

/// A model that cannot be read, written or run. The sentence names the file and the tensor.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The user named no model, and none is in the usual places.
    #[error(
        "no model found: there is no folder models/base or models/small here or beside the program; name one with --model"
    )]
    NoModel,
    /// A file could not be read.
    #[error("{path}: cannot be read: {1}", path = .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    /// A file could not be written.
    #[error("{path}: cannot be written: {1}", path = .0.display())]
    Write(PathBuf, #[source] std::io::Error),
    /// `config.json` lacks something.
    #[error("{path}: not the configuration of a BERT or MPNet encoder: {1}", path = .0.display())]
    Config(PathBuf, #[source] serde_json::Error),
    /// `config.json` has a figure about confidence that cannot be.
    #[error("{path}: under tieup, slope must be above 0 and min_confidence from 0 to 1; tieup calibrate writes them anew", path = .0.display())]
    Calibration(PathBuf),
    /// The folder holds no weights.
    #[error("{path}: no .safetensors file here; a model folder has config.json, tokenizer.json and model*.safetensors", path = .0.display())]
    NoWeights(PathBuf),
    /// A weights file is damaged.
    #[error("{path}: not a safetensors file, or a damaged one: {1}", path = .0.display())]
    Safetensors(PathBuf, #[source] safetensors::SafeTensorError),
    /// A tensor is of a type that is not read.
    #[error("{path}: tensor {1} is of type {2}; F32, F16, BF16 and I8 with a scale are read", path = .0.display())]
    Kind(PathBuf, String, String),
    /// A tensor is missing.
    #[error("{path}: tensor {1} is missing", path = .0.display())]
    Missing(PathBuf, String),
    /// A tensor is not known.
    #[error("{path}: tensor {1} belongs to no part of the model", path = .0.display())]
    Extra(PathBuf, String),
    /// A tensor has another shape than the configuration says.
    #[error("{}: tensor {name} has the shape {found:?}, and config.json asks for {expected:?}", .path.display())]
    Shape {
        /// The model folder.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// Its shape.
        found: Vec<i64>,
        /// The shape that the configuration asks for.
        expected: Vec<i64>,
    },
    /// The machine cannot compute in a precision.
    #[error("--precision {0} needs {1}; use --precision auto")]
    Precision(Precision, &'static str),
    /// The model must not be run in a precision.
    #[error("the model's config.json does not allow --precision {0}; use --precision auto")]
    Forbidden(Precision),
    /// The tokeniser cannot be read.
    #[error(transparent)]
    Tokenizer(#[from] crate::text::TokenizerError),
    /// libtorch refused an operation.
    #[error("libtorch: {0}")]
    Torch(#[from] tch::TchError),
}
