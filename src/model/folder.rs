//! Model folders: where they are looked for, and what names their contents.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{ModelError, weights};

/// The models that come with tieup, best first, in a folder `models`.
const NAMES: [&str; 2] = ["base", "small"];

/// The folder of the model to use where the user names none: `models/base`, otherwise `models/small`. `models` is looked
/// for in the current folder, beside the program (also as `../share/tieup/models`) and above it, and where tieup was built.
///
/// # Errors
/// If there is none.
pub fn default_folder() -> Result<PathBuf, ModelError> {
    let program = env::current_exe().ok().and_then(|program| program.canonicalize().ok()).unwrap_or_default();
    let beside = program.parent().map(|folder| folder.join("../share/tieup"));
    let roots = [PathBuf::from("."), beside.unwrap_or_default()].into_iter();
    let roots = roots.chain(program.ancestors().skip(1).map(Path::to_owned));
    let mut roots = roots.chain([PathBuf::from(env!("CARGO_MANIFEST_DIR"))]);
    let found = roots.find_map(|root| {
        let mut folders = NAMES.iter().map(|name| root.join("models").join(name));
        folders.find(|folder| folder.join("config.json").is_file())
    });
    found.map(|folder| folder.strip_prefix(".").map(Path::to_owned).unwrap_or(folder)).ok_or(ModelError::NoModel)
}

/// The files of the model in `folder`: `config.json`, `tokenizer.json` and the weights.
///
/// # Errors
/// If the folder cannot be read or holds no weights.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, ModelError> {
    let mut files = vec![folder.join("config.json"), folder.join("tokenizer.json")];
    files.extend(weights::files(folder)?);
    Ok(files)
}

/// The SHA-256 of the model in `folder`, in hexadecimal: of name, size and content of each of its [`files`].
///
/// # Errors
/// If a file cannot be read.
pub fn sha256(folder: &Path) -> Result<String, ModelError> {
    let mut hash = Sha256::new();
    for path in files(folder)? {
        let bytes = fs::read(&path).map_err(|source| ModelError::Read(path.clone(), source))?;
        hash.update(path.file_name().unwrap_or_default().as_encoded_bytes());
        hash.update([0]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
