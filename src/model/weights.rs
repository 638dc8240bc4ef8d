//! Weights on disk: safetensors, whole numbers of 8 bits with a scale per row where that saves space.
//!
//! A matrix `NAME` may be stored as `NAME.q` (I8, rows × columns) and `NAME.scale` (F32, rows): the weight is the
//! product; [`super::stored`] reads it. The encoder's tensors bear their Hugging Face names, under `enc.`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use tch::{Kind, Tensor, nn::VarStore, no_grad};

use super::{
    ModelError,
    config::Architecture,
    stored::{Rounded, SCALE, WHOLE, kind},
};

/// A part file holds at most this many bytes of tensors, so that it is easy to store and move.
const PART_BYTES: usize = 55 << 20;

/// Matrices with fewer numbers than this are not worth rounding to 8 bits.
const SMALL: usize = 1 << 14;

/// rust-bert's names and MPNet's Hugging Face names for the same tensor, where they differ.
const MPNET_NAMES: [(&str, &str); 5] = [
    (".attention.self.query.", ".attention.attn.q."),
    (".attention.self.key.", ".attention.attn.k."),
    (".attention.self.value.", ".attention.attn.v."),
    (".attention.output.dense.", ".attention.attn.o."),
    (".attention.output.LayerNorm.", ".attention.LayerNorm."),
];

/// What a folder's weights are expected to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Every part of a tieup model.
    Model,
    /// A pretrained encoder alone, its names without `enc.`; the heads stay as they are.
    Encoder,
}

/// Writes the weights of `store` into `folder` as `model*.safetensors`, in place of those there: large matrices in
/// 8 bits with a scale per row, the rest as f16.
///
/// # Errors
/// If a file cannot be written.
pub fn save(store: &VarStore, folder: &Path, architecture: Architecture) -> Result<(), ModelError> {
    let mut tensors: Vec<(String, Tensor)> = Vec::new();
    let mut variables: Vec<_> = store.variables().into_iter().collect();
    variables.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, variable) in variables {
        let (name, tensor) = (file_name(&name, architecture), no_grad(|| variable.to_device(tch::Device::Cpu)));
        if name.starts_with("enc.") && tensor.dim() == 2 && tensor.numel() >= SMALL {
            let Rounded { whole, scale } = round_rows(&tensor);
            tensors.push((format!("{name}{WHOLE}"), whole));
            tensors.push((format!("{name}{SCALE}"), scale));
        } else {
            tensors.push((name, tensor.to_kind(Kind::Half)));
        }
    }
    if let Ok(old) = files(folder) {
        for path in old {
            std::fs::remove_file(&path).map_err(|e| ModelError::Write(path, e))?;
        }
    }
    let parts = parts(tensors);
    for (i, part) in parts.iter().enumerate() {
        let path = match parts.len() {
            1 => folder.join("model.safetensors"),
            n => folder.join(format!("model-{:05}-of-{n:05}.safetensors", i + 1)),
        };
        write_file(&path, part)?;
    }
    Ok(())
}

/// Writes every variable of `store`, and the tensors of `more`, as they are: for checkpoints.
///
/// # Errors
/// If the file cannot be written.
pub fn write_exact(path: &Path, tensors: &[(String, Tensor)]) -> Result<(), ModelError> {
    write_file(path, tensors)
}

/// Reads what [`write_exact`] wrote.
///
/// # Errors
/// If the file cannot be read or is damaged.
pub fn read_exact(path: &Path) -> Result<BTreeMap<String, Tensor>, ModelError> {
    let mut found = BTreeMap::new();
    read_file(path, &mut found)?;
    Ok(found)
}

/// The weights files of a folder, in order.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, ModelError> {
    let entries = std::fs::read_dir(folder).map_err(|e| ModelError::Read(folder.into(), e))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| ModelError::Read(folder.into(), e))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("model") && name.ends_with(".safetensors") {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() { Err(ModelError::NoWeights(folder.into())) } else { Ok(files) }
}

fn read_file(path: &Path, into: &mut BTreeMap<String, Tensor>) -> Result<(), ModelError> {
    let bytes = std::fs::read(path).map_err(|e| ModelError::Read(path.into(), e))?;
    let damaged = |e| ModelError::Safetensors(path.into(), e);
    for (name, view) in SafeTensors::deserialize(&bytes).map_err(damaged)?.tensors() {
        let kind = kind(path, &name, view.dtype())?;
        let shape: Vec<i64> = view.shape().iter().map(|&n| n as i64).collect();
        into.insert(name, Tensor::f_from_data_size(view.data(), &shape, kind)?);
    }
    Ok(())
}

/// A matrix as whole numbers and a scale per row.
pub fn round_rows(matrix: &Tensor) -> Rounded {
    let scale = matrix.abs().amax([1], false).clamp_min(1e-12) / 127.0;
    let whole = (matrix / scale.unsqueeze(1)).round().to_kind(Kind::Int8);
    Rounded { whole, scale }
}

/// A file's name for a tensor → the variable's.
pub fn rename(name: &str, architecture: Architecture, contents: Contents) -> String {
    let name = if contents == Contents::Encoder { format!("enc.{name}") } else { name.to_owned() };
    swap(name, architecture, |(ours, theirs)| (theirs, ours))
}

/// A variable's name → the file's.
fn file_name(name: &str, architecture: Architecture) -> String {
    swap(name.to_owned(), architecture, |pair| pair)
}

fn swap(
    name: String,
    architecture: Architecture,
    from_to: fn((&'static str, &'static str)) -> (&'static str, &'static str),
) -> String {
    if architecture != Architecture::Mpnet {
        return name;
    }
    let pair = MPNET_NAMES.into_iter().map(from_to).find(|(from, _)| name.contains(from));
    pair.map_or(name.clone(), |(from, to)| name.replace(from, to))
}

/// Cuts the list into runs of at most [`PART_BYTES`] (a single larger tensor has a part of its own).
fn parts(tensors: Vec<(String, Tensor)>) -> Vec<Vec<(String, Tensor)>> {
    let mut parts = vec![Vec::new()];
    let mut size = 0;
    for (name, tensor) in tensors {
        let bytes = tensor.numel() * tensor.kind().elt_size_in_bytes();
        if size > 0 && size + bytes > PART_BYTES {
            parts.push(Vec::new());
            size = 0;
        }
        size += bytes;
        parts.last_mut().expect("there is always one").push((name, tensor));
    }
    parts
}

fn write_file(path: &Path, tensors: &[(String, Tensor)]) -> Result<(), ModelError> {
    let data: Vec<_> = tensors.iter().map(|(name, tensor)| (name, bytes(tensor))).collect();
    let views: Result<Vec<_>, _> = data
        .iter()
        .map(|(name, (dtype, shape, bytes))| Ok((*name, TensorView::new(*dtype, shape.clone(), bytes)?)))
        .collect();
    let damaged = |e| ModelError::Safetensors(path.into(), e);
    let folder = path.parent().unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(|e| ModelError::Write(path.into(), e))?;
    safetensors::serialize_to_file(views.map_err(damaged)?, None, file.path()).map_err(damaged)?;
    file.persist(path).map_err(|e| ModelError::Write(path.into(), e.error))?;
    Ok(())
}

/// A tensor's type, shape and bytes.
fn bytes(tensor: &Tensor) -> (Dtype, Vec<usize>, Vec<u8>) {
    let dtype = match tensor.kind() {
        Kind::Int8 => Dtype::I8,
        Kind::Half => Dtype::F16,
        Kind::Int64 => Dtype::I64,
        _ => Dtype::F32,
    };
    let tensor = if dtype == Dtype::F32 { tensor.to_kind(Kind::Float) } else { tensor.shallow_clone() };
    let tensor = tensor.to_device(tch::Device::Cpu).contiguous();
    let mut bytes = vec![0; tensor.numel() * tensor.kind().elt_size_in_bytes()];
    tensor.copy_data_u8(&mut bytes, tensor.numel());
    (dtype, tensor.size().iter().map(|&n| n as usize).collect(), bytes)
}
