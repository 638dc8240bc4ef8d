//! Finding and reading annotated files.

use std::{
    collections::HashSet,
    fmt,
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use ignore::WalkBuilder;

use super::{
    check::Fault,
    parse::{self, Parsed},
    record::Record,
    standoff::{self, Labels, RestoreError},
    texts::Texts,
};

/// Something wrong with an annotated file or the file of texts.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A file or folder that cannot be read.
    #[error("cannot read {}: {error}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file of another sort.
    #[error("{} is no annotated file; expected inline records (.txt) or stand-off labels (.jsonl)", .0.display())]
    Extension(PathBuf),
    /// No annotated passage where one was named.
    #[error("{}: there is no annotated passage; expected inline records (.txt) or stand-off labels (.jsonl)", .0.display())]
    Nothing(PathBuf),
    /// JSON Lines that are no labels, perhaps the texts themselves.
    #[error("{} holds no stand-off labels; if these are the texts, name them with --texts and the labels here", .0.display())]
    NotLabels(PathBuf),
    /// Labels, but no texts to put them on.
    #[error("{} holds labels without their texts; name the file with the texts (--texts)", .0.display())]
    TextsNeeded(PathBuf),
    /// A line that is not what it should be.
    #[error("{}, line {line}: {what}", .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// A record that is refused.
    #[error("{}, line {line}: {id}: {fault}", .path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// The number of the line, from 1, that the fault is in or else the record starts at.
        line: usize,
        /// The record's id.
        id: String,
        /// What is wrong.
        fault: Box<Fault>,
    },
}

/// Labels that were left out, because their text is not at hand or not the same any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The file of labels.
    pub path: PathBuf,
    /// The record's id.
    pub id: String,
    /// Why.
    pub why: Missing,
}

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No text of that id is at hand.
    Absent,
    /// There is one, but not the one that was labelled.
    Changed,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.why {
            Missing::Absent => "its text is not among the texts",
            Missing::Changed => "its text is not the one that was labelled",
        };
        write!(f, "{}: {}: left out: {why}", self.path.display(), self.id)
    }
}

/// One annotated file.
#[derive(Debug)]
pub struct CorpusFile {
    /// Where it stands.
    pub path: PathBuf,
    /// The records that are right, in their order.
    pub records: Vec<Record>,
    /// What is wrong with the others.
    pub errors: Vec<CorpusError>,
    /// Labels without their text.
    pub left_out: Vec<LeftOut>,
}

impl CorpusFile {
    /// Whether there is nothing in it, right or wrong.
    fn is_empty(&self) -> bool {
        self.records.is_empty() && self.errors.is_empty() && self.left_out.is_empty()
    }
}

/// The records of a file or folder.
#[derive(Debug, Default)]
pub struct Loaded {
    /// In the order of the files' paths and the records within.
    pub records: Vec<Record>,
    /// Labels without their text; the caller should name them to the user.
    pub left_out: Vec<LeftOut>,
}

/// Reads the records of a file or of a folder and the folders within.
///
/// # Errors
/// The first thing that is wrong.
pub fn load(path: &Path, texts: Option<&Texts>) -> Result<Loaded, CorpusError> {
    let mut loaded = Loaded::default();
    for file in read(&[path], texts)? {
        if let Some(error) = file.errors.into_iter().next() {
            return Err(error);
        }
        loaded.records.extend(file.records);
        loaded.left_out.extend(file.left_out);
    }
    Ok(loaded)
}

/// Reads annotated files, and those in folders (which may hold other files too), with all that is wrong in them.
///
/// # Errors
/// A path that cannot be read, is no annotated file or holds no annotated passage; stand-off labels if `texts` is `None`.
pub fn read<P: AsRef<Path>>(paths: &[P], texts: Option<&Texts>) -> Result<Vec<CorpusFile>, CorpusError> {
    let mut reader = Reader { texts, ids: HashSet::new() };
    let mut files = Vec::new();
    for path in paths {
        let path = path.as_ref();
        let begin = files.len();
        for path in annotated_files(path)? {
            files.push(reader.file(path)?);
        }
        if files[begin..].iter().all(CorpusFile::is_empty) {
            return Err(CorpusError::Nothing(path.to_owned()));
        }
    }
    Ok(files)
}

/// The path itself, if it is a file; of a folder the annotated files at any depth, by their paths.
fn annotated_files(path: &Path) -> Result<Vec<PathBuf>, CorpusError> {
    let failed = |error| CorpusError::Read { path: path.to_owned(), error: io::Error::other(error) };
    let mut files = Vec::new();
    for entry in WalkBuilder::new(path).standard_filters(false).sort_by_file_path(Path::cmp).build() {
        let entry = entry.map_err(failed)?;
        let is_named = entry.depth() == 0;
        if entry.path().is_file() && (is_named || is_annotated(entry.path())?) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Whether a file found in a folder, where articles may lie beside, is an annotated one.
fn is_annotated(path: &Path) -> Result<bool, CorpusError> {
    if !matches!(extension(path), Some("txt" | "jsonl")) {
        return Ok(false);
    }
    let contents = fs::read(path).map_err(|error| CorpusError::Read { path: path.to_owned(), error })?;
    let mut lines = contents.split(|&b| b == b'\n');
    Ok(match extension(path) {
        Some("txt") => lines.any(|line| line.starts_with(parse::START.as_bytes())),
        _ => lines.next().is_some_and(|line| String::from_utf8_lossy(line).contains(r#""sha256":"#)),
    })
}

fn extension(path: &Path) -> Option<&str> {
    path.extension().and_then(|extension| extension.to_str())
}

/// Reads file after file.
struct Reader<'a> {
    texts: Option<&'a Texts>,
    /// The ids that have come.
    ids: HashSet<String>,
}

impl Reader<'_> {
    fn file(&mut self, path: PathBuf) -> Result<CorpusFile, CorpusError> {
        let failed = |error| CorpusError::Read { path: path.clone(), error };
        let mut file = CorpusFile { path: path.clone(), records: Vec::new(), errors: Vec::new(), left_out: Vec::new() };
        match (extension(&path), self.texts) {
            (Some("txt"), _) => {
                for parsed in parse::records(&fs::read_to_string(&path).map_err(failed)?) {
                    self.take(&mut file, parsed);
                }
            }
            (Some("jsonl"), Some(texts)) => {
                for (number, line) in BufReader::new(File::open(&path).map_err(failed)?).lines().enumerate() {
                    self.labels(&mut file, number + 1, &line.map_err(failed)?, texts);
                }
            }
            (Some("jsonl"), None) if is_annotated(&path)? => return Err(CorpusError::TextsNeeded(path)),
            (Some("jsonl"), None) => return Err(CorpusError::NotLabels(path)),
            _ => return Err(CorpusError::Extension(path)),
        }
        Ok(file)
    }

    /// One line of stand-off labels.
    fn labels(&mut self, file: &mut CorpusFile, line: usize, json: &str, texts: &Texts) {
        let labels: Labels = match serde_json::from_str(json) {
            Ok(labels) => labels,
            Err(error) => {
                let what = format!("these are no labels: {error}");
                return file.errors.push(CorpusError::Line { path: file.path.clone(), line, what });
            }
        };
        let id = labels.id.clone();
        match texts.get(&id).map(|text| standoff::restore(&labels, text)) {
            None => file.left_out.push(LeftOut { path: file.path.clone(), id, why: Missing::Absent }),
            Some(Err(RestoreError::Changed)) => {
                file.left_out.push(LeftOut { path: file.path.clone(), id, why: Missing::Changed });
            }
            Some(Err(RestoreError::Fault(fault))) => self.take(file, Parsed { id, line, record: Err(fault) }),
            Some(Ok(record)) => self.take(file, Parsed { id, line, record: Ok(record) }),
        }
    }

    /// Puts a record, or what is wrong with it, into the file it came from.
    fn take(&mut self, file: &mut CorpusFile, Parsed { id, line, record }: Parsed) {
        let once = |record: Record| if self.ids.insert(record.id.clone()) { Ok(record) } else { Err(Fault::IdTwice) };
        match record.and_then(once) {
            Ok(record) => file.records.push(record),
            Err(fault) => {
                file.errors.push(CorpusError::Record { path: file.path.clone(), line, id, fault: Box::new(fault) })
            }
        }
    }
}
