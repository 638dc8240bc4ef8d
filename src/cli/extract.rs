//! `tieup extract`

use std::{
    io::{self, BufReader},
    path::{Path, PathBuf},
    process::{self, ExitCode},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use anyhow::{Context, Result, bail};
use clap::{Args, CommandFactory, error::ErrorKind};
use tieup::{
    article::ReadOptions,
    output::LinePer,
    run::{
        Counts, Event, ExtractOptions, Extraction, Manifest, OutputFormat, Plan, RunError, Shard, SharedModel,
        Unfinished, begun_in, extract, stream,
    },
};

use super::{
    Cli,
    model::{ModelOption, PrecisionOption, load},
    progress::{Progress, print_summary},
};

/// The exit code of a run that left something out.
const SKIPPED: u8 = 3;
/// The exit code of a run that the user stopped.
pub const STOPPED: u8 = 130;

/// Read articles and write who partnered with whom, and why
///
/// Reads text, Markdown, HTML, JSON Lines, CSV and TSV, also as .gz and .zst. Writes claims.csv, ties.csv, entities.csv,
/// sentences.csv, skipped.csv and run.json into the output folder. With - as input and no output folder, reads JSON
/// Lines from standard input and writes claims to standard output as JSON Lines; a record that yields no article becomes
/// a line with "error", "article" and "stage" there.
///
/// Exit codes: 0 done, 1 an error, 2 wrong usage, 3 done with inputs skipped, 130 stopped.
#[derive(Debug, Args)]
pub struct ExtractArgs {
    /// Files and folders with articles, or - for JSON Lines on standard input
    ///
    /// An article's id is the id in its record, otherwise the path of its file within the folder named here (the file's
    /// name alone where the file is named itself), with #2 for the second record. Files that would be called alike are
    /// called by their whole path.
    #[arg(value_name = "INPUT", required_unless_present = "files_from")]
    inputs: Vec<PathBuf>,
    /// Read the paths in FILE too, one a line
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,
    /// The folder to write to; results that are there already are replaced
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    #[command(flatten)]
    model: ModelOption,
    #[command(flatten)]
    precision: PrecisionOption,
    /// What to write: csv, jsonl, xlsx, parquet, or several of them
    #[arg(long, value_name = "FORMAT", value_enum, value_delimiter = ',', default_value = "csv")]
    format: Vec<OutputFormat>,
    /// Write CSV that Excel opens by a double click
    #[arg(long)]
    excel: bool,
    /// What stands between the cells of CSV
    #[arg(long, value_name = "CHARACTER", default_value = ",", value_parser = delimiter)]
    delimiter: char,
    /// To standard output, write one line for each article instead of each claim, with its claims and its entities
    #[arg(long, conflicts_with = "output")]
    by_article: bool,
    /// Write the texts that offsets refer to, as texts.jsonl
    #[arg(long)]
    save_text: bool,
    /// Do only part I of N of the articles, for tieup merge to put together
    ///
    /// Short articles that follow one another share batches, which decides the last bits of a confidence. So they stay
    /// together in one part, and the merged results are those of one run byte for byte, on processors of one kind. With few
    /// articles, parts may differ much in size, or be empty.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Leave out claims that the model is less sure of, 0 to 1; 0 keeps all [default: what the model's config.json says]
    #[arg(long, value_name = "X", value_parser = confidence)]
    min_confidence: Option<f32>,
    /// Show other names for some: a CSV file with the columns alias and name
    #[arg(long, value_name = "FILE")]
    aliases: Option<PathBuf>,
    /// The field with the text, in JSON Lines and tables [default: guessed]
    #[arg(long, value_name = "FIELD")]
    text_field: Option<String>,
    /// The field with the id [default: guessed]
    #[arg(long, value_name = "FIELD")]
    id_field: Option<String>,
    /// The field with the title [default: guessed]
    #[arg(long, value_name = "FIELD")]
    title_field: Option<String>,
    /// The field with the date of publication [default: guessed]
    #[arg(long, value_name = "FIELD")]
    date_field: Option<String>,
    /// Skip articles larger than this
    #[arg(long, value_name = "BYTES", default_value_t = ReadOptions::default().max_article_bytes)]
    max_article_bytes: usize,
    /// Skip articles that take the model longer than this
    #[arg(long, value_name = "SECONDS", default_value_t = ExtractOptions::default().max_article_seconds)]
    max_article_seconds: u64,
    /// How many threads run the model [default: one for each core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Take over what an unfinished run into the same folder has done
    #[arg(long)]
    resume: bool,
    /// Throw away what an unfinished run into the same folder has done
    #[arg(long, conflicts_with = "resume")]
    restart: bool,
    /// Only tell what would be read
    #[arg(long)]
    dry_run: bool,
    /// Say nothing but errors and what was skipped
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more
    #[arg(short, long)]
    verbose: bool,
}

pub fn confidence(word: &str) -> Result<f32, String> {
    let range = 0.0..=1.0;
    word.parse()
        .ok()
        .filter(|x| range.contains(x))
        .ok_or_else(|| "expected a number from 0 to 1, such as 0.5".to_owned())
}

fn delimiter(word: &str) -> Result<char, String> {
    match word.as_bytes() {
        b"\\t" => Ok('\t'),
        &[byte] if !matches!(byte, b'"' | b'\n' | b'\r' | 0) => Ok(char::from(byte)),
        _ => Err("expected one ASCII character, such as ; or \\t".to_owned()),
    }
}

impl ExtractArgs {
    /// The options for a run with `model`, or for none yet.
    fn options(&self, model: Option<&SharedModel>) -> ExtractOptions {
        let of_model = || model.map_or(0.0, |model| model.config().tieup.min_confidence);
        ExtractOptions {
            inputs: self.inputs.clone(),
            files_from: self.files_from.clone(),
            shard: self.shard,
            read: ReadOptions {
                text_field: self.text_field.clone(),
                id_field: self.id_field.clone(),
                title_field: self.title_field.clone(),
                date_field: self.date_field.clone(),
                max_article_bytes: self.max_article_bytes,
            },
            max_article_seconds: self.max_article_seconds,
            min_confidence: self.min_confidence.unwrap_or_else(of_model),
            aliases: self.aliases.clone(),
            formats: self.format.clone(),
            excel: self.excel,
            delimiter: self.delimiter,
            save_text: self.save_text,
        }
    }

    fn unfinished(&self) -> Unfinished {
        match (self.resume, self.restart) {
            (true, _) => Unfinished::Resume,
            (false, true) => Unfinished::Discard,
            (false, false) => Unfinished::Keep,
        }
    }

    fn jobs(&self) -> usize {
        jobs(self.jobs)
    }
}

/// The number of model workers.
pub fn jobs(asked_for: Option<u16>) -> usize {
    asked_for.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), usize::from)
}

pub fn run(args: &ExtractArgs) -> Result<ExitCode> {
    let plan = match Plan::new(&args.options(None), args.output.as_deref()) {
        Err(RunError::Usage(message)) => usage(&message),
        plan => plan?,
    };
    if args.dry_run {
        return dry_run(args, &plan);
    }
    match &args.output {
        Some(out) => into_folder(args, &plan, out),
        None if plan.is_stdin => to_stdout(args),
        None => usage("name the folder to write to with -o FOLDER"),
    }
}

/// Ends the program as clap does where arguments are wrong.
fn usage(message: &str) -> ! {
    let mut command = Cli::command();
    command.build();
    let extract = command.find_subcommand_mut("extract").cloned();
    extract.unwrap_or(command).error(ErrorKind::ArgumentConflict, message).exit()
}

fn dry_run(args: &ExtractArgs, plan: &Plan) -> Result<ExitCode> {
    let model = args.model.folder(None)?;
    for skip in &plan.skipped {
        println!("would skip {}: {}", skip.path, skip.reason);
    }
    let (files, megabytes) = (plan.inputs.len(), plan.bytes() as f64 / 1e6);
    println!("would read {files} files ({}), {megabytes:.1} MB", plan.formats());
    println!("would use the model {} on {} threads", model.display(), args.jobs());
    if let Some(out) = &args.output {
        println!("would write to {}", out.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn into_folder(args: &ExtractArgs, plan: &Plan, out: &Path) -> Result<ExitCode> {
    let folder = args.model.folder(None)?;
    let mut progress = Progress::new(args.quiet, args.verbose);
    if args.verbose {
        progress.say(&format!("model {}, {} threads", folder.display(), args.jobs()));
    }
    if plan.inputs.is_empty() && !plan.is_stdin {
        if let [skip, ..] = &*plan.skipped {
            bail!("no input can be read; {}: {}", skip.path, skip.reason);
        }
        progress.say("warning: there is no article to read");
    }
    // A trial may have another outcome than that of the run to continue.
    let begun = if args.resume { begun_in(out) } else { None };
    let (scorer, model) = load(&folder, args.precision.asked().or(begun))?;
    let stop = stop_on_signal()?;
    keep_panics_quiet();
    let (unfinished, jobs) = (args.unfinished(), args.jobs());
    let options = args.options(Some(&scorer));
    let extraction = Extraction { options: &options, plan, out, model: &model, unfinished, jobs, stop: &stop };
    let mut watch = |event: Event| match event {
        Event::Replaces => progress.say(&replaces(out, unfinished)),
        event => progress.show(&event),
    };
    let result = extract(&extraction, &scorer, &mut watch);
    progress.finish();
    match result {
        Err(RunError::Stopped) => {
            eprintln!("stopped; what is done is kept in {}: run the same again with --resume", out.display());
            Ok(ExitCode::from(STOPPED))
        }
        result => {
            let (manifest, summary) = result?;
            tell_loss(&manifest, args.quiet);
            if !args.quiet {
                let printed = print_summary(&mut io::stdout().lock(), out, &manifest, &summary, args.verbose);
                printed.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })?;
            }
            Ok(done(&manifest.counts))
        }
    }
}

/// That the results of a finished run do not stay.
pub fn replaces(out: &Path, unfinished: Unfinished) -> String {
    let out = out.display();
    match unfinished {
        Unfinished::Resume => {
            format!(
                "there is nothing to resume: the run in {out} is finished; it is done anew and its results are replaced"
            )
        }
        Unfinished::Keep | Unfinished::Discard => format!("the results of a finished run in {out} are replaced"),
    }
}

fn to_stdout(args: &ExtractArgs) -> Result<ExitCode> {
    let (scorer, _) = load(&args.model.folder(None)?, args.precision.asked())?;
    keep_panics_quiet();
    let (options, per) = (args.options(Some(&scorer)), if args.by_article { LinePer::Article } else { LinePer::Claim });
    match stream(BufReader::new(io::stdin()), &io::stdout(), &options, per, args.jobs(), &scorer) {
        Err(RunError::Output(error)) if error.is_broken_pipe() => Ok(ExitCode::SUCCESS),
        counts => {
            let counts = counts?;
            if let Some(loss) = loss(&counts, true) {
                eprintln!("warning: {loss}; the lines with \"error\" on standard output tell why");
            }
            Ok(done(&counts))
        }
    }
}

/// Says how much was skipped by a run into a folder, if nothing else does.
pub fn tell_loss(manifest: &Manifest, is_quiet: bool) {
    if let Some(loss) = loss(&manifest.counts, is_quiet) {
        let first = manifest.skipped.first().map(|skip| format!(" first {}: {};", skip.path, skip.reason));
        eprintln!("warning: {loss};{} skipped.csv has them all", first.unwrap_or_default());
    }
}

/// How much was skipped: said if nothing was read at all, or anything was skipped and nothing else tells (`is_sole`).
fn loss(counts: &Counts, is_sole: bool) -> Option<String> {
    let &Counts { found, processed, skipped, .. } = counts;
    match (skipped, processed) {
        (0, _) => None,
        (_, 0) => Some(format!("nothing could be read: all of {found} inputs and records were skipped")),
        _ => is_sole.then(|| format!("{skipped} of {found} inputs and records were skipped")),
    }
}

/// The exit code of a run that came to its end.
pub fn done(counts: &Counts) -> ExitCode {
    ExitCode::from(if counts.skipped > 0 { SKIPPED } else { 0 })
}

/// A flag that ctrl-C sets. A second one ends the program at once.
pub fn stop_on_signal() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let set = move || {
        if flag.swap(true, Ordering::SeqCst) {
            process::exit(STOPPED.into());
        }
    };
    ctrlc::set_handler(set).context("cannot listen for ctrl-C")?;
    Ok(stop)
}

/// What panics on one article is told as the reason of its skip; that is enough.
pub fn keep_panics_quiet() {
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !thread::current().name().is_some_and(|name| name.starts_with("tieup-")) {
            loud(info);
        }
    }));
}
