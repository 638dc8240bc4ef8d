use std::{error::Error, fs, io::Write, path::Path};

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// The items of a file of this name and content.
fn items(name: &str, content: &[u8], options: &ReadOptions) -> Vec<Item> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    read(&Input::new(&path, name.to_owned()).unwrap(), options).collect()
}

fn article(name: &str, content: &[u8]) -> Article {
    match items(name, content, &ReadOptions::default()).remove(0) {
        Item::Article(article, _) => article,
        Item::Skipped(skip) => panic!("{skip:?}"),
    }
}

/// Ids of articles and reasons of skips.
fn told(items: &[Item]) -> Vec<String> {
    items
        .iter()
        .map(|item| match item {
            Item::Article(article, _) => article.id.clone(),
            Item::Skipped(skip) => format!("{}: {}", skip.id, skip.reason),
        })
        .collect()
}

#[test]
fn a_title_apart_from_the_text_stands_in_front_of_it() {
    let line = json!({"newid": 7, "Title": "Harbor\n  picks Lumen", "BODY": "Harbor chose Lumen.\r\n", "date": "26-FEB-1987 15:01:01.79"});
    let article = article("a.jsonl", line.to_string().as_bytes());
    assert_eq!(article.id, "7");
    assert_eq!(article.title.as_deref(), Some("Harbor picks Lumen"));
    assert_eq!(article.published.as_deref(), Some("1987-02-26"));
    assert_eq!(article.text, "Harbor picks Lumen\n\nHarbor chose Lumen.");
    assert_eq!(&article.text[article.body_start..], "Harbor chose Lumen.");
}

#[test]
fn a_title_within_the_text_stays_where_it_is() {
    for body in ["Harbor picks\nLumen\n\nIt did.", "Harbor picks Lumen", "OPINION\n\nHarbor picks Lumen\n\nIt did."] {
        let parts = Parts { title: Some("Harbor picks Lumen".into()), published: None, body: body.into() };
        let article = Article::from_parts("a".into(), parts).unwrap();
        assert_eq!((article.text.as_str(), article.body_start), (body, 0));
    }
    let body = "Harbor picks Lumen for storage.";
    let parts = Parts { title: Some("Harbor picks Lumen".into()), published: None, body: body.into() };
    assert_eq!(Article::from_parts("a".into(), parts).unwrap().body_start, 20);
}

#[test]
fn each_format_is_read() {
    let text = "Harbor chose Lumen.";
    for (name, content) in [
        ("a.txt", text.to_owned()),
        ("a.md", format!("{text}\n")),
        ("a.html", format!("<p>{text}</p>")),
        ("a.jsonl", format!("{{\"text\":\"{text}\"}}")),
        ("a.csv", format!("text,id\n{text},1\n")),
        ("a.tsv", format!("id\ttext\n1\t{text}\n")),
    ] {
        assert_eq!(article(name, content.as_bytes()).text, text, "{name}");
    }
}

#[test]
fn compressed_files_are_read_and_bombs_are_not() -> Result<(), Box<dyn Error>> {
    let gzip = |content: &[u8]| -> std::io::Result<Vec<u8>> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content)?;
        encoder.finish()
    };
    let text = b"Harbor chose Lumen.";
    assert_eq!(article("a.txt.gz", &gzip(text)?).text.as_bytes(), text);
    assert_eq!(article("a.txt.zst", &zstd::encode_all(&text[..], 1)?).text.as_bytes(), text);
    assert_eq!(article("a.txt", text).id, "a.txt");
    let bomb = gzip(&vec![b'a'; 50 << 20])?;
    let reason = "larger than 10485760 bytes; raise --max-article-bytes to read it";
    let options = ReadOptions::default();
    assert_eq!(told(&items("a.txt.gz", &bomb, &options)), [format!("a.txt.gz: {reason}")]);
    assert_eq!(told(&items("a.jsonl.gz", &bomb, &options)), [format!("a.jsonl.gz#1: line 1: {reason}")]);
    let cut = &gzip(b"{\"text\":\"a\"}\n{\"text\":\"b\"}\n")?[..20];
    assert!(
        told(&items("a.jsonl.gz", cut, &options)).last().is_some_and(|last| last.contains("cannot be read to its end"))
    );
    Ok(())
}

#[test]
fn a_bad_record_does_not_harm_the_next() {
    let long = format!("{{\"text\":\"{}\"}}", "a".repeat(200));
    let lines = [
        "{\"text\":\"one\"}",
        "nonsense",
        "",
        "[1]",
        "{\"words\":\"x\",\"n\":1}",
        &long,
        "{\"text\":\" \"}",
        "{\"text\":\"last\"}",
    ];
    let options = ReadOptions { max_article_bytes: 100, ..ReadOptions::default() };
    let told = told(&items("a.jsonl", lines.join("\n").as_bytes(), &options));
    assert_eq!(told[0], "a.jsonl#1");
    assert!(told[1].starts_with("a.jsonl#2: line 2: not JSON: "), "{}", told[1]);
    assert_eq!(told[2], "a.jsonl#3: line 4: not a JSON object with named fields");
    assert!(told[3].ends_with("its fields are: words, n. Name the one to read with --text-field"), "{}", told[3]);
    assert!(told[4].contains("line 6: larger than 100 bytes"), "{}", told[4]);
    assert!(told[5].contains("line 7: has no text"), "{}", told[5]);
    assert_eq!(told[6], "a.jsonl#7");
}

#[test]
fn fields_are_guessed_once_or_named() {
    let table = b"id,headline,articleBody,notes\n1,A,one,x\n1,B,two,y\n";
    let messages = |options: &ReadOptions| -> Vec<Vec<String>> {
        items("a.csv", table, options)
            .into_iter()
            .map(|item| match item {
                Item::Article(article, notes) => [vec![article.text], notes.messages].concat(),
                Item::Skipped(skip) => panic!("{skip:?}"),
            })
            .collect()
    };
    assert_eq!(
        messages(&ReadOptions::default()),
        [
            vec!["A\n\none", r#"fields are guessed: id from "id", text from "articleBody", title from "headline""#],
            vec!["B\n\ntwo", "line 3: the id 1 was there before; repeated ids end in ~2, ~3 …"],
        ]
    );
    let field = |name: &str| Some(name.to_owned());
    let named = ReadOptions {
        text_field: field("notes"),
        id_field: field("headline"),
        title_field: field("none"),
        ..ReadOptions::default()
    };
    assert_eq!(messages(&named), [["x"], ["y"]]);
}

#[test]
fn html_in_a_field_loses_its_tags() {
    let line = json!({"content": "<p>Harbor &amp; Lumen</p><p>They signed.</p>"}).to_string();
    assert_eq!(article("a.jsonl", line.as_bytes()).text, "Harbor & Lumen\n\nThey signed.");
}

#[test]
fn records_in_other_encodings_are_read() {
    let table = "text\nZoë paid €3m to Überlauf.\n";
    let utf_16: Vec<u8> = format!("\u{FEFF}{table}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for content in [table.as_bytes().to_vec(), utf_16, encoding_rs::WINDOWS_1252.encode(table).0.into_owned()] {
        assert_eq!(article("a.csv", &content).text, "Zoë paid €3m to Überlauf.");
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    let options = ReadOptions::default();
    assert_eq!(told(&items("a.txt", b"", &options)), ["a.txt: has no text"]);
    assert_eq!(told(&items("a.txt", &[0; 99], &options)), ["a.txt: not text: it looks like a binary file"]);
    assert_eq!(told(&items("a.csv", b"", &options)), Vec::<String>::new());
    let gone = Input::new(Path::new("no/such/file.txt"), "file.txt".to_owned()).unwrap();
    let told = told(&read(&gone, &options).collect::<Vec<_>>());
    assert!(told[0].starts_with("file.txt: cannot be opened: "), "{}", told[0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_pass_through_every_reader(content in any::<Vec<u8>>()) {
        for name in ["a.txt", "a.md", "a.html", "a.jsonl", "a.csv", "a.tsv", "a.txt.gz", "a.jsonl.zst"] {
            for item in items(name, &content, &ReadOptions::default()) {
                if let Item::Article(article, _) = item {
                    prop_assert!(article.text.is_char_boundary(article.body_start));
                }
            }
        }
    }

    #[test]
    fn every_good_line_gives_its_article(lines in prop::collection::vec(prop_oneof![
        "[a-z]{1,9}".prop_map(Ok),
        prop_oneof![Just(b"{\"text\":".to_vec()), Just(vec![0xFF, 0xFE, b'"']), Just(b"[]".to_vec()), Just(b"\0".to_vec())].prop_map(Err),
    ], 1..20)) {
        let mut content = b"{}\n".to_vec();
        for line in &lines {
            match line {
                Ok(text) => content.extend(json!({"text": text}).to_string().bytes()),
                Err(garbage) => content.extend(garbage),
            }
            content.push(b'\n');
        }
        let texts: Vec<String> = read_jsonl(std::io::Cursor::new(content), "-", &ReadOptions::default())
            .filter_map(|item| match item {
                Item::Article(article, _) => Some(article.text),
                Item::Skipped(_) => None,
            })
            .collect();
        prop_assert_eq!(texts, lines.into_iter().filter_map(Result::ok).collect::<Vec<_>>());
    }
}
