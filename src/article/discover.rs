//! Finding the files to read.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use ignore::WalkBuilder;

use super::{
    Format, Input, Skip, encoding, open,
    source::{Compression, by_extension},
};

/// What was found below the paths that the user named.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The files to read, each once, in the order of the bytes of their names, whatever the order of the paths.
    pub inputs: Vec<Input>,
    /// What cannot be read, in the order of the paths' bytes.
    pub skipped: Vec<Skip>,
}

/// Finds the files to read: those named, and those in the folders named, at any depth.
///
/// Hidden files and folders within a folder are left out without a word. Links are followed, loops are not. A file
/// within a folder is known by its extension; one that the user named may also be plain text without an extension.
/// Nothing but ordinary files is ever opened.
///
/// A file is named by its path within the folder that was searched, one that the user named by its file name. Where two
/// would have the same name, both are named by their whole path.
pub fn discover(paths: &[PathBuf]) -> Discovery {
    let mut found = Discovery::default();
    for path in paths {
        if path.is_dir() { search(path, &mut found) } else { add_named(path, &mut found) }
    }
    // Of several ways to a file the shortest name stays.
    found.inputs.sort_by(|a, b| (a.name.len(), &a.name, &a.path).cmp(&(b.name.len(), &b.name, &b.path)));
    let mut seen = HashSet::new();
    found.inputs.retain(|input| seen.insert(fs::canonicalize(&input.path).unwrap_or_else(|_| input.path.clone())));
    name_apart(&mut found.inputs);
    found.inputs.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
    found.skipped.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
    found.skipped.dedup();
    found
}

/// Adds the files in a folder.
fn search(folder: &Path, found: &mut Discovery) {
    for entry in WalkBuilder::new(folder).standard_filters(false).hidden(true).follow_links(true).build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.skipped.push(skip(&path_of(&error).unwrap_or_else(|| folder.to_owned()), reason(&error)));
                continue;
            }
        };
        let path = entry.path();
        match entry.file_type() {
            Some(kind) if kind.is_dir() => {}
            Some(kind) if kind.is_file() => match Input::new(path, name_within(folder, path)) {
                Some(input) => found.inputs.push(input),
                None => found.skipped.push(skip(path, NOT_A_FORMAT.to_owned())),
            },
            _ => found.skipped.push(skip(path, NOT_A_FILE.to_owned())),
        }
    }
}

const NOT_A_FORMAT: &str = "not a format that tieup reads (text, Markdown, HTML, JSON Lines, CSV, TSV)";
const NOT_A_FILE: &str = "neither a file nor a folder (a pipe, socket or device); it was not opened";

/// Adds a file that the user named.
fn add_named(path: &Path, found: &mut Discovery) {
    let name = name_within(path.parent().unwrap_or(Path::new("")), path);
    let reason = match fs::metadata(path) {
        Err(error) => format!("cannot be opened: {error}"),
        Ok(metadata) if !metadata.is_file() => NOT_A_FILE.to_owned(),
        Ok(_) => match Input::new(path, name.clone()).map_or_else(|| as_text(path, name), Ok) {
            Ok(input) => {
                found.inputs.push(input);
                return;
            }
            Err(reason) => reason,
        },
    };
    found.skipped.push(skip(path, reason));
}

/// A file of unknown extension as plain text, if that is what it starts with.
fn as_text(path: &Path, name: String) -> Result<Input, String> {
    let start = open::start(path).map_err(|error| error.to_string())?;
    if by_extension(path).1 != Compression::None || encoding::decode(&start, None).is_err() {
        return Err(format!("{NOT_A_FORMAT}, and not plain text"));
    }
    Ok(Input { path: path.to_owned(), name, format: Format::Text, compression: Compression::None })
}

/// Gives inputs of the same name their whole path as their name.
fn name_apart(inputs: &mut [Input]) {
    let mut times: HashMap<String, usize> = HashMap::new();
    for input in &*inputs {
        *times.entry(input.name.clone()).or_default() += 1;
    }
    for input in inputs {
        if times.get(&input.name).is_some_and(|&times| times > 1) {
            input.name = name_of(&input.path);
        }
    }
}

fn name_within(folder: &Path, path: &Path) -> String {
    name_of(path.strip_prefix(folder).unwrap_or(path))
}

/// The path with `/` between its parts on every system.
fn name_of(path: &Path) -> String {
    path.display().to_string().replace(std::path::MAIN_SEPARATOR, "/")
}

fn skip(path: &Path, reason: String) -> Skip {
    let path = path.display().to_string();
    Skip { id: path.clone(), path, stage: "discover", reason }
}

/// The path that an error of the search is about.
fn path_of(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::Loop { child, .. } => Some(child.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

/// What an error of the search says, without the path.
fn reason(error: &ignore::Error) -> String {
    match error {
        ignore::Error::WithPath { err, .. }
        | ignore::Error::WithDepth { err, .. }
        | ignore::Error::WithLineNumber { err, .. } => reason(err),
        ignore::Error::Loop { ancestor, .. } => {
            format!("a link back to {}, which is searched already", ancestor.display())
        }
        error => format!("cannot be opened: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    fn names(discovery: &Discovery) -> Vec<&str> {
        discovery.inputs.iter().map(|input| input.name.as_str()).collect()
    }

    #[test]
    fn files_are_found_once_and_in_order() -> Result<(), Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("b/.hidden"))?;
        for name in ["z.txt", "b/a.md", "b/.hidden/x.txt", ".x.txt", "B.csv.gz", "picture.png"] {
            fs::write(at(name), "text")?;
        }
        let found = discover(&[at("z.txt"), folder.path().to_owned(), at("b")]);
        assert_eq!(names(&found), ["B.csv.gz", "a.md", "z.txt"]);
        assert_eq!(found.skipped.len(), 1);
        assert!(found.skipped[0].path.ends_with("picture.png"));
        assert!(found.skipped[0].reason.starts_with("not a format that tieup reads ("));
        let turned = discover(&[at("b"), folder.path().to_owned(), at("z.txt")]);
        assert_eq!((found.inputs, found.skipped), (turned.inputs, turned.skipped));
        Ok(())
    }

    #[test]
    fn the_same_name_in_two_folders_is_told_apart() -> Result<(), Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let paths = [folder.path().join("one"), folder.path().join("two")];
        for path in &paths {
            fs::create_dir(path)?;
            fs::write(path.join("a.txt"), "text")?;
        }
        let found = discover(&paths);
        assert_eq!(found.inputs.len(), 2);
        assert!(found.inputs[0].name.ends_with("one/a.txt") && found.inputs[1].name.ends_with("two/a.txt"));
        Ok(())
    }

    #[test]
    fn a_named_file_without_extension_is_text_if_it_looks_like_it() -> Result<(), Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        fs::write(at("article"), "Acme bought Bolt.")?;
        fs::write(at("program"), [0; 100])?;
        let found = discover(&[at("article"), at("program"), at("nothing.txt")]);
        assert_eq!(found.inputs.iter().map(|input| input.format).collect::<Vec<_>>(), [Format::Text]);
        let reasons: Vec<_> = found.skipped.iter().map(|skip| skip.reason.as_str()).collect();
        assert!(reasons[0].starts_with("cannot be opened: "));
        assert!(reasons[1].ends_with(", and not plain text"));
        Ok(())
    }

    #[test]
    fn a_file_has_the_same_name_by_itself_as_in_its_folder() -> Result<(), Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("a.txt");
        fs::write(&file, "text")?;
        assert_eq!(discover(&[file]).inputs, discover(&[folder.path().to_owned()]).inputs);
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn loops_and_sockets_are_skipped() -> Result<(), Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a.txt"), "text")?;
        std::os::unix::fs::symlink(folder.path(), at("loop"))?;
        std::os::unix::fs::symlink(at("gone"), at("broken.txt"))?;
        let _socket = std::os::unix::net::UnixListener::bind(at("socket.txt"))?;
        let found = discover(&[folder.path().to_owned(), at("socket.txt")]);
        assert_eq!(names(&found), ["a.txt"]);
        let skipped: Vec<_> = found.skipped.iter().map(|skip| skip.path.as_str()).collect();
        assert_eq!(skipped.len(), 3, "{:?}", found.skipped);
        assert!(
            skipped[0].ends_with("broken.txt") && skipped[1].ends_with("loop") && skipped[2].ends_with("socket.txt")
        );
        Ok(())
    }
}
