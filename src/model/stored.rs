//! Weights as they lie on disk, read tensor by tensor as they are asked for.

use std::{
    collections::BTreeMap,
    fs::File,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use memmap2::Mmap;
use safetensors::{Dtype, SafeTensors};
use tch::{Device, Kind, Tensor, nn::VarStore, no_grad};

use super::{
    ModelError,
    config::Architecture,
    weights::{self, Contents, round_rows},
};

/// Tensors of a pretrained encoder that tieup has no use for.
const UNUSED: [&str; 2] = ["enc.pooler.", "enc.embeddings.position_ids"];

/// The weights of a model folder, by the names that the model's variables have. The files are mapped into memory, so that
/// only what is asked for is read; whole numbers are used where they lie.
#[derive(Debug)]
pub struct Stored {
    folder: PathBuf,
    device: Device,
    files: Vec<Arc<Mmap>>,
    places: BTreeMap<String, Place>,
}

/// Where a tensor lies.
#[derive(Debug)]
struct Place {
    file: usize,
    bytes: Range<usize>,
    kind: Kind,
    shape: Vec<i64>,
}

/// A matrix as it is stored.
#[derive(Debug)]
pub enum Matrix {
    /// The numbers themselves, `f32`.
    Plain(Tensor),
    /// Whole numbers, and a scale for each row.
    Rounded(Rounded),
}

/// Files in memory. Whole numbers read from them are of use only as long as this lives.
#[derive(Debug, Clone)]
pub struct Files(#[expect(dead_code, reason = "it only keeps them there")] Vec<Arc<Mmap>>);

/// Whole numbers in −127 ..= 127 (`i8`, rows × columns) and scales (`f32`, rows): the matrix is their product.
#[derive(Debug)]
pub struct Rounded {
    /// Rows × columns.
    pub whole: Tensor,
    /// One a row.
    pub scale: Tensor,
}

impl Matrix {
    /// The rows numbered `index`, `f32`, in a further dimension.
    pub fn rows(&self, index: &Tensor) -> Tensor {
        let rows = |table: &Tensor| Tensor::embedding(table, index, -1, false, false);
        match self {
            Self::Plain(tensor) => rows(tensor),
            Self::Rounded(Rounded { whole, scale }) => rows(whole).to_kind(Kind::Float) * rows(&scale.unsqueeze(1)),
        }
    }

    /// As numbers.
    pub fn expand(self) -> Tensor {
        match self {
            Self::Plain(tensor) => tensor,
            Self::Rounded(Rounded { whole, scale }) => {
                let mut expanded = whole.to_kind(Kind::Float);
                expanded *= scale.unsqueeze(1);
                expanded
            }
        }
    }

    /// As whole numbers and scales.
    pub fn round(self) -> Rounded {
        match self {
            Self::Plain(tensor) => round_rows(&tensor),
            Self::Rounded(rounded) => rounded,
        }
    }
}

impl Stored {
    /// Finds what the weights files in `folder` hold, for a model on `device`.
    ///
    /// # Errors
    /// If a file cannot be read, is damaged, or holds tensors of a type that is not read.
    pub fn open(
        folder: &Path,
        architecture: Architecture,
        contents: Contents,
        device: Device,
    ) -> Result<Self, ModelError> {
        let mut stored = Self { folder: folder.into(), device, files: Vec::new(), places: BTreeMap::new() };
        for path in weights::files(folder)? {
            let map = File::open(&path).and_then(|file| {
                // SAFETY: the bytes are only ever read; tieup replaces weights files, and never writes into one.
                unsafe { Mmap::map(&file) }
            });
            let map = map.map_err(|e| ModelError::Read(path.clone(), e))?;
            let damaged = |e| ModelError::Safetensors(path.clone(), e);
            for (name, view) in SafeTensors::deserialize(&map).map_err(damaged)?.tensors() {
                let start = view.data().as_ptr() as usize - map.as_ptr() as usize;
                let place = Place {
                    file: stored.files.len(),
                    bytes: start..start + view.data().len(),
                    kind: kind(&path, &name, view.dtype())?,
                    shape: view.shape().iter().map(|&n| n as i64).collect(),
                };
                let name = weights::rename(&name, architecture, contents);
                if !UNUSED.iter().any(|unused| name.starts_with(unused)) {
                    stored.places.insert(name, place);
                }
            }
            stored.files.push(Arc::new(map));
        }
        Ok(stored)
    }

    /// What must live as long as the matrices taken.
    pub fn files(&self) -> Files {
        Files(self.files.clone())
    }

    /// How many numbers the model has, scales of stored rows aside.
    pub fn parameters(&self) -> usize {
        let numbers = |place: &Place| place.shape.iter().product::<i64>() as usize;
        self.places.iter().filter(|(name, _)| !name.ends_with(SCALE)).map(|(_, place)| numbers(place)).sum()
    }

    /// Takes the matrix `name`.
    ///
    /// # Errors
    /// If it is missing, or has another shape.
    pub fn matrix(&mut self, name: &str, shape: &[i64]) -> Result<Matrix, ModelError> {
        let whole = format!("{name}{WHOLE}");
        if !self.places.contains_key(&whole) {
            return self.plain(name, shape).map(Matrix::Plain);
        }
        let whole = self.take(&whole, shape)?;
        let scale = self.take(&format!("{name}{SCALE}"), &shape[..1])?;
        Ok(Matrix::Rounded(Rounded { whole, scale }))
    }

    /// Takes the tensor `name` as `f32`.
    ///
    /// # Errors
    /// If it is missing, or has another shape.
    pub fn tensor(&mut self, name: &str, shape: &[i64]) -> Result<Tensor, ModelError> {
        if shape.len() == 2 { Ok(self.matrix(name, shape)?.expand()) } else { self.plain(name, shape) }
    }

    /// Takes the variables of `store`.
    ///
    /// # Errors
    /// If one is missing, or has another shape. Where these are the weights of an `Encoder`, only its own are asked for.
    pub fn fill(&mut self, store: &VarStore, contents: Contents) -> Result<(), ModelError> {
        let mut variables: Vec<_> = store.variables().into_iter().collect();
        variables.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, mut variable) in variables {
            if contents == Contents::Model || name.starts_with("enc.") {
                let tensor = self.tensor(&name, &variable.size())?;
                no_grad(|| variable.copy_(&tensor));
            }
        }
        Ok(())
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// If there is a tensor that nobody asked for.
    pub fn finish(self) -> Result<(), ModelError> {
        match self.places.into_keys().next() {
            Some(name) => Err(ModelError::Extra(self.folder, name)),
            None => Ok(()),
        }
    }

    fn plain(&mut self, name: &str, shape: &[i64]) -> Result<Tensor, ModelError> {
        Ok(self.take(name, shape)?.to_kind(Kind::Float))
    }

    fn take(&mut self, name: &str, shape: &[i64]) -> Result<Tensor, ModelError> {
        let missing = || ModelError::Missing(self.folder.clone(), name.to_owned());
        let Place { file, bytes, kind, shape: found } = self.places.remove(name).ok_or_else(missing)?;
        if found != shape {
            let (path, name, expected) = (self.folder.clone(), name.to_owned(), shape.to_vec());
            return Err(ModelError::Shape { path, name, found, expected });
        }
        let bytes = &self.files[file][bytes];
        if kind == Kind::Int8 && self.device == Device::Cpu {
            let strides: Vec<i64> = (1..=found.len()).map(|i| found[i..].iter().product()).collect();
            // SAFETY: the bytes are as many as the shape says, which the file's header was checked for, and stay where they
            // are as long as `Files` lives. Nothing writes to a matrix that was read.
            return Ok(unsafe { Tensor::f_from_blob(bytes.as_ptr(), &found, &strides, kind, Device::Cpu) }?);
        }
        Ok(Tensor::f_from_data_size(bytes, &found, kind)?.to_device(self.device))
    }
}

/// What the name of a matrix in whole numbers ends with.
pub const WHOLE: &str = ".q";
/// What the name of its scales ends with.
pub const SCALE: &str = ".scale";

/// libtorch's name for a type.
pub fn kind(path: &Path, name: &str, dtype: Dtype) -> Result<Kind, ModelError> {
    Ok(match dtype {
        Dtype::F32 => Kind::Float,
        Dtype::F16 => Kind::Half,
        Dtype::BF16 => Kind::BFloat16,
        Dtype::I8 => Kind::Int8,
        Dtype::I64 => Kind::Int64,
        other => return Err(ModelError::Kind(path.into(), name.to_owned(), format!("{other:?}"))),
    })
}
