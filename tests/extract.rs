//! The program from outside, with a small model of random weights: what it says is nonsense, how it runs is not.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use tch::{Device, nn::VarStore};
use tempfile::TempDir;
use tieup::{
    model::{Encoder, Heads, Model, ModelConfig, Precision},
    text::Tokenizer,
};

/// A folder with a model and articles, in which the program runs.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        make_model(&place.path("model"));
        fs::create_dir(place.path("in")).unwrap();
        for i in 0..12 {
            let text = "Bank bought Cloud because the price is new. Will Energy join Chip, the old rival? ";
            place.write(&format!("in/{i}.txt"), &text.repeat(1 + i * 7 % 12 * 2));
        }
        place.write("in/bad.jsonl", "{\"text\": \"Bank bought Cloud.\"}\nnonsense\n");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// The program with arguments that are words, in one precision: what is fastest may differ from run to run.
    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tieup"));
        command.args(line.split_whitespace()).current_dir(self.0.path()).env("TIEUP_MODEL", "model");
        if line.starts_with("extract") {
            command.args(["--precision", "f32"]);
        }
        command
    }

    /// Runs the program: its exit code and what it printed.
    fn run(&self, line: &str) -> (i32, String, String) {
        told(self.command(line).output().unwrap())
    }

    /// All results in a folder.
    fn results(&self, folder: &str) -> BTreeMap<String, String> {
        let entries = fs::read_dir(self.path(folder)).unwrap().map(|entry| entry.unwrap());
        let named = entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.path()));
        named
            .filter(|(name, _)| name != "run.json")
            .map(|(name, path)| (name, fs::read_to_string(path).unwrap()))
            .collect()
    }
}

fn told(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Writes a model of two narrow layers, with the tokenizer of the tests.
fn make_model(folder: &Path) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let config: ModelConfig = serde_json::from_value(json!({
        "model_type": "bert", "vocab_size": 308, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
        "intermediate_size": 64, "max_position_embeddings": 128, "type_vocab_size": 2, "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1, "layer_norm_eps": 1e-12,
    }))
    .unwrap();
    tch::manual_seed(1);
    let store = VarStore::new(Device::Cpu);
    let encoder = Encoder::new(&store.root(), &config);
    let heads = Heads::new(&store.root(), config.hidden_size);
    let tokenizer = Tokenizer::from_file(&fixtures.join("tokenizer.json")).unwrap();
    let precision = Precision::F32;
    Model { config, precision, tokenizer, encoder, heads, store }.save(folder, &fixtures).unwrap();
}

#[test]
fn any_number_of_workers_writes_the_same_bytes() {
    let place = Place::new();
    let (code, out, err) = place.run("extract in -o one -j 1 --format csv,jsonl --save-text");
    assert_eq!(code, 3, "{err}");
    assert!(
        out.contains("13 articles read, 1 skipped") && out.contains("skipped in/bad.jsonl#2: line 2: not JSON"),
        "{out}"
    );
    let one = place.results("one");
    assert!(one["entities.csv"].lines().count() > 50, "a model that finds nothing would prove nothing");
    for jobs in [2, 3] {
        assert_eq!(place.run(&format!("extract -q in -o many -j {jobs} --format csv,jsonl --save-text")).0, 3);
        assert_eq!(place.results("many"), one);
    }

    let manifest: Value = serde_json::from_slice(&fs::read(place.path("one/run.json")).unwrap()).unwrap();
    let counts = &manifest["counts"];
    assert_eq!((&counts["found"], &counts["processed"], &counts["skipped"]), (&json!(14), &json!(13), &json!(1)));
    assert!(counts["windows"].as_u64() > Some(13));
    assert_eq!(manifest["inputs"]["files"].as_array().unwrap().len(), 13);

    // The texts that were saved are articles again, and say the same.
    assert_eq!(place.run("extract -q one/texts.jsonl -o again").0, 0);
    assert_eq!(place.results("again")["claims.csv"], one["claims.csv"]);
}

#[test]
fn the_last_line_says_where_to_look_and_a_report_can_be_made() {
    let place = Place::new();
    let (_, out, _) = place.run("extract in -o out --format csv,parquet");
    let next = "Next: open out/claims.csv, or run `tieup report out` for a page to read, filter and follow.";
    assert_eq!(out.lines().last(), Some(next));
    assert!(place.path("out/sentences.parquet").exists());
    let (code, out, err) = place.run("report out");
    assert!(code == 0 && out.starts_with("The report is out/report.html ("), "{out}{err}");
    assert!(fs::read_to_string(place.path("out/report.html")).unwrap().starts_with("<!doctype html>"));

    let (_, out, _) = place.run("extract in -o lines --format jsonl");
    assert_eq!(out.lines().last(), Some("Next: open lines/claims.jsonl."));
    let (code, _, err) = place.run("report lines");
    assert_eq!(code, 1);
    assert!(err.starts_with("error: cannot read lines/claims.csv: ") && err.contains("tieup extract"), "{err}");
}

#[test]
fn verify_runs_again_and_compares() {
    let place = Place::new();
    assert_eq!(place.run("extract -q in -o out --min-confidence 0.001 --format csv,parquet").0, 3);
    let (code, out, _) = place.run("verify out/run.json -j 1");
    assert_eq!((code, out.starts_with("the same: ")), (0, true), "{out}");

    let sentences = fs::read_to_string(place.path("out/sentences.csv")).unwrap();
    place.write("out/sentences.csv", &sentences.replacen("Bank bought", "Bank sold", 1));
    let (code, out, _) = place.run("verify out/run.json");
    assert_eq!(code, 1);
    assert!(out.starts_with("sentences.csv: 1 rows are gone, 1 are new\n  ~ row "), "{out}");
    assert!(out.contains("text: Bank sold"), "{out}");

    place.write("in/1.txt", "Bank.");
    let (code, _, err) = place.run("verify out/run.json");
    assert_eq!((code, &*err), (1, "error: the inputs are not those of the run: 1.txt has changed\n"));
}

#[test]
fn a_killed_run_is_resumed() {
    let place = Place::new();
    let article = "Bank bought Cloud because the price is new. ".repeat(20);
    place.write("in/many.jsonl", &format!("{{\"text\": \"{article}\"}}\n").repeat(30));
    assert_eq!(place.run("extract -q in -o whole").0, 3);
    for wait in [150, 300, 450] {
        let mut child = place.command("extract -q in -o out --resume").spawn().unwrap();
        thread::sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(place.run("extract -q in -o out --resume").0, 3);
    assert_eq!(place.results("out"), place.results("whole"));
}

#[test]
fn standard_input_is_answered_on_standard_output() {
    let place = Place::new();
    let mut command = place.command("extract -");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"{\"id\": \"a\", \"text\": \"Bank bought Cloud.\"}\n{\"id\": 1}\n").unwrap();
    let (code, out, err) = told(child.wait_with_output().unwrap());
    assert_eq!(code, 3);
    assert!(err.contains("warning: 1 of 2 inputs and records were skipped; "), "{err}");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = lines.last().unwrap();
    assert_eq!((&last["article"], &last["stage"]), (&json!("1"), &json!("read")));
    assert!(lines[..lines.len() - 1].iter().all(|line| line["article"] == "a" && line["relation"].is_string()));
}

#[test]
fn every_record_is_answered_at_once_and_by_one_line() {
    let place = Place::new();
    let mut child =
        place.command("extract - --by-article -j 1").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()).lines());
    let mut ask = |record: &str| -> Value {
        writeln!(stdin, "{record}").unwrap();
        serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap()
    };
    let article = "{\"id\": \"a\", \"text\": \"Bank bought Cloud. Will Energy join Chip?\"}";
    let first = ask(article);
    assert!(first["article"] == "a" && first["claims"].is_array());
    assert!(!first["entities"].as_array().unwrap().is_empty());
    assert_eq!(ask("\n nonsense")["error"].as_str().unwrap().split(':').next(), Some("line 3"));
    assert_eq!(ask(article), first, "what went before changes nothing");
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[test]
fn shards_are_merged() {
    let place = Place::new();
    assert_eq!(place.run("extract -q in -o whole --format csv,jsonl,xlsx,parquet --save-text").0, 3);
    for shard in ["1/2", "2/2"] {
        let out = shard.replace('/', "-");
        place.run(&format!("extract -q in -o {out} --format csv,jsonl,xlsx,parquet --save-text --shard {shard}"));
    }
    let (code, _, err) = place.run("merge 2-2 -o merged");
    assert_eq!((code, &*err), (1, "error: cannot merge: the set is not complete: 1/2 missing\n"));
    let (code, out, err) = place.run("merge 2-2 1-2 -o merged");
    assert_eq!(code, 3, "{err}");
    assert!(out.starts_with("13 articles read, 1 skipped: "), "{out}");
    let bytes = |folder: &str, name: &str| fs::read(place.path(folder).join(name)).unwrap();
    let names =
        ["claims.csv", "ties.csv", "entities.csv", "sentences.csv", "skipped.csv", "claims.jsonl", "texts.jsonl"];
    for name in names.into_iter().chain(["claims.schema.json", "tieup.xlsx", "claims.parquet", "ties.parquet"]) {
        assert!(bytes("merged", name) == bytes("whole", name), "{name}");
    }
    let files = |folder: &str| fs::read_dir(place.path(folder)).unwrap().count();
    assert_eq!(files("merged"), files("whole"));
    assert_eq!(place.run("verify merged/run.json -q").0, 0);
}

#[test]
fn the_model_tells_which_claims_are_sure_enough() {
    let place = Place::new();
    let claims = |folder: &str| place.results(folder)["claims.csv"].lines().count() - 1;
    assert_eq!(place.run("extract -q in -o all").0, 3);
    assert!(claims("all") > 0, "a model that claims nothing would prove nothing");
    let settings = |settings: Value| {
        let mut config: Value = serde_json::from_slice(&fs::read(place.path("model/config.json")).unwrap()).unwrap();
        config["tieup"] = settings;
        place.write("model/config.json", &config.to_string());
    };
    settings(json!({"min_confidence": 0.5, "calibration": {"slope": 1.0, "offset": -50.0}}));
    assert_eq!(place.run("extract -q in -o sure").0, 3);
    assert_eq!(claims("sure"), 0);
    assert_eq!(place.run("extract -q in -o asked --min-confidence 0").0, 3);
    assert_eq!(claims("asked"), claims("all"));
    assert_eq!(place.run("verify -q sure/run.json"), (0, String::new(), String::new()));

    settings(json!({"calibration": {"slope": -1.0, "offset": 0.0}}));
    let (code, _, err) = place.run("extract -q in -o out");
    let wrong = "error: model/config.json: under tieup, slope must be above 0 and min_confidence from 0 to 1; tieup calibrate \
                 writes them anew\n";
    assert_eq!((code, &*err), (1, wrong));
}

#[test]
fn a_model_that_is_never_right_is_not_calibrated() {
    let place = Place::new();
    place.write("dev.txt", &format!("=== a\n---\n[F] {}\n---\n", "Bank bought Cloud, a rival. ".repeat(20).trim()));
    let before = fs::read(place.path("model/config.json")).unwrap();
    let (code, _, err) = place.run("calibrate dev.txt");
    assert_eq!(code, 1);
    assert!(
        err.contains("error: model is left as it is: 0 of the ") && err.contains(" claims found are right;"),
        "{err}"
    );
    assert_eq!(fs::read(place.path("model/config.json")).unwrap(), before);
}

#[test]
fn an_exam_tells_what_it_compares() {
    let place = Place::new();
    place.write(
        "dev.csv",
        "text,text_w_pairs\nBank grew as Chip shrank .,<ARG1>Bank grew</ARG1> as <ARG0>Chip shrank</ARG0> .\n",
    );
    let (code, out, err) = place.run("exam cnc dev.csv");
    assert_eq!(code, 0, "{err}");
    assert!(
        out.starts_with("1 text. Causes are compared with ") && out.contains("\ncauses with their effect "),
        "{out}"
    );
    let (code, _, err) = place.run("exam core dev.csv");
    assert_eq!(code, 1);
    assert!(err.contains("error: dev.csv: not the file that the exam is about (CORE's test.json): "), "{err}");
}

#[test]
fn what_cannot_be_run_is_told_in_a_sentence() {
    let place = Place::new();
    let refused = |line: &str| {
        let (code, _, err) = place.run(line);
        (code, err.lines().next().unwrap_or_default().to_owned())
    };
    let told = |code, text: &str| (code, text.to_owned());
    assert_eq!(refused("extract in"), told(2, "error: name the folder to write to with -o FOLDER"));
    let beside = "error: standard input (-) cannot be read beside other inputs; name it alone";
    assert_eq!(refused("extract in - -o out"), told(2, beside));
    let missing = "error: no input can be read; nope: cannot be opened: No such file or directory (os error 2)";
    assert_eq!(refused("extract nope -o out"), told(1, missing));
    let no_model = "error: nope/config.json: cannot be read: No such file or directory (os error 2)";
    assert_eq!(refused("extract in -o out -m nope").0, 1);
    assert_eq!(refused("model info nope"), told(1, no_model));
    assert!(!place.path("out").exists());

    place.write("tieup.toml", "[extract]\noutput = 'out'\nspeed = 'high'\n");
    assert_eq!(refused("extract in"), told(1, "error: tieup.toml: extract has no option speed"));
    place.write("tieup.toml", "[extract]\noutput = 'out'\nmin-confidence = 2\n");
    assert!(refused("extract in").1.contains("'2' for '--min-confidence <X>': expected a number from 0 to 1"));
    place.write("tieup.toml", "[extract]\noutput = 'out'\nquiet = true\n");
    let skipped = "warning: 1 of 14 inputs and records were skipped; first in/bad.jsonl#2: line 2: not JSON";
    let (code, warning) = refused("extract in --min-confidence 0.5");
    assert!(code == 3 && warning.starts_with(skipped), "{warning}");
    assert!(place.path("out/claims.csv").exists());
}

#[test]
fn what_is_in_the_folder_does_not_go_silently() {
    let place = Place::new();
    assert_eq!(place.run("extract in/1.txt -o out").0, 0);
    let (code, _, err) = place.run("extract in/1.txt -o out");
    assert_eq!((code, &*err), (0, "the results of a finished run in out are replaced\n"));
    let (code, _, err) = place.run("extract in/1.txt -o out --resume");
    assert!(
        code == 0 && err.starts_with("there is nothing to resume: the run in out is finished; it is done anew"),
        "{err}"
    );
    assert_eq!(place.run("extract -q in/1.txt -o out").2, "");
    assert_eq!(
        place.run("extract in/2.txt -o in/1.txt").2,
        "error: cannot write to in/1.txt: it is a file, not a folder\n"
    );
}

#[test]
fn an_unfinished_run_is_continued_or_thrown_away_only_if_told_so() {
    let place = Place::new();
    let article = "Bank bought Cloud because the price is new. ".repeat(20);
    place.write("in/many.jsonl", &format!("{{\"text\": \"{article}\"}}\n").repeat(3000));
    let mut child = place.command("extract -q in -o out").spawn().unwrap();
    let journal = place.path("out/.tieup-journal");
    // A record may be longer than what is written at once.
    let lines = || fs::read(&journal).map_or(0, |bytes| bytes.iter().filter(|&&byte| byte == b'\n').count());
    while lines() < 2 {
        assert!(child.try_wait().unwrap().is_none(), "the run ended too early");
        thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = fs::read(&journal).unwrap();
    let (code, _, err) = place.run("extract in/1.txt -o out");
    assert!(code == 1 && err.contains("--resume continues it, --restart throws it away"), "{err}");
    assert_eq!(fs::read(&journal).unwrap(), kept);
    assert_eq!(place.run("extract in/1.txt -o out --restart").0, 0);
    assert!(!journal.exists());
}

#[test]
fn a_field_that_no_record_has_is_told_however_quiet() {
    let place = Place::new();
    let (code, _, err) = place.run("extract -q in/bad.jsonl -o out --text-field nosuch");
    assert_eq!(code, 3);
    let all = "warning: nothing could be read: all of 2 inputs and records were skipped; first in/bad.jsonl#1: ";
    assert!(err.starts_with(all) && err.contains("nosuch"), "{err}");
}

#[test]
fn eval_names_the_model_that_it_uses() {
    let place = Place::new();
    place.write(
        "gold.txt",
        "=== a\n---\n[F] <e1 ORG>Bank</e1> <t1>bought</t1> <e2 ORG>Cloud</e2>.\n---\nt1 acquisition who=e1 whom=e2\n",
    );
    let (code, out, err) = place.run("eval gold.txt");
    assert!(code == 0 && out.starts_with("model: model\n"), "{out}{err}");
    place.run("eval gold.txt --json").1.parse::<Value>().map(|told| assert_eq!(told["model"], "model")).unwrap();
}

#[test]
fn a_dry_run_only_tells() {
    let place = Place::new();
    let (code, out, _) = place.run("extract in nope --dry-run -o out -j 4");
    assert_eq!(code, 0);
    let lines: Vec<&str> = out.lines().collect();
    assert!(
        lines[0].starts_with("would skip nope: ")
            && lines[1].starts_with("would read 13 files (12 text, 1 JSON Lines)")
    );
    assert_eq!(lines[2..], ["would use the model model on 4 threads", "would write to out"]);
    assert!(!place.path("out").exists());
}

#[test]
fn completions_and_manual_pages_know_the_options() {
    let place = Place::new();
    assert!(place.run("completions zsh").1.contains("--min-confidence"));
    assert_eq!(place.run("man man").0, 0);
    assert!(fs::read_to_string(place.path("man/tieup-extract.1")).unwrap().contains("resume"));
}
