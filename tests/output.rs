//! What the writers make of a small analysis, byte for byte.

use std::{collections::BTreeSet, fs, io, path::Path};

use parquet::{file::reader::SerializedFileReader, record::Field};
use serde_json::Value;
use tieup::{
    article::Article,
    claims::{Analysis, Claim, Mention, Name, Reason, Sentence, Source},
    labels::{MentionType, Polarity, ReasonKind, Relation, SentenceKind, Status},
    output::{
        CsvFolder, CsvStyle, JsonFile, JsonLines, LinePer, Parquet, ParquetFolder, Sink, XlsxFile, safety::unescape,
        tables,
    },
    text::Span,
};

/// Where `part` stands in `text` for the `nth` time, counted from 0.
fn span(text: &str, part: &str, nth: usize) -> Span {
    let (start, _) = text.match_indices(part).nth(nth).expect(part);
    Span::new(start, start + part.len())
}

fn mention(text: &str, part: &str, nth: usize, kind: MentionType, name: usize) -> Mention {
    Mention { span: span(text, part, nth), kind, antecedent: None, name, confidence: 0.987_65 }
}

fn name(canonical: &str, kind: MentionType) -> Name {
    Name { canonical: canonical.to_owned(), kind }
}

fn claim(relation: Relation, trigger: Span, sentence: usize, who: Option<usize>, whom: usize) -> Claim {
    Claim {
        relation,
        trigger,
        sentence,
        who,
        whom,
        instead: Vec::new(),
        when: None,
        amount: None,
        source: Source::Author,
        reasons: Vec::new(),
        polarity: Polarity::Pos,
        status: Status::Actual,
        confidence: 0.5,
    }
}

/// A partnership with two reasons and a denied takeover, behind a title and characters of several bytes.
fn cloud() -> (Article, Analysis) {
    let title = "Nimbus & Café Verda – why?";
    let text = format!(
        "{title}\n\nNimbus Labs, Inc. \"signed\r\n  a deal\" with Café Verda in March 2026 to reach schools, \
         because GPUs are scarce; costs, too. Halcyon said it did not buy Verda for $2 billion."
    );
    let body_start = title.len() + 2;
    let mentions = vec![
        mention(&text, "Nimbus", 0, MentionType::Org, 0),
        mention(&text, "Café Verda", 0, MentionType::Org, 1),
        mention(&text, "Nimbus Labs, Inc.", 0, MentionType::Org, 0),
        mention(&text, "Café Verda", 1, MentionType::Org, 1),
        mention(&text, "March 2026", 0, MentionType::Date, 2),
        mention(&text, "Halcyon", 0, MentionType::Org, 3),
        Mention { antecedent: Some(5), ..mention(&text, "it", 1, MentionType::Org, 3) },
        mention(&text, "Verda", 2, MentionType::Org, 1),
        mention(&text, "$2 billion", 0, MentionType::Money, 4),
    ];
    let names = vec![
        name("Nimbus Labs", MentionType::Org),
        name("Café Verda", MentionType::Org),
        name("March 2026", MentionType::Date),
        name("Halcyon", MentionType::Org),
        name("$2 billion", MentionType::Money),
    ];
    let sentence = |part: &str, kind| Sentence { span: span(&text, part, 0), kind, confidence: 0.75 };
    let deal = &text[body_start..text.find(" Halcyon").expect("written above")];
    let sentences = vec![
        sentence(title, SentenceKind::Other),
        sentence(deal, SentenceKind::Fact),
        sentence("Halcyon said it did not buy Verda for $2 billion.", SentenceKind::Opinion),
    ];
    let reason = |part: &str, kind, confidence| Reason { span: span(&text, part, 0), kind, confidence };
    let claims = vec![
        Claim {
            when: Some(4),
            reasons: vec![
                reason("to reach schools", ReasonKind::Purpose, 0.9),
                reason("GPUs are scarce; costs, too", ReasonKind::Cause, 0.812_345),
            ],
            confidence: 0.912_34,
            ..claim(Relation::Partnership, span(&text, "signed\r\n  a deal", 0), 1, Some(2), 3)
        },
        Claim {
            source: Source::Mention(5),
            amount: Some(8),
            polarity: Polarity::Neg,
            ..claim(Relation::Acquisition, span(&text, "buy", 0), 2, Some(6), 7)
        },
    ];
    let article = Article {
        id: "blog/cloud.md".to_owned(),
        title: Some(title.to_owned()),
        published: Some("2026-03-04".to_owned()),
        text,
        body_start,
    };
    (article, Analysis { mentions, names, claims, sentences, ..Analysis::default() })
}

/// A choice against two others by nobody named, and the same partnership told the other way round; all cells hostile.
fn hostile() -> (Article, Analysis) {
    let text = "@Picked =Verda over -Orbit and 'Tern.\n+Verda works with =Nimbus, sources said.".to_owned();
    let mentions = vec![
        mention(&text, "=Verda", 0, MentionType::Product, 0),
        mention(&text, "-Orbit", 0, MentionType::Product, 1),
        mention(&text, "'Tern", 0, MentionType::Product, 2),
        mention(&text, "+Verda", 0, MentionType::Org, 3),
        mention(&text, "=Nimbus", 0, MentionType::Org, 4),
    ];
    let names = vec![
        name("=Verda", MentionType::Product),
        name("-Orbit", MentionType::Product),
        name("'Tern", MentionType::Product),
        name("Café Verda", MentionType::Org),
        name("Nimbus Labs", MentionType::Org),
    ];
    let sentence = |part: &str| Sentence { span: span(&text, part, 0), kind: SentenceKind::Fact, confidence: 1.0 };
    let sentences =
        vec![sentence("@Picked =Verda over -Orbit and 'Tern."), sentence("+Verda works with =Nimbus, sources said.")];
    let claims = vec![
        Claim { instead: vec![1, 2], ..claim(Relation::Choice, span(&text, "@Picked", 0), 0, None, 0) },
        Claim {
            source: Source::Unnamed,
            status: Status::Planned,
            ..claim(Relation::Partnership, span(&text, "works with", 0), 1, Some(3), 4)
        },
    ];
    let article = Article { id: "-2.txt".to_owned(), title: None, published: None, text, body_start: 0 };
    (article, Analysis { mentions, names, claims, sentences, ..Analysis::default() })
}

fn write(mut sink: Box<dyn Sink>) -> Vec<String> {
    for (article, analysis) in [cloud(), hostile()] {
        sink.article(&article, &analysis).expect("the sink can be written");
    }
    sink.skipped("=broken.html", "read", "not UTF-8, \"sort of\"").expect("the sink can be written");
    sink.finish().expect("the sink can be finished")
}

fn csv(style: CsvStyle) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sink = CsvFolder::create(folder.path(), style).expect("the folder can be written");
    assert_eq!(write(Box::new(sink)), Vec::<String>::new());
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn csv_files_are_as_stored() {
    let folder = csv(CsvStyle::default());
    for name in names(folder.path()) {
        insta::assert_snapshot!(name.clone(), fs::read_to_string(folder.path().join(&name)).expect(&name));
    }
    assert_eq!(names(folder.path()).len(), 10);
}

#[test]
fn excel_style_is_the_same_rows_in_another_dress() {
    let (plain, excel) = (csv(CsvStyle::default()), csv(CsvStyle { excel: true, delimiter: b';' }));
    for name in ["claims.csv", "ties.csv", "entities.csv", "sentences.csv", "skipped.csv"] {
        let bytes = fs::read(excel.path().join(name)).expect(name);
        assert!(bytes.starts_with("\u{feff}".as_bytes()) && bytes.ends_with(b"\r\n"), "{name}");
        let rows = |bytes: &[u8], delimiter| -> Vec<csv::StringRecord> {
            let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(bytes);
            reader.records().collect::<Result<_, _>>().expect(name)
        };
        assert_eq!(rows(&bytes, b';'), rows(&fs::read(plain.path().join(name)).expect(name), b','));
    }
}

#[test]
fn offsets_and_escapes_lead_back_to_the_text() {
    let folder = csv(CsvStyle::default());
    let texts = [cloud(), hostile()].map(|(article, _)| article);
    for name in ["entities.csv", "sentences.csv"] {
        let mut reader = csv::Reader::from_path(folder.path().join(name)).expect(name);
        let headers = reader.headers().expect(name).clone();
        for record in reader.records() {
            let record = record.expect(name);
            let get = |column: &str| &record[headers.iter().position(|header| header == column).expect(column)];
            let article = texts.iter().find(|article| article.id == unescape(get("article"))).expect("the article");
            let (start, end): (usize, usize) = (get("start").parse().expect("start"), get("end").parse().expect("end"));
            let written: String = article.text.chars().skip(start).take(end - start).collect();
            let written = written.replace(['\r', '\n'], " ");
            assert_eq!(unescape(get("text")), written);
        }
    }
}

/// Keeps what is written while the sink that owns it is used up.
#[derive(Clone, Default)]
struct Shared(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("one thread").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn json_lines(per: LinePer) -> String {
    let shared = Shared::default();
    assert_eq!(write(Box::new(JsonLines::new(shared.clone(), "memory", per))), Vec::<String>::new());
    String::from_utf8(shared.0.lock().expect("one thread").clone()).expect("JSON is UTF-8")
}

#[test]
fn the_schema_of_the_pipe_tells_what_is_written() {
    let schema: Value = serde_json::from_str(include_str!("../docs/pipe.schema.json")).expect("JSON");
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<BTreeSet<_>>();
    let check = |name: &str, value: &Value| {
        let told = &schema["$defs"][name];
        assert_eq!(keys(value), keys(&told["properties"]), "{name}");
        let required = told["required"].as_array().expect("a list").iter().map(|key| key.as_str().expect("a name"));
        assert_eq!(required.map(str::to_owned).collect::<BTreeSet<_>>(), keys(value), "{name}");
    };
    let mut reasons = 0;
    for line in json_lines(LinePer::Article).lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        check("article", &line);
        for claim in line["claims"].as_array().expect("claims") {
            check("claim", claim);
            check("place", &claim["whom_place"]);
            let why = claim["why"].as_array().expect("why");
            why.iter().for_each(|reason| check("reason", reason));
            reasons += why.len();
        }
        line["entities"].as_array().expect("entities").iter().for_each(|entity| check("entity", entity));
    }
    assert!(reasons > 0);
    let words = |place: &Value| serde_json::from_value::<Vec<String>>(place["enum"].clone()).expect("words");
    let defs = &schema["$defs"];
    let claim = &defs["claim"]["properties"];
    assert_eq!(words(&claim["relation"]), Relation::ALL.iter().map(|label| label.as_str()).collect::<Vec<_>>());
    assert_eq!(words(&claim["status"]), Status::ALL.iter().map(|label| label.as_str()).collect::<Vec<_>>());
    assert_eq!(words(&claim["polarity"]), Polarity::ALL.iter().map(|label| label.as_str()).collect::<Vec<_>>());
    assert_eq!(
        words(&defs["reason"]["properties"]["kind"]),
        ReasonKind::ALL.iter().map(|label| label.as_str()).collect::<Vec<_>>()
    );
    assert_eq!(words(&defs["mention_type"]), MentionType::ALL.iter().map(|label| label.as_str()).collect::<Vec<_>>());
}

#[test]
fn json_lines_are_as_stored() {
    let lines = json_lines(LinePer::Claim);
    insta::assert_snapshot!("claims.jsonl", lines);

    let folder = tempfile::tempdir().expect("a temporary folder");
    write(Box::new(JsonFile::create(folder.path()).expect("the folder can be written")));
    assert_eq!(names(folder.path()), ["claims.jsonl"]);
    assert_eq!(fs::read_to_string(folder.path().join("claims.jsonl")).expect("claims.jsonl"), lines);

    let (article, _) = cloud();
    let first: Value = serde_json::from_str(lines.lines().next().expect("a claim")).expect("JSON");
    let bytes = |value: &Value| {
        let at = |key: &str| usize::try_from(value[key].as_u64().expect(key)).expect(key);
        article.text[at("start_byte")..at("end_byte")].to_owned()
    };
    assert_eq!(first["trigger"], bytes(&first));
    assert_eq!(first["why"][1]["text"], bytes(&first["why"][1]));
    assert_eq!(first["who_text"], bytes(&first["who_place"]));
}

#[test]
fn parquet_has_the_columns_of_csv_typed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(Box::new(ParquetFolder::create(folder.path(), Parquet).expect("the folder can be written")));
    assert_eq!(
        names(folder.path()),
        ["claims.parquet", "entities.parquet", "sentences.parquet", "skipped.parquet", "ties.parquet"]
    );

    let file = fs::File::open(folder.path().join("claims.parquet")).expect("claims.parquet");
    let file = SerializedFileReader::new(file).expect("a Parquet file");
    let rows: Vec<_> = file.into_iter().map(|row| row.expect("a row").into_columns()).collect();
    let names: Vec<&str> = rows[0].iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, tables::CLAIMS.columns.iter().map(|column| column.name).collect::<Vec<_>>());

    let cell = |row: usize, name: &str| &rows[row].iter().find(|(column, _)| column == name).expect(name).1;
    let text = |text: &str| Field::Str(text.to_owned());
    assert_eq!(rows.len(), 4);
    assert_eq!(cell(0, "why"), &text("to reach schools | GPUs are scarce; costs, too"));
    // 2026-03-04 in days.
    assert_eq!(cell(0, "published"), &Field::Date(20_516));
    assert_eq!(cell(0, "confidence"), &Field::Double(0.9123));
    assert!(matches!(cell(0, "start"), Field::Long(_)));
    assert_eq!((cell(2, "who"), cell(2, "why"), cell(2, "who_start")), (&Field::Null, &Field::Null, &Field::Null));
    assert_eq!((cell(2, "whom"), cell(2, "article")), (&text("=Verda"), &text("-2.txt")));
}

#[test]
fn an_abandoned_run_leaves_the_former_files_alone() {
    let folder = csv(CsvStyle::default());
    let before = fs::read(folder.path().join("claims.csv")).expect("claims.csv");
    let mut sink = CsvFolder::create(folder.path(), CsvStyle::default()).expect("the folder can be written");
    let (article, analysis) = hostile();
    sink.article(&article, &analysis).expect("the sink can be written");
    drop(sink);
    assert_eq!(fs::read(folder.path().join("claims.csv")).expect("claims.csv"), before);
    assert_eq!(names(folder.path()).len(), 10);
}

#[test]
fn a_workbook_has_the_same_bytes_every_time() {
    let workbook = || {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let sink = XlsxFile::create(folder.path()).expect("the folder can be written");
        assert_eq!(write(Box::new(sink)), Vec::<String>::new());
        assert_eq!(names(folder.path()), ["tieup.xlsx"]);
        fs::read(folder.path().join("tieup.xlsx")).expect("the workbook")
    };
    let first = workbook();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(first, workbook());
}
