//! `tieup corpus` where there is nothing to check.

use std::fs;

use assert_cmd::Command;

#[test]
fn what_holds_no_annotated_passage_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("articles")).unwrap();
    fs::write(folder.path().join("articles/a.txt"), "Acme bought Bolt.").unwrap();
    fs::write(folder.path().join("texts.jsonl"), "{\"id\": \"a\", \"text\": \"Acme bought Bolt.\"}\n").unwrap();
    for command in ["check", "stats"] {
        for (path, told) in [
            ("articles", "error: articles: there is no annotated passage; "),
            ("articles/a.txt", "error: articles/a.txt: there is no annotated passage; "),
            ("texts.jsonl", "error: texts.jsonl holds no stand-off labels; if these are the texts, "),
        ] {
            let mut tieup = Command::cargo_bin("tieup").unwrap();
            let output = tieup.current_dir(folder.path()).args(["corpus", command, path]).output().unwrap();
            let error = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.code() == Some(1) && error.starts_with(told), "{command} {path}: {error}");
        }
    }
}
