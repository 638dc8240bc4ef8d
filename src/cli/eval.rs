//! `tieup eval`: how well a model, or another reader, agrees with annotated passages.

use std::{
    collections::HashMap,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tch::Device;

use super::model::{ModelOption, PrecisionOption};
use tieup::{
    claims::{Aliases, DecodeOptions},
    corpus::{CorpusFile, Record, Texts, read},
    eval::{Answer, CurvePoint, Difference, Evaluation, Side, differences, predict, score},
    model::{Calibration, Model},
};

/// Measures a model, or another reader, on annotated passages.
///
/// Prints precision, recall and F1 of mentions, triggers, claims and reasons, with 95% confidence intervals by bootstrap
/// over the passages, per file and in all.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Annotated passages: inline .txt, stand-off .jsonl with --texts, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    model: ModelOption,
    #[command(flatten)]
    precision: PrecisionOption,
    /// Compare with these labels of the same passages instead of with a model, which is not used: two readers' agreement
    #[arg(long, value_name = "PATH")]
    against: Option<PathBuf>,
    /// The texts that stand-off labels refer to
    #[arg(long)]
    texts: Option<PathBuf>,
    /// Leave out claims that the model is less sure of, 0 to 1; without this option all count
    #[arg(long, value_name = "X", default_value_t = 0.0, value_parser = confidence, conflicts_with = "against")]
    min_confidence: f32,
    /// Add precision and recall of claims by their confidence, and what the confidence is worth
    #[arg(long, conflicts_with = "against")]
    curve: bool,
    /// List the first N missed and the first N false claims, with their sentences
    #[arg(long, value_name = "N", default_value_t = 0)]
    errors: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write a CSV file too, a row for each measure
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

impl EvalArgs {
    /// The model in `folder` on `paths`, everything else as by default.
    pub fn of_model(folder: &Path, paths: &[PathBuf], texts: Option<&PathBuf>) -> Self {
        Self {
            paths: paths.to_vec(),
            model: ModelOption::named(folder),
            precision: PrecisionOption::default(),
            against: None,
            texts: texts.cloned(),
            min_confidence: 0.0,
            curve: false,
            errors: 0,
            json: false,
            csv: None,
        }
    }
}

fn confidence(word: &str) -> Result<f32, String> {
    let range = 0.0..=1.0;
    word.parse().ok().filter(|x| range.contains(x)).ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

/// What the passages are compared with.
struct Compared {
    /// `model` or `against`.
    kind: &'static str,
    path: String,
}

/// The scores of one file, or of all.
struct Part {
    name: String,
    evaluation: Evaluation,
}

/// Runs the command.
pub fn run(args: &EvalArgs) -> Result<ExitCode> {
    let texts = args.texts.as_deref().map(Texts::read).transpose()?;
    let files = records(&args.paths, texts.as_ref())?;
    // What the passages are compared with.
    let (kind, other) = match &args.against {
        Some(path) => ("against", path.clone()),
        None => ("model", args.model.folder(None)?),
    };
    let answers = match &args.against {
        Some(path) => other_labels(path, texts.as_ref(), &files)?,
        None => model_answers(&other, args, &files)?,
    };
    let compared = Compared { kind, path: other.display().to_string() };
    let mut parts = Vec::new();
    let mut errors = Vec::new();
    for (file, answers) in files.iter().zip(answers) {
        let mut evaluation = Evaluation::default();
        for (record, found) in file.records.iter().zip(answers) {
            let Some(found) = found else { continue };
            let gold = Answer::from(record);
            evaluation.add(score(&record.text, &gold, &found));
            errors.extend(differences(&record.id, &record.text, &gold, &found));
        }
        if !evaluation.is_empty() {
            parts.push(Part { name: file.path.display().to_string(), evaluation });
        }
    }
    ensure!(!parts.is_empty(), "there is no record to compare");
    if parts.len() > 1 {
        let mut all = Evaluation::default();
        parts.iter().for_each(|part| all.extend(&part.evaluation));
        parts.push(Part { name: "all".to_owned(), evaluation: all });
    }
    let errors: Vec<Difference> = [Side::Missed, Side::False]
        .into_iter()
        .flat_map(|side| errors.iter().filter(move |one| one.side == side).take(args.errors))
        .cloned()
        .collect();
    if let Some(path) = &args.csv {
        write_csv(&parts, path).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let mut out = io::stdout().lock();
    if args.json {
        print_json(&mut out, &compared, &parts, args.curve, &errors)?
    } else {
        writeln!(out, "{}: {}", compared.kind, compared.path)?;
        print(&mut out, &parts, args.curve, &errors)?
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads all files, of which no record may be wrong; labels without their text are named on standard error.
pub fn records(paths: &[PathBuf], texts: Option<&Texts>) -> Result<Vec<CorpusFile>> {
    let mut files = read(paths, texts)?;
    for left_out in files.iter().flat_map(|file| &file.left_out) {
        eprintln!("warning: {left_out}");
    }
    let wrong = files.iter_mut().find_map(|file| std::mem::take(&mut file.errors).into_iter().next());
    wrong.map_or(Ok(files), |error| Err(error).context("a record is wrong; see `tieup corpus check`"))
}

/// For each record of each file what the labels at `path` say about it; those they say nothing about are counted on
/// standard error.
fn other_labels(path: &PathBuf, texts: Option<&Texts>, files: &[CorpusFile]) -> Result<Vec<Vec<Option<Answer>>>> {
    let others = records(std::slice::from_ref(path), texts)?;
    let by_id: HashMap<&str, &Record> =
        others.iter().flat_map(|file| &file.records).map(|record| (record.id.as_str(), record)).collect();
    let mut answers = Vec::new();
    let mut missing = 0;
    for file in files {
        let mut of_file = Vec::new();
        for record in &file.records {
            let other = by_id.get(record.id.as_str());
            if other.is_some_and(|other| other.text != record.text) {
                bail!("{}: {} has another text in {}", file.path.display(), record.id, path.display());
            }
            missing += usize::from(other.is_none());
            of_file.push(other.map(|other| Answer::from(*other)));
        }
        answers.push(of_file);
    }
    if missing > 0 {
        eprintln!("warning: {missing} records are not labelled in {} and left out", path.display());
    }
    Ok(answers)
}

/// For each record of each file what the model says about it.
fn model_answers(folder: &Path, args: &EvalArgs, files: &[CorpusFile]) -> Result<Vec<Vec<Option<Answer>>>> {
    let model = Model::open(folder, Device::cuda_if_available(), args.precision.asked())?;
    let of_file = |file: &CorpusFile| {
        let answers = answers(&model, file, model.config.tieup.calibration, args.min_confidence)?;
        Ok(answers.into_iter().map(Some).collect())
    };
    files.iter().map(of_file).collect()
}

/// For each record of a file what the model says about it, while a bar shows how far it is.
pub fn answers(model: &Model, file: &CorpusFile, calibration: Calibration, min_confidence: f32) -> Result<Vec<Answer>> {
    let options = DecodeOptions { min_confidence, calibration, aliases: &Aliases::default() };
    let bar = bar(&file.path)?;
    let answers = predict(model, &file.records, &options, |share| bar.set_position((100.0 * share) as u64));
    bar.finish_and_clear();
    Ok(answers)
}

/// A bar from 0 to 100, for the work on a file.
pub fn bar(path: &Path) -> Result<ProgressBar> {
    let bar = ProgressBar::new(100).with_style(ProgressStyle::with_template("{bar:30} {percent:>3}% {msg} {eta}")?);
    bar.set_message(path.display().to_string());
    Ok(bar)
}

fn write_csv(parts: &[Part], path: &PathBuf) -> Result<()> {
    // A header is written for rows that are one struct only.
    let mut out = csv::WriterBuilder::new().has_headers(false).from_path(path)?;
    out.write_record([
        "file",
        "records",
        "measure",
        "precision",
        "recall",
        "f1",
        "f1_low",
        "f1_high",
        "share",
        "right",
        "found",
        "wanted",
    ])?;
    for Part { name, evaluation } in parts {
        for row in &evaluation.rows() {
            out.serialize((name, evaluation.len(), row))?;
        }
    }
    Ok(out.flush()?)
}

fn print_json(
    out: &mut impl Write,
    compared: &Compared,
    parts: &[Part],
    curve: bool,
    errors: &[Difference],
) -> Result<()> {
    let part = |Part { name, evaluation }: &Part| {
        let mut part = json!({"file": name, "records": evaluation.len(), "measures": evaluation.rows()});
        if curve {
            part["curve"] = json!(evaluation.curve());
            part["calibration_error"] = json!(evaluation.calibration_error());
        }
        part
    };
    let mut all = json!({compared.kind: compared.path, "files": parts.iter().map(part).collect::<Vec<_>>()});
    if !errors.is_empty() {
        all["errors"] = json!(errors);
    }
    serde_json::to_writer_pretty(&mut *out, &all)?;
    Ok(writeln!(out)?)
}

fn print(out: &mut impl Write, parts: &[Part], curve: bool, errors: &[Difference]) -> Result<()> {
    for (number, Part { name, evaluation }) in parts.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let (records, plural) = (evaluation.len(), if evaluation.len() == 1 { "" } else { "s" });
        writeln!(out, "{name}: {records} record{plural}\n{evaluation}")?;
        if curve {
            print_curve(out, evaluation)?;
        }
    }
    for error in errors {
        writeln!(out, "{error}")?;
    }
    Ok(())
}

pub fn print_curve(out: &mut impl Write, evaluation: &Evaluation) -> Result<()> {
    let figure = |figure: Option<f64>| figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.3}"));
    writeln!(
        out,
        "{:<34}{:>10}{:>8}{:>8}   with one, of records that have none",
        "claims by confidence, from", "precision", "recall", "found"
    )?;
    for CurvePoint { min_confidence, claims, precision, recall, false_records } in evaluation.curve() {
        let (precision, recall, false_records) = (figure(precision), figure(recall), figure(false_records));
        writeln!(out, "{min_confidence:<34.2}{precision:>10}{recall:>8}{claims:>8}{false_records:>8}")?;
    }
    writeln!(out, "expected calibration error: {}\n", figure(evaluation.calibration_error()))?;
    Ok(())
}
