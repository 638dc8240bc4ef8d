//! `tieup model`, and the option that names a model.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    thread,
};

use anyhow::{Context, Result, anyhow};
use clap::{Args, Subcommand};
use tch::Device;
use tieup::{
    model::{self, Model, Precision},
    run::{ModelRecord, SharedModel},
};

/// Which model to use.
#[derive(Debug, Args)]
pub struct ModelOption {
    /// The model's folder [default: models/base or models/small, here or beside the program]
    #[arg(short, long, value_name = "FOLDER", env = "TIEUP_MODEL", hide_env_values = true)]
    model: Option<PathBuf>,
}

impl ModelOption {
    /// The model in `folder`.
    pub fn named(folder: &Path) -> Self {
        Self { model: Some(folder.to_owned()) }
    }

    /// The folder named, otherwise `other`, otherwise that of a model which comes with tieup.
    pub fn folder(&self, other: Option<&Path>) -> Result<PathBuf> {
        let named = self.model.clone().or_else(|| other.map(Path::to_owned));
        named.map_or_else(|| Ok(model::default_folder()?), Ok)
    }
}

/// How exactly to compute.
#[derive(Debug, Default, Args)]
pub struct PrecisionOption {
    /// What the model computes in: f32, bf16, int8, or auto, which takes what a short trial shows to be fastest here
    #[arg(long, value_name = "PRECISION", default_value = "auto", value_parser = precision)]
    precision: Choice,
}

/// A precision, or none in particular.
#[derive(Debug, Clone, Copy, Default)]
struct Choice(Option<Precision>);

impl PrecisionOption {
    /// The precision named.
    pub fn asked(&self) -> Option<Precision> {
        self.precision.0
    }
}

fn precision(word: &str) -> Result<Choice, String> {
    let named = Precision::ALL.into_iter().find(|precision| precision.name() == word);
    if named.is_some() || word == "auto" {
        Ok(Choice(named))
    } else {
        Err("expected auto, f32, bf16 or int8".to_owned())
    }
}

/// Loads the model in `folder`, in the precision `asked` for, and tells what it is.
pub fn load(folder: &Path, asked: Option<Precision>) -> Result<(SharedModel, ModelRecord)> {
    // Two threads that wait for one another are slower than one, and the workers use one each anyway.
    tch::set_num_threads(1);
    let hash = || model::sha256(folder);
    let (sha256, model) = thread::scope(|scope| {
        let hash = scope.spawn(hash);
        let model = Model::open(folder, Device::Cpu, asked);
        (hash.join(), model)
    });
    let sha256 = sha256.map_err(|_| anyhow!("{}: cannot be hashed", folder.display()))??;
    Ok((SharedModel::new(model?), ModelRecord { folder: folder.display().to_string(), sha256 }))
}

/// Tell about models
#[derive(Debug, Args)]
pub struct ModelArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print what a model is: architecture, size, hash
    Info {
        /// The model's folder [default: models/base or models/small, here or beside the program]
        #[arg(value_name = "FOLDER", env = "TIEUP_MODEL", hide_env_values = true)]
        folder: Option<PathBuf>,
    },
}

pub fn run(args: ModelArgs) -> Result<ExitCode> {
    let Command::Info { folder } = args.command;
    let folder = folder.map_or_else(model::default_folder, Ok)?;
    let loaded = Model::load(&folder, Device::Cpu)?;
    let config = &loaded.config;
    let parameters: usize = loaded.store.variables().values().map(|variable| variable.numel()).sum();
    let mut out = io::stdout().lock();
    writeln!(out, "folder        {}", folder.display())?;
    writeln!(
        out,
        "architecture  {:?}: {} layers, {} wide, {} attention heads",
        config.model_type, config.num_hidden_layers, config.hidden_size, config.num_attention_heads
    )?;
    writeln!(out, "vocabulary    {} word pieces, windows of up to {}", config.vocab_size, config.max_pieces())?;
    writeln!(out, "parameters    {:.1} million", parameters as f64 / 1e6)?;
    writeln!(out, "sha256        {}", model::sha256(&folder)?)?;
    for path in model::files(&folder)? {
        let bytes = fs::metadata(&path).with_context(|| format!("{}: cannot be read", path.display()))?.len();
        let name = path.file_name().unwrap_or_default().display();
        writeln!(out, "file          {name}, {:.1} MB", bytes as f64 / 1e6)?;
    }
    Ok(ExitCode::SUCCESS)
}
