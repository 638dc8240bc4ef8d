//! The report made of a small corpus that tries to break out of it, looked at as text and in a browser.

use std::{fs, path::Path, process::Command};

use tieup::{
    article::Article,
    claims::{Analysis, Claim, Mention, Name, Reason, Sentence, Source},
    labels::{MentionType, Polarity, ReasonKind, Relation, SentenceKind, Status},
    output::{CsvFolder, CsvStyle, ReportError, Sink, report},
    text::Span,
};

/// Names that firms do not have, among some that they might.
const NAMES: [&str; 9] = [
    "Nimbus Labs",
    "Café Verda",
    "<script>window.pwned=1</script>",
    "Halcyon",
    "</script><img src=x onerror=window.pwned=2>",
    "=Orbit",
    "\"'><svg onload=window.pwned=3>",
    "Tern & Söhne",
    "日本クラウド🙂",
];

/// The `i`th article: three claims, each with a reason in the sentence behind it.
fn article(i: usize) -> (Article, Analysis) {
    let mut text = String::new();
    let mut analysis = Analysis::default();
    let push = |text: &mut String, part: &str| {
        let start = text.len();
        text.push_str(part);
        Span::new(start, text.len())
    };
    for j in 0..3 {
        let (who, whom) = (NAMES[(i + j) % NAMES.len()], NAMES[(i * 2 + j * 3 + 1) % NAMES.len()]);
        let start = text.len();
        let who_at = push(&mut text, who);
        push(&mut text, " ");
        let trigger = push(&mut text, "teamed\nup");
        push(&mut text, " with ");
        let whom_at = push(&mut text, whom);
        push(&mut text, ".");
        let first = Span::new(start, text.len());
        push(&mut text, " ");
        let start = text.len();
        push(&mut text, "The aim is ");
        let reason = push(&mut text, "to cut <b>costs</b> by\n  half");
        push(&mut text, ".");
        let second = Span::new(start, text.len());
        push(&mut text, "\n\n");

        for (span, name) in [(who_at, who), (whom_at, whom)] {
            let known = analysis.names.iter().position(|known| known.canonical == name);
            let number = known.unwrap_or_else(|| {
                analysis.names.push(Name { canonical: name.to_owned(), kind: MentionType::Org });
                analysis.names.len() - 1
            });
            let kind = MentionType::Org;
            analysis.mentions.push(Mention { span, kind, antecedent: None, name: number, confidence: 0.9 });
        }
        let mentions = analysis.mentions.len();
        analysis.claims.push(Claim {
            relation: Relation::ALL[(i + j) % Relation::ALL.len()],
            trigger,
            sentence: analysis.sentences.len(),
            who: Some(mentions - 2),
            whom: mentions - 1,
            instead: Vec::new(),
            when: None,
            amount: None,
            source: Source::Author,
            reasons: vec![Reason { span: reason, kind: ReasonKind::Purpose, confidence: 0.8 }],
            polarity: if (i + j) % 7 == 3 { Polarity::Neg } else { Polarity::Pos },
            status: Status::ALL[i % Status::ALL.len()],
            confidence: 0.5,
        });
        for span in [first, second] {
            analysis.sentences.push(Sentence { span, kind: SentenceKind::Fact, confidence: 0.9 });
        }
    }
    let article = Article {
        id: format!("blog/{i}.md"),
        title: (i % 4 != 3).then(|| format!("javascript:window.pwned=4 // </script><b>{i}</b>")),
        published: (i % 3 != 2).then(|| format!("2026-{:02}-{:02}", i % 12 + 1, i % 28 + 1)),
        text,
        body_start: 0,
    };
    (article, analysis)
}

/// A folder with the tables of `articles` articles.
fn tables(articles: usize, style: CsvStyle) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut sink = CsvFolder::create(folder.path(), style).expect("the folder can be written");
    for i in 0..articles {
        let (article, analysis) = article(i);
        sink.article(&article, &analysis).expect("the folder can be written");
    }
    sink.skipped("<script>window.pwned=5</script>.html", "read", "not UTF-8").expect("the folder can be written");
    Box::new(sink).finish().expect("the folder can be written");
    folder
}

fn page(folder: &Path) -> String {
    let made = report(folder).expect("the tables are as written");
    assert_eq!(made.path, folder.join("report.html"));
    assert_eq!(made.warnings, Vec::<String>::new());
    fs::read_to_string(made.path).expect("the report")
}

#[test]
fn hostile_text_stays_data() {
    let folder = tables(12, CsvStyle::default());
    let page = page(folder.path());
    assert_eq!(page.to_lowercase().matches("<script").count(), 3);
    assert!(!page.contains("<img") && !page.contains("<svg onload"));

    let (_, data) = page.split_once("id=\"data\">").expect("the data");
    let (data, _) = data.split_once("</script>").expect("the data's end");
    let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
    assert_eq!(data["claims"].as_array().map(Vec::len), Some(36));
    assert_eq!(data["skipped"][0]["path"], "<script>window.pwned=5</script>.html");
}

#[test]
fn claims_stand_where_their_text_does() {
    let folder = tables(12, CsvStyle { excel: true, delimiter: b';' });
    let page = page(folder.path());
    let (_, data) = page.split_once("id=\"data\">").expect("the data");
    let data: serde_json::Value = serde_json::from_str(data.split_once("</script>").expect("an end").0).expect("JSON");
    for claim in data["claims"].as_array().expect("claims") {
        let number = usize::try_from(claim["article"].as_u64().expect("a number")).expect("a small one");
        let text: Vec<char> = data["articles"][number]["text"].as_str().expect("a text").chars().collect();
        let at = |place: &serde_json::Value| -> String {
            let offset = |end: &str| usize::try_from(place[end].as_u64().expect(end)).expect(end);
            text[offset("start")..offset("end")].iter().collect()
        };
        assert_eq!(at(&claim["trigger_at"]), "teamed up");
        assert_eq!(at(&claim["who_at"]), claim["who"].as_str().expect("who"));
        assert_eq!(at(&claim["whom_at"]), claim["whom"].as_str().expect("whom"));
        assert_eq!(at(&claim["why"][0]["at"]), "to cut <b>costs</b> by   half");
    }
}

#[test]
fn a_table_that_is_missing_or_broken_is_named() {
    let folder = tables(1, CsvStyle::default());
    fs::remove_file(folder.path().join("entities.csv")).expect("it is there");
    let error = report(folder.path()).expect_err("a table is missing");
    assert!(matches!(&error, ReportError::Read { path, .. } if path.ends_with("entities.csv")), "{error}");

    let folder = tables(1, CsvStyle::default());
    let claims = folder.path().join("claims.csv");
    let broken = fs::read_to_string(&claims).expect("claims.csv").replace(",0.5000,", ",half,");
    fs::write(&claims, broken).expect("claims.csv");
    let error = report(folder.path()).expect_err("a number is none").to_string();
    assert!(error.contains("claims.csv") && error.contains("line: 2"), "{error}");
    assert!(!folder.path().join("report.html").exists());
}

#[test]
fn the_same_tables_give_the_same_page() {
    assert_eq!(page(tables(3, CsvStyle::default()).path()), page(tables(3, CsvStyle::default()).path()));
}

#[test]
fn a_browser_shows_it_and_runs_nothing_else() {
    let there = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !there("node") || !there("chromium") {
        eprintln!("skipped: this test needs node and chromium");
        return;
    }
    let folder = tables(12, CsvStyle::default());
    page(folder.path());
    let check = Command::new("node")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/check-report.mjs"))
        .arg(folder.path().join("report.html"))
        .output()
        .expect("node runs");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}
