//! The command line: it parses, calls and prints, and holds no logic of its own.

mod calibrate;
mod config;
mod corpus;
mod eval;
mod exam;
mod extract;
mod merge;
mod model;
mod progress;
mod report;
mod shell;
mod train;
mod verify;

use std::{env, io, process::ExitCode};

use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand};

/// Reads analysis articles and tells who partnered with whom, and why.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Calibrate(calibrate::CalibrateArgs),
    Corpus(corpus::CorpusArgs),
    Eval(eval::EvalArgs),
    Exam(exam::ExamArgs),
    Extract(extract::ExtractArgs),
    Merge(merge::MergeArgs),
    Model(model::ModelArgs),
    Report(report::ReportArgs),
    Train(train::TrainArgs),
    Verify(verify::VerifyArgs),
    Completions(shell::CompletionsArgs),
    Man(shell::ManArgs),
}

/// Runs the command that the arguments name. Exit codes: 0 done, 1 an error, 2 wrong usage, 3 done with inputs skipped.
pub fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        let closed = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
        if error.downcast_ref().is_some_and(closed) {
            // Whoever read the output has seen enough.
            return ExitCode::SUCCESS;
        }
        eprintln!("error: {}", sentence(&error));
        ExitCode::FAILURE
    })
}

fn run() -> Result<ExitCode> {
    let args = config::with_file(&Cli::command(), env::args_os().collect())?;
    match Cli::parse_from(args).command {
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Corpus(args) => corpus::run(args),
        Command::Eval(args) => eval::run(&args),
        Command::Exam(args) => exam::run(&args),
        Command::Extract(args) => extract::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Model(args) => model::run(args),
        Command::Report(args) => report::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Completions(args) => shell::completions(&args, Cli::command()),
        Command::Man(args) => shell::man(&args, Cli::command()),
    }
}

/// An error and its causes. The library's errors say their cause themselves, and none is said twice.
fn sentence(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |sentence, cause| match &*sentence {
        "" => cause,
        _ if sentence.contains(&cause) => sentence,
        _ => format!("{sentence}: {cause}"),
    })
}
