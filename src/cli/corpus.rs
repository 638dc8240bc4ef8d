//! `tieup corpus`: annotated passages, checked, counted and carried from one form to the other.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};
use tieup::corpus::{
    CorpusFile, Part, Record, Stats, StatsTable, Texts, near_duplicates, odd, read, sets, shared_names, standoff,
};

/// Work with annotated passages
#[derive(Debug, Args)]
pub struct CorpusArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check annotated passages; exit with 1 if anything is wrong
    Check {
        #[command(flatten)]
        input: Input,
        /// Print every record as JSON, with offsets in characters
        #[arg(long)]
        json: bool,
    },
    /// Count what is in each set
    Stats {
        #[command(flatten)]
        input: Input,
        /// List what looks odd: often an error, sometimes just language
        #[arg(long)]
        odd: bool,
    },
    /// Write stand-off labels back into their texts, in the inline form, to standard output
    Restore {
        #[command(flatten)]
        input: Input,
    },
    /// Take the labels off their texts: writes train.jsonl, dev.jsonl, test.jsonl and sources.csv
    Labels {
        #[command(flatten)]
        input: Input,
        /// The folder to write to; files of these names in it are replaced
        #[arg(short, long)]
        output: PathBuf,
        /// How many records in a hundred go to dev, and how many to test
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u8).range(0..=50))]
        held_out: u8,
    },
    /// Sort passages into the folders train, dev and test, by their ids
    Split {
        #[command(flatten)]
        input: Input,
        /// The folder to write to; files of the same names in it are replaced
        #[arg(short, long)]
        output: PathBuf,
        /// How many records in a hundred go to dev, and how many to test
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=50))]
        held_out: u8,
    },
}

#[derive(Debug, Args)]
struct Input {
    /// Inline passages (.txt), stand-off labels (.jsonl), or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The texts of stand-off labels: JSON Lines with id and text
    #[arg(long, value_name = "TEXTS.jsonl")]
    texts: Option<PathBuf>,
}

impl Input {
    /// Reads all files; what had to be left out is named on standard error.
    fn read(&self) -> Result<Vec<CorpusFile>> {
        let texts = self.texts.as_deref().map(Texts::read).transpose()?;
        let files = read(&self.paths, texts.as_ref())?;
        for left_out in files.iter().flat_map(|file| &file.left_out) {
            eprintln!("{left_out}");
        }
        Ok(files)
    }

    /// Reads all files, of which none may be wrong anywhere.
    fn read_right(&self) -> Result<Vec<CorpusFile>> {
        let files = self.read()?;
        let errors = print_errors(&files);
        ensure!(errors == 0, "{errors} records are wrong; nothing was written");
        Ok(files)
    }
}

/// Runs the command. Exit code 1: it ran, and found something wrong.
pub fn run(args: CorpusArgs) -> Result<ExitCode> {
    match args.command {
        Command::Check { input, json } => check(&input, json),
        Command::Stats { input, odd } => stats(&input, odd),
        Command::Restore { input } => restore(&input),
        Command::Labels { input, output, held_out } => labels(&input, &output, held_out),
        Command::Split { input, output, held_out } => split(&input, &output, held_out),
    }
}

fn print_errors(files: &[CorpusFile]) -> usize {
    files.iter().flat_map(|file| &file.errors).map(|error| eprintln!("{error}")).count()
}

fn check(input: &Input, json: bool) -> Result<ExitCode> {
    let files = input.read()?;
    let mut problems = print_errors(&files);
    let mut out = BufWriter::new(io::stdout().lock());
    let sets = sets(files);
    for pair in near_duplicates(&sets) {
        eprintln!("{pair}");
        problems += 1;
    }
    if json {
        for record in sets.iter().flat_map(|set| &set.records) {
            writeln!(out, "{}", record.to_json())?;
        }
    } else {
        for set in &sets {
            writeln!(out, "{:7} records in {}", set.records.len(), set.name)?;
        }
        writeln!(out, "{problems:7} problems")?;
    }
    out.flush()?;
    Ok(if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn stats(input: &Input, with_odd: bool) -> Result<ExitCode> {
    let sets = sets(input.read_right()?);
    let mut out = BufWriter::new(io::stdout().lock());
    let columns = sets.iter().map(|set| (set.name.clone(), Stats::of(&set.records)));
    write!(out, "{}", StatsTable(columns.collect()))?;
    if with_odd {
        let records: Vec<&Record> = sets.iter().flat_map(|set| &set.records).collect();
        for odd in odd(&records) {
            writeln!(out, "{odd}")?;
        }
        for name in shared_names(&sets) {
            writeln!(
                out,
                "{name:?}: in written passages of train and test, and in no published text; is it invented?"
            )?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Exit code 1 if records were left out: what is written is not the whole then.
fn restore(input: &Input) -> Result<ExitCode> {
    let files = input.read_right()?;
    let mut out = BufWriter::new(io::stdout().lock());
    for record in files.iter().flat_map(|file| &file.records) {
        write!(out, "{record}")?;
    }
    out.flush()?;
    let is_whole = files.iter().all(|file| file.left_out.is_empty());
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn labels(input: &Input, output: &Path, held_out: u8) -> Result<ExitCode> {
    let records: Vec<Record> = input.read_right()?.into_iter().flat_map(|file| file.records).collect();
    create(output)?;
    let mut sources = csv::Writer::from_path(output.join("sources.csv"))?;
    sources.write_record(["id", "source", "licence", "genre"])?;
    for part in Part::ALL {
        let path = output.join(format!("{part}.jsonl"));
        let mut out = writer(&path)?;
        for record in records.iter().filter(|record| Part::of(&record.id, held_out) == part) {
            let labels = standoff::labels(record).with_context(|| record.id.clone())?;
            writeln!(out, "{}", serde_json::to_string(&labels)?)?;
            let field = |key| record.field(key).unwrap_or_default();
            sources.write_record([&record.id, field("source"), field("licence"), field("genre")])?;
        }
        out.flush().with_context(|| format!("cannot write {}", path.display()))?;
    }
    sources.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn split(input: &Input, output: &Path, held_out: u8) -> Result<ExitCode> {
    for file in input.read_right()? {
        let name = file.path.file_name().context("a file without a name")?;
        for part in Part::ALL {
            let folder = output.join(part.as_str());
            create(&folder)?;
            let path = folder.join(name);
            let mut out = writer(&path)?;
            for record in file.records.iter().filter(|record| Part::of(&record.id, held_out) == part) {
                write!(out, "{record}")?;
            }
            out.flush().with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn create(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))
}

fn writer(path: &Path) -> Result<BufWriter<fs::File>> {
    let file = fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(BufWriter::new(file))
}
