//! Whole runs with a stand-in for the model.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use tempfile::TempDir;

use super::{testing::Fake, *};
use crate::output::LinePer;

/// A folder with `in`, where articles are, and beside it as many folders as a test wants to write to.
struct Place(TempDir);

impl Place {
    /// Articles of all lengths in files and records, one of which cannot be read.
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for i in 0..20 {
            place.write(
                &format!("{i}.txt"),
                &"Bank bought Cloud. The deal is new, the price is old. ".repeat(1 + i * i % 17),
            );
        }
        place.write("long.txt", &"Bank bought Cloud. The deal is new, the price is old. ".repeat(80));
        let records =
            (0..30).map(|i| format!("{{\"text\": \"State bought Energy. {}\"}}\n", "It paid. ".repeat(12 * i)));
        place.write("r.jsonl", &(records.collect::<String>() + "nonsense\n"));
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path("in")).unwrap();
        fs::write(self.path("in").join(name), text).unwrap();
    }

    fn options(&self) -> ExtractOptions {
        let formats = vec![OutputFormat::Csv, OutputFormat::Jsonl];
        ExtractOptions { inputs: vec![self.path("in")], formats, save_text: true, ..ExtractOptions::default() }
    }

    fn run(&self, out: &str, options: &ExtractOptions, jobs: usize) -> Manifest {
        self.try_run(out, options, jobs, false, usize::MAX).unwrap()
    }

    /// Runs until so many articles are done.
    fn try_run(
        &self,
        out: &str,
        options: &ExtractOptions,
        jobs: usize,
        resume: bool,
        until: usize,
    ) -> Result<Manifest, RunError> {
        let (out, stop) = (self.path(out), AtomicBool::new(false));
        let plan = Plan::new(options, Some(&out))?;
        let unfinished = if resume { Unfinished::Resume } else { Unfinished::Keep };
        let extraction = Extraction { options, plan: &plan, out: &out, model: &model(), unfinished, jobs, stop: &stop };
        let mut watch = |event: Event| {
            if let Event::Progress(counts, _) = event {
                stop.store(counts.found >= until, Ordering::Relaxed);
            }
        };
        extract(&extraction, &Fake::new(), &mut watch).map(|(manifest, _)| manifest)
    }

    /// Everything in a folder but its manifest.
    fn results(&self, out: &str) -> BTreeMap<String, String> {
        let entries = fs::read_dir(self.path(out)).unwrap().map(|entry| entry.unwrap());
        let named = entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.path()));
        named
            .filter(|(name, _)| name != "run.json")
            .map(|(name, path)| (name, fs::read_to_string(path).unwrap()))
            .collect()
    }
}

fn model() -> ModelRecord {
    ModelRecord { folder: "fake".to_owned(), sha256: "fake".to_owned() }
}

#[test]
fn the_number_of_workers_and_the_order_of_the_arguments_change_no_byte() {
    let place = Place::new();
    let manifest = place.run("one", &place.options(), 1);
    let counts = manifest.counts;
    assert_eq!((counts.found, counts.processed, counts.skipped), (52, 51, 1));
    assert!(counts.windows > 2 * counts.processed, "{counts:?}");
    assert!(counts.claims > 50, "{counts:?}");
    let one = place.results("one");
    assert!(one["claims.csv"].lines().count() == counts.claims + 1 && one.len() == 12, "{:?}", one.keys());

    let mut files: Vec<PathBuf> = fs::read_dir(place.path("in")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort_by_key(|path| path.as_os_str().as_encoded_bytes().iter().rev().copied().collect::<Vec<u8>>());
    place.run("three", &place.options(), 3);
    assert_eq!(place.results("three"), one);
    // Files that are named are called by their whole path; within a folder that path is the same for all.
    let named = ExtractOptions { inputs: files.clone(), ..place.options() };
    let turned = ExtractOptions { inputs: files.into_iter().rev().collect(), ..place.options() };
    place.run("named", &named, 2);
    place.run("turned", &turned, 2);
    assert_eq!(place.results("named"), place.results("turned"));
}

#[test]
fn a_resumed_run_gives_what_an_uninterrupted_one_does() {
    let place = Place::new();
    place.run("whole", &place.options(), 2);
    for until in [1, 7, 20, 45] {
        let stopped = place.try_run("out", &place.options(), 2, true, until);
        assert!(matches!(stopped, Err(RunError::Stopped)));
        assert_eq!(place.results("out").into_keys().collect::<Vec<_>>(), [".tieup-journal"]);
        // What a kill leaves: the last record half written.
        let journal = place.path("out").join(".tieup-journal");
        let bytes = fs::read(&journal).unwrap();
        fs::write(&journal, &bytes[..bytes.len() - 9]).unwrap();
    }
    let manifest = place.try_run("out", &place.options(), 2, true, usize::MAX).unwrap();
    // Of the group whose last record was cut off none is taken over, or all, where it was done twice.
    assert!((1..=51).contains(&manifest.resumed_articles), "{}", manifest.resumed_articles);
    assert_eq!(place.results("out"), place.results("whole"));
}

#[test]
fn what_has_changed_is_done_again() {
    let place = Place::new();
    assert!(place.try_run("out", &place.options(), 2, false, 30).is_err());
    // Of the same length, so that the groups of the others are what they were.
    let text = fs::read_to_string(place.path("in").join("0.txt")).unwrap();
    place.write("0.txt", &text.replace("old", "new"));
    let resumed = place.try_run("out", &place.options(), 2, true, usize::MAX).unwrap();
    assert!((1..50).contains(&resumed.resumed_articles), "{}", resumed.resumed_articles);
    place.run("whole", &place.options(), 2);
    assert_eq!(place.results("out"), place.results("whole"));

    assert!(place.try_run("out", &place.options(), 2, false, 30).is_err());
    let other = ExtractOptions { min_confidence: 0.5, ..place.options() };
    let error = place.try_run("out", &other, 2, true, usize::MAX).unwrap_err().to_string();
    assert!(error.contains("it was begun with --min-confidence 0"), "{error}");
}

#[test]
fn an_unfinished_run_is_not_dropped() {
    let place = Place::new();
    assert!(place.try_run("out", &place.options(), 2, false, 30).is_err());
    let journal = place.results("out");
    let error = place.try_run("out", &place.options(), 2, false, usize::MAX).unwrap_err();
    assert!(matches!(error, RunError::Unfinished { articles, .. } if articles >= 29), "{error}");
    assert_eq!(place.results("out"), journal);
    assert!(place.try_run("out", &place.options(), 2, true, usize::MAX).unwrap().resumed_articles >= 29);
}

#[test]
fn one_article_does_not_take_the_others_with_it() {
    let place = Place::new();
    place.write("3.txt", &"The deal is new. ".repeat(200));
    place.write("4.txt", "State banned Cloud.");
    place.write("5.txt", "  ");
    place.write("6.txt", "\u{feff}");
    fs::write(place.path("in").join("7.txt"), (0..=255).collect::<Vec<u8>>().repeat(9)).unwrap();
    let options = ExtractOptions { max_article_seconds: 0, ..place.options() };
    let manifest = place.run("out", &options, 2);
    let counts = manifest.counts;
    assert_eq!(counts.found, counts.processed + counts.skipped);
    let reason = |name: &str| {
        let skip = manifest.skipped.iter().find(|skip| skip.path.ends_with(name));
        skip.map(|skip| (skip.stage.as_str(), skip.reason.as_str())).unwrap_or_else(|| panic!("{name} was not skipped"))
    };
    let slow = "took the model more than 0 seconds; raise --max-article-seconds to wait longer";
    assert_eq!(reason("/3.txt"), ("model", slow));
    assert_eq!(reason("/4.txt"), ("model", "tieup failed on it (a banned word); please report this article"));
    assert_eq!(reason("/5.txt").0, "read");
    assert_eq!(reason("/6.txt").0, "read");
    assert_eq!(reason("/7.txt").0, "read");
    assert_eq!(reason("/r.jsonl#31").0, "read");
}

/// A pipe that is seen from outside, and breaks after so many bytes.
#[derive(Clone)]
struct Pipe(Arc<Mutex<Vec<u8>>>, usize);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.0.lock().unwrap();
        if written.len() >= self.1 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_stream_answers_in_order_and_tells_of_bad_records() {
    let input = "{\"id\":\"a\",\"text\":\"Bank bought Cloud.\"}\n{\"id\":\"b\",\"text\":\"State banned Cloud.\"}\n{\n{\"id\":\"c\",\"text\":\"Group bought Chip.\"}\n";
    let pipe = Pipe(Arc::default(), usize::MAX);
    let counts =
        stream(input.as_bytes(), pipe.clone(), &ExtractOptions::default(), LinePer::Claim, 3, &Fake::new()).unwrap();
    assert_eq!((counts.processed, counts.skipped), (2, 2));
    let written = String::from_utf8(pipe.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<serde_json::Value> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = lines.iter().map(|line| (line["article"].as_str().unwrap(), line["whom"].as_str())).collect();
    assert_eq!(told, [("a", Some("Cloud")), ("b", None), ("-#3", None), ("c", Some("Chip"))]);
    assert!(lines[1]["error"].as_str().unwrap().contains("a banned word") && lines[1]["stage"] == "model");
}

impl Place {
    /// Runs all shards of so many, into `NAME-1`, `NAME-2` …
    fn run_shards(&self, name: &str, of: usize, options: &ExtractOptions) -> Vec<PathBuf> {
        let run = |number: usize| {
            let out = format!("{name}-{number}");
            let shard = Some(format!("{number}/{of}").parse().unwrap());
            self.run(&out, &ExtractOptions { shard, ..options.clone() }, 2);
            self.path(&out)
        };
        (1..=of).map(run).collect()
    }

    fn merge(&self, shards: &[PathBuf], out: &str) -> Result<Manifest, String> {
        merge(shards, &self.path(out), &mut |_| {}).map(|(manifest, _)| manifest).map_err(|error| error.to_string())
    }
}

#[test]
fn merged_shards_are_what_one_run_writes() {
    let place = Place::new();
    // Ids that repeat within a file and between files, skips of every kind, warnings.
    place.write("s.jsonl", "{\"id\": \"1.txt\", \"body\": \"Bank bought Chip.\"}\n{\"id\": \"1.txt\"}\n{\"id\": \"1.txt\", \"text\": \"Chip\u{fffd} bought Bank.\"}\n");
    place.write("4.txt", "State banned Cloud.");
    place.write("5.txt", "  ");
    place.write("x.pdf", "%PDF");
    let mut options = place.options();
    options.inputs.push(place.path("nowhere"));
    let whole = place.run("whole", &options, 2);
    for of in [1, 2, 5] {
        let mut shards = place.run_shards(&format!("part{of}"), of, &options);
        shards.reverse();
        let merged = place.merge(&shards, "merged").unwrap();
        assert_eq!(place.results("merged"), place.results("whole"));
        assert_eq!((merged.counts, &merged.skipped, &merged.warnings), (whole.counts, &whole.skipped, &whole.warnings));
        assert_eq!((&merged.options, &merged.inputs), (&whole.options, &whole.inputs));
        let manifest = Manifest::read(&place.path("merged/run.json")).unwrap();
        assert_eq!(manifest.merged_shards, u32::try_from(of).ok());
    }
    assert!(whole.counts.skipped >= 5 && whole.warnings.len() >= 3, "{whole:?}");
}

#[test]
fn a_shard_that_was_stopped_is_resumed() {
    let place = Place::new();
    place.run("whole", &place.options(), 2);
    let mut shards = place.run_shards("part", 2, &place.options());
    let second = ExtractOptions { shard: Some("2/2".parse().unwrap()), ..place.options() };
    assert!(place.try_run("again", &second, 2, false, 31).is_err());
    shards[1] = place.path("again");
    let refused = place.merge(&shards, "merged").unwrap_err();
    assert!(
        refused.ends_with("again is not complete: it has no run.json; run that shard again with --resume"),
        "{refused}"
    );
    // The first groups were done as a whole.
    assert!(place.try_run("again", &second, 2, true, usize::MAX).unwrap().resumed_articles >= 9);
    assert!(place.merge(&shards, "merged").unwrap().resumed_articles >= 9);
    assert_eq!(place.results("merged"), place.results("whole"));
}

#[test]
fn what_is_not_one_run_is_not_merged() {
    let place = Place::new();
    let shards = place.run_shards("part", 3, &place.options());
    let refused = |shards: &[&PathBuf], out: &str| {
        let shards: Vec<PathBuf> = shards.iter().copied().cloned().collect();
        place.merge(&shards, out).unwrap_err().replace(&format!("{}/", place.0.path().display()), "")
    };
    let [a, b, c] = &*shards else { unreachable!() };
    assert_eq!(refused(&[c], "out"), "cannot merge: the set is not complete: 1/3, 2/3 missing");
    assert_eq!(refused(&[a, b, c, a], "out"), "cannot merge: part-1 and part-1 are both the shard 1/3");
    assert_eq!(refused(&[a, b, c], "part-2"), "cannot merge: part-2 is a shard; name another folder with -o");
    place.run("whole", &place.options(), 1);
    let whole = place.path("whole");
    assert_eq!(refused(&[a, b, &whole], "out"), "cannot merge: whole is no shard; it was written without --shard");

    let third = |options: ExtractOptions| ExtractOptions { shard: Some("3/3".parse().unwrap()), ..options };
    let other = place.path("other");
    let other_than = |what: &str| format!("cannot merge: other was made with {what} than part-2");
    place.run("other", &third(ExtractOptions { min_confidence: 0.5, ..place.options() }), 1);
    assert_eq!(refused(&[a, b, &other], "out"), other_than("other options"));
    place.run("other", &ExtractOptions { shard: Some("3/4".parse().unwrap()), ..place.options() }, 1);
    assert_eq!(refused(&[a, b, &other], "out"), other_than("another number of shards"));
    let manifest = fs::read_to_string(c.join("run.json")).unwrap();
    fs::write(other.join("run.json"), manifest.replace("\"sha256\": \"fake\"", "\"sha256\": \"other\"")).unwrap();
    assert_eq!(refused(&[a, b, &other], "out"), other_than("another model"));
    place.write("more.txt", "Bank bought Cloud.");
    place.run("other", &third(place.options()), 1);
    assert_eq!(refused(&[a, b, &other], "out"), other_than("other inputs"));
    assert!(!place.path("out").exists());

    // A file of results that is cut off, or of another shard.
    let file = c.join("shard.jsonl.zst");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 3]).unwrap();
    let cut_off = refused(&[a, b, c], "out");
    assert!(cut_off.starts_with("cannot read part-3/shard.jsonl.zst: "), "{cut_off}");
    fs::copy(a.join("shard.jsonl.zst"), &file).unwrap();
    let other_articles = refused(&[a, b, c], "out");
    assert!(other_articles.starts_with("cannot merge: the shards did not read the same articles"), "{other_articles}");
    assert!(!place.path("out/run.json").exists());
}

#[test]
fn a_broken_pipe_ends_the_run() {
    let input = "{\"text\":\"Bank bought Cloud.\"}\n".repeat(5000);
    let pipe = Pipe(Arc::default(), 500);
    let input = io::Cursor::new(input.into_bytes());
    let error = stream(input, pipe, &ExtractOptions::default(), LinePer::Claim, 2, &Fake::new()).unwrap_err();
    assert!(matches!(error, RunError::Output(error) if error.is_broken_pipe()));
}

fn verified(place: &Place, manifest: &Manifest, model: &ModelRecord) -> Result<Vec<Difference>, RunError> {
    verify(manifest, &place.path("out"), &Fake::new(), model, 2, &AtomicBool::new(false), &mut |_| {})
}

#[test]
fn verify_tells_what_is_different() {
    let place = Place::new();
    let out = place.path("out");
    place.run("out", &place.options(), 2);
    let manifest = Manifest::read(&out.join("run.json")).unwrap();
    assert_eq!(verified(&place, &manifest, &model()).unwrap(), []);

    let claims = fs::read_to_string(out.join("claims.csv")).unwrap();
    fs::write(out.join("claims.csv"), claims.replacen("acquisition", "launch", 1)).unwrap();
    let differences = verified(&place, &manifest, &model()).unwrap();
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0].rows, ["~ row 1: relation: launch → acquisition"]);

    place.write("1.txt", "Bank");
    place.write("new.txt", "Bank");
    fs::remove_file(place.path("in").join("2.txt")).unwrap();
    let error = verified(&place, &manifest, &model()).unwrap_err().to_string();
    assert_eq!(error, "the inputs are not those of the run: 1.txt has changed, 2.txt is gone, new.txt is new");

    let other = ModelRecord { sha256: "other".to_owned(), ..model() };
    let error = verified(&place, &manifest, &other).unwrap_err().to_string();
    assert!(error.starts_with("the model in fake is not the one of the run"), "{error}");
    assert!(Path::new(&out).join("run.json").exists());
}

#[test]
fn nothing_is_left_of_outputs_that_cannot_be_written() {
    let place = Place::new();
    fs::write(place.path("file"), "").unwrap();
    let error = place.try_run("file", &place.options(), 1, false, usize::MAX).unwrap_err().to_string();
    assert!(error.contains("cannot write") && error.contains("file"), "{error}");
}
