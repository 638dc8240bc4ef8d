//! The command line: it parses, calls and prints, and holds no logic of its own.

mod corpus;
mod eval;
mod extract;
mod model;
mod progress;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Reads analysis articles and tells who partnered with whom, and why.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Corpus(corpus::CorpusArgs),
    Eval(eval::EvalArgs),
    Extract(extract::ExtractArgs),
    Model(model::ModelArgs),
    Train(train::TrainArgs),
}

/// Runs the command that the arguments name. Exit codes: 0 done, 1 an error, 2 wrong usage, 3 done with inputs skipped.
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Corpus(args) => corpus::run(args),
        Command::Eval(args) => eval::run(&args),
        Command::Extract(args) => extract::run(&args),
        Command::Model(args) => model::run(args),
        Command::Train(args) => train::run(&args),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(1)
    })
}
