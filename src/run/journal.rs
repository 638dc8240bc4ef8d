//! What is finished, kept until the whole run is.
//!
//! A file in the output folder that only grows: one line a record, a checksum in front of JSON. The first record names
//! what the results depend on beside the articles; each other one holds the result of an article under the hash of its
//! content. What a killed run, a full disk or a power cut leaves torn at the end is recognised by its checksum and cut off.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{RunError, hash, pipeline::Finished};
use crate::{model::Precision, output::OutputError};

/// Its name in the output folder.
const NAME: &str = ".tieup-journal";
/// How often what was written is made safe on the disk.
const SYNC: Duration = Duration::from_secs(5);
/// Length of a checksum, in characters.
const CHECKSUM: usize = 16;

/// What results depend on beside the article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Conditions {
    pub tieup: String,
    pub model: String,
    pub precision: Precision,
    pub min_confidence: f32,
    pub aliases: Option<String>,
}

/// The precision that the unfinished run in `folder` was begun with, if there is such a run.
pub fn begun_in(folder: &Path) -> Option<Precision> {
    let mut line = Vec::new();
    BufReader::new(File::open(folder.join(NAME)).ok()?).read_until(b'\n', &mut line).ok()?;
    read_record::<Conditions>(&line).map(|conditions| conditions.precision)
}

/// The result of an article.
#[derive(Serialize, Deserialize)]
struct Record<'a, F> {
    key: std::borrow::Cow<'a, str>,
    #[serde(flatten)]
    finished: F,
}

/// The journal of a run in work.
pub(super) struct Journal {
    path: PathBuf,
    writer: BufWriter<File>,
    synced: Instant,
}

/// What a run before has finished.
#[derive(Default)]
pub(super) struct Known {
    /// By the key of the article, where its record lies.
    places: HashMap<String, (u64, usize)>,
    file: Option<Mutex<File>>,
}

impl Journal {
    /// Starts a journal in `folder`.
    ///
    /// # Errors
    /// If there is one already that holds results, if it cannot be written, or another process is writing to it.
    pub fn create(folder: &Path, conditions: &Conditions) -> Result<Self, RunError> {
        let (path, file) = open(folder)?;
        let (_, places, _) = scan(&file).map_err(|source| RunError::Journal { path: path.clone(), source })?;
        match places.len() {
            0 => Self::start(path, file, conditions),
            articles => Err(RunError::Unfinished { folder: folder.to_owned(), articles }),
        }
    }

    /// Starts a journal in `folder`, in place of one that may be there.
    ///
    /// # Errors
    /// If it cannot be written, or another process is writing to it.
    pub fn replace(folder: &Path, conditions: &Conditions) -> Result<Self, RunError> {
        let (path, file) = open(folder)?;
        Self::start(path, file, conditions)
    }

    /// Goes on with the journal in `folder`, if there is one that got as far as its first record.
    ///
    /// # Errors
    /// As [`Journal::create`], and if it was written under other conditions.
    pub fn resume(folder: &Path, conditions: &Conditions) -> Result<(Self, Known), RunError> {
        let (path, mut file) = open(folder)?;
        let fail = |source| RunError::Journal { path: path.clone(), source };
        let (former, places, end) = scan(&file).map_err(fail)?;
        let Some(former) = former else { return Ok((Self::start(path, file, conditions)?, Known::default())) };
        if former != *conditions {
            return Err(RunError::OtherRun { folder: folder.to_owned(), changed: changed(&former, conditions) });
        }
        file.set_len(end).and_then(|()| file.seek(SeekFrom::Start(end))).map_err(fail)?;
        let known = Known { places, file: Some(Mutex::new(File::open(&path).map_err(fail)?)) };
        Ok((Self { path, writer: BufWriter::new(file), synced: Instant::now() }, known))
    }

    fn start(path: PathBuf, mut file: File, conditions: &Conditions) -> Result<Self, RunError> {
        let empty = file.set_len(0).and_then(|()| file.rewind());
        empty.map_err(|source| RunError::Journal { path: path.clone(), source })?;
        let mut journal = Self { path, writer: BufWriter::new(file), synced: Instant::now() };
        journal.write(conditions)?;
        journal.sync()?;
        Ok(journal)
    }

    /// Keeps the result of an article. It is safe on the disk within seconds.
    pub fn add(&mut self, key: &str, finished: &Finished) -> Result<(), RunError> {
        self.write(&Record { key: key.into(), finished })?;
        if self.synced.elapsed() > SYNC { self.sync() } else { Ok(()) }
    }

    /// Makes safe what was written.
    pub fn sync(&mut self) -> Result<(), RunError> {
        self.synced = Instant::now();
        let safe = self.writer.flush().and_then(|()| self.writer.get_ref().sync_data());
        safe.map_err(|source| RunError::Journal { path: self.path.clone(), source })
    }

    /// Takes the journal away: the run is complete.
    pub fn remove(self) -> Result<(), RunError> {
        let Self { path, .. } = self;
        fs::remove_file(&path).map_err(|source| RunError::Journal { path, source })
    }

    fn write(&mut self, record: &impl Serialize) -> Result<(), RunError> {
        let write = |writer: &mut BufWriter<File>| {
            let json = serde_json::to_string(record)?;
            writeln!(writer, "{} {json}", checksum(json.as_bytes()))
        };
        write(&mut self.writer).map_err(|source| RunError::Journal { path: self.path.clone(), source })
    }
}

impl Known {
    /// The result of the article whose key is `key`. A record that cannot be read is one that is not there.
    pub fn get(&self, key: &str) -> Option<Finished> {
        let &(start, length) = self.places.get(key)?;
        let mut line = vec![0; length];
        {
            let mut file = self.file.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(start)).ok()?;
            file.read_exact(&mut line).ok()?;
        }
        read_record::<Record<Finished>>(&line).map(|record| record.finished)
    }

    /// How many articles are known.
    pub fn len(&self) -> usize {
        self.places.len()
    }
}

/// Opens the journal in `folder` for this process alone, as long as it keeps it open.
fn open(folder: &Path) -> Result<(PathBuf, File), RunError> {
    let path = folder.join(NAME);
    let open = || OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    if folder.is_file() {
        return Err(RunError::NotAFolder(folder.to_owned()));
    }
    let file = fs::create_dir_all(folder).and_then(|()| open());
    let file = file.map_err(|source| OutputError { target: path.display().to_string(), source })?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(RunError::Busy(folder.to_owned())),
        // Some file systems know no locks.
        Err(TryLockError::Error(_)) | Ok(()) => Ok((path, file)),
    }
}

type Places = HashMap<String, (u64, usize)>;

/// The first record of a journal, where each other one lies, and where the last whole one ends.
fn scan(file: &File) -> io::Result<(Option<Conditions>, Places, u64)> {
    /// The key alone.
    #[derive(Deserialize)]
    struct Key {
        key: String,
    }
    let mut reader = BufReader::new(file);
    let (mut conditions, mut places, mut end, mut line) = (None, HashMap::new(), 0, Vec::new());
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        let is_good = match conditions {
            None => {
                conditions = read_record(&line);
                conditions.is_some()
            }
            Some(_) => read_record(&line).map(|Key { key }| places.insert(key, (end, length))).is_some(),
        };
        if !is_good {
            return Ok((conditions, places, end));
        }
        end += length as u64;
    }
}

/// What a line holds, if it is whole.
fn read_record<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    let (sum, json) = line.strip_suffix(b"\n")?.split_at_checked(CHECKSUM + 1)?;
    let is_whole = sum.strip_suffix(b" ")? == checksum(json).as_bytes();
    is_whole.then(|| serde_json::from_slice(json).ok()).flatten()
}

fn checksum(bytes: &[u8]) -> String {
    let mut sum = hash::of_bytes(bytes);
    sum.truncate(CHECKSUM);
    sum
}

/// What is different, for the user.
fn changed(former: &Conditions, now: &Conditions) -> String {
    let mut changes = Vec::new();
    if former.tieup != now.tieup {
        changes.push(format!("it was begun by tieup {}, and this is {}", former.tieup, now.tieup));
    }
    if former.model != now.model {
        changes.push(format!("it was begun with another model (sha256 {})", former.model));
    }
    if former.precision != now.precision {
        changes.push(format!("it was begun with --precision {}", former.precision));
    }
    if former.min_confidence != now.min_confidence {
        changes.push(format!("it was begun with --min-confidence {}", former.min_confidence));
    }
    if former.aliases != now.aliases {
        changes.push("it was begun with other aliases".to_owned());
    }
    changes.join(", and ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        claims::{Analysis, Sentence},
        labels::SentenceKind,
        run::Size,
        text::Span,
    };

    fn conditions() -> Conditions {
        Conditions {
            tieup: "1".to_owned(),
            model: "m".to_owned(),
            precision: Precision::F32,
            min_confidence: 0.1,
            aliases: None,
        }
    }

    fn finished(confidence: f32) -> Finished {
        let sentence = Sentence { span: Span::new(0, 3), kind: SentenceKind::Fact, confidence };
        let analysis = Analysis { sentences: vec![sentence], ..Analysis::default() };
        Finished { size: Size { sentences: 1, ..Size::default() }, analysis }
    }

    #[test]
    fn what_was_finished_is_known_and_a_torn_end_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let mut journal = Journal::create(folder.path(), &conditions()).unwrap();
        journal.add("a", &finished(0.1)).unwrap();
        journal.add("b", &finished(0.2)).unwrap();
        journal.sync().unwrap();
        drop(journal);
        let whole = fs::read(&path).unwrap();
        let last = whole[..whole.len() - 1].iter().rposition(|&byte| byte == b'\n').unwrap() + 1;
        for cut in last..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let (mut journal, known) = Journal::resume(folder.path(), &conditions()).unwrap();
            assert_eq!((known.get("a"), known.get("b")), (Some(finished(0.1)), None));
            journal.add("c", &finished(0.3)).unwrap();
            journal.sync().unwrap();
            drop(journal);
            let (_, known) = Journal::resume(folder.path(), &conditions()).unwrap();
            assert_eq!((known.len(), known.get("c")), (2, Some(finished(0.3))));
        }
        let error = Journal::create(folder.path(), &conditions()).err().unwrap().to_string();
        assert!(error.contains("an unfinished run, which has done 2 articles; "), "{error}");
        Journal::replace(folder.path(), &conditions()).unwrap().remove().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_journal_of_nothing_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Journal::resume(folder.path(), &conditions()).unwrap().1.len(), 0);
        fs::write(folder.path().join(NAME), "0123").unwrap();
        assert_eq!(Journal::resume(folder.path(), &conditions()).unwrap().1.len(), 0);
    }

    #[test]
    fn two_runs_do_not_write_to_one_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = Journal::create(folder.path(), &conditions()).unwrap();
        let error = Journal::create(folder.path(), &conditions()).err().unwrap().to_string();
        assert!(error.starts_with("another run is writing to "), "{error}");
        assert!(Journal::resume(folder.path(), &conditions()).is_err());
        drop(first);
        assert!(Journal::resume(folder.path(), &conditions()).is_ok());
    }

    #[test]
    fn other_conditions_are_told() {
        let folder = tempfile::tempdir().unwrap();
        Journal::create(folder.path(), &conditions()).unwrap();
        let other = Conditions { model: "n".to_owned(), min_confidence: 0.5, ..conditions() };
        let error = Journal::resume(folder.path(), &other).err().unwrap().to_string();
        assert_eq!((begun_in(folder.path()), begun_in(Path::new("nowhere"))), (Some(Precision::F32), None));
        let told = "it was begun with another model (sha256 m), and it was begun with --min-confidence 0.1";
        assert!(error.contains(told), "{error}");
    }

    proptest! {
        #[test]
        fn confidence_comes_back_to_the_last_bit(confidence in 0f32..=1.0) {
            let json = serde_json::to_string(&finished(confidence)).unwrap();
            prop_assert_eq!(serde_json::from_str::<Finished>(&json).unwrap(), finished(confidence));
        }
    }
}
