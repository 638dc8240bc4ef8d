//! `tieup eval --against`: two label sets of the same passages, from files to figures.

use std::{fs, path::Path, process::Output};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

const GOLD: &str = "=== first\n---\n[F] <e1 ORG>Nimbus</e1> <t1>bought</t1> <e2 ORG>Oryx</e2>.\n---\nt1 acquisition who=e1 whom=e2\n\n\
                    === second\n---\n[F] <e1 ORG>Verda</e1> <t1>sued</t1> <e2 ORG>Oryx</e2>.\n---\nt1 dispute who=e1 whom=e2\n";

/// The second passage read the other way round.
fn other() -> String {
    GOLD.replace("dispute who=e1 whom=e2", "dispute who=e2 whom=e1")
}

fn eval(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("tieup").unwrap();
    command.current_dir(folder).arg("eval").args(arguments).output().unwrap()
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, contents) in files {
        fs::write(folder.path().join(name), contents).unwrap();
    }
    folder
}

#[test]
fn two_label_sets_are_compared() {
    let folder = folder(&[("gold.txt", GOLD), ("other.txt", &other())]);
    let arguments = ["gold.txt", "--against", "other.txt", "--json", "--errors", "1", "--csv", "figures.csv"];
    let output = eval(folder.path(), &arguments);
    assert!(output.status.success(), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let measures = report["files"][0]["measures"].as_array().unwrap();
    let claims = measures.iter().find(|row| row["measure"] == "claims").unwrap();
    assert_eq!((claims["f1"].as_f64(), claims["wanted"].as_u64()), (Some(0.5), Some(2)));
    assert_eq!(report["files"].as_array().unwrap().len(), 1, "one file needs no sum");
    let errors: Vec<_> =
        report["errors"].as_array().unwrap().iter().map(|error| (&error["side"], &error["who"])).collect();
    assert_eq!(
        errors,
        [(&Value::from("missed"), &Value::from("Verda")), (&Value::from("false"), &Value::from("Oryx"))]
    );
    let csv = fs::read_to_string(folder.path().join("figures.csv")).unwrap();
    assert!(csv.starts_with("file,records,measure,precision,recall,f1,f1_low,f1_high,share,right,found,wanted\n"));
    assert!(csv.contains("\ngold.txt,2,named mentions,1.0,1.0,1.0,1.0,1.0,,4,4,4\n"), "{csv}");
    assert!(
        csv.contains("gold.txt,2,\"right direction, of pairs with the right asymmetric relation\",,,,,,0.5,1,,2\n")
    );
}

#[test]
fn several_files_are_summed_up() {
    let (first, second) = GOLD.split_at(GOLD.find("=== second").unwrap());
    let folder = folder(&[("a.txt", first), ("b.txt", second), ("other.txt", &other())]);
    let output = eval(folder.path(), &["a.txt", "b.txt", "--against", "other.txt"]);
    let table = String::from_utf8(output.stdout).unwrap();
    for part in ["a.txt: 1 record\n", "b.txt: 1 record\n", "all: 2 records\n"] {
        assert!(table.contains(part), "{table}");
    }
}

#[test]
fn what_cannot_be_compared_is_said() {
    let changed = GOLD.replace("Oryx", "Onyx");
    let folder = folder(&[("gold.txt", GOLD), ("changed.txt", &changed), ("wrong.txt", "=== third\n---\n[F] A.\n")]);
    let output = eval(folder.path(), &["gold.txt", "--against", "changed.txt"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error, "error: gold.txt: first has another text in changed.txt\n");
    let output = eval(folder.path(), &["wrong.txt", "--against", "gold.txt"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.starts_with("error: a record is wrong; see `tieup corpus check`: wrong.txt, line 1: third: "),
        "{error}"
    );
}
