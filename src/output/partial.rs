//! Files that appear complete or not at all.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use tempfile::TempPath;

use super::OutputError;

/// A file on its way: written as `.NAME.partial` in the folder where it will stand, and removed again when dropped.
///
/// The name is always the same, so that what a killed run leaves behind is written over by the next one.
pub(crate) struct Partial {
    file: BufWriter<File>,
    temporary: TempPath,
    target: PathBuf,
}

impl Partial {
    /// Starts the file `name` in `folder`, which is made if need be.
    pub(crate) fn create(folder: &Path, name: &str) -> Result<Self, OutputError> {
        fs::create_dir_all(folder).map_err(OutputError::at(folder))?;
        let path = folder.join(format!(".{name}.partial"));
        let create = || Ok((BufWriter::new(File::create(&path)?), TempPath::try_from_path(&path)?));
        let (file, temporary) = create().map_err(OutputError::at(&path))?;
        Ok(Self { file, temporary, target: folder.join(name) })
    }

    /// The name that the file will have.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }
}

impl Write for Partial {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Partial {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Gives all `files` their names, once every one of them is safe on the disk.
pub(crate) fn publish(mut files: Vec<Partial>) -> Result<(), OutputError> {
    for partial in &mut files {
        let safe = partial.file.flush().and_then(|()| partial.file.get_ref().sync_all());
        safe.map_err(OutputError::at(&partial.target))?;
    }
    for Partial { temporary, target, .. } in files {
        temporary.persist(&target).map_err(|e| OutputError::at(&target)(e.error))?;
        sync_folder(&target)?;
    }
    Ok(())
}

/// Writes the file `name` in `folder` as a whole, in place of one that may be there.
pub(crate) fn replace(folder: &Path, name: &str, contents: &[u8]) -> Result<(), OutputError> {
    let mut file = Partial::create(folder, name)?;
    file.write_all(contents).map_err(OutputError::at(&file.target))?;
    publish(vec![file])
}

/// Makes the new name of `file` survive a power cut; where folders cannot be opened, the system sees to it.
fn sync_folder(file: &Path) -> Result<(), OutputError> {
    match file.parent() {
        Some(folder) if cfg!(unix) => {
            // The parent of a bare file name is the empty path, which means here.
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(OutputError::at(folder))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_only_when_published() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.csv"), "old").unwrap();

        let mut partial = Partial::create(folder.path(), "a.csv").unwrap();
        partial.write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("a.csv")).unwrap(), "old");
        publish(vec![partial]).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("a.csv")).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_abandoned_file_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        drop(Partial::create(folder.path(), "a.csv").unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_error_names_the_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Partial::create(&file, "a.csv").err().unwrap().to_string();
        assert!(error.starts_with(&format!("cannot write {}: ", file.display())), "{error}");
    }
}
