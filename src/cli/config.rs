//! `tieup.toml`: options for repeated runs.
//!
//! A table for each command, a key for each of its long options:
//!
//! ```toml
//! [extract]
//! output = "out"
//! format = ["csv", "xlsx"]
//! min-confidence = 0.3
//! save-text = true
//! ```
//!
//! They are put in front of the arguments, and clap checks them like those, so nothing about an option is said twice. An
//! option that the command line or the environment gives is not taken from here.

use std::{ffi::OsString, fs, io, path::Path};

use anyhow::{Context, Result, bail};
use clap::{Command, parser::ValueSource};
use toml::{Table, Value};

/// The file, in the current folder.
const FILE: &str = "tieup.toml";

/// `args`, the program's name first, with what `tieup.toml` adds.
///
/// # Errors
/// If the file is there and cannot be read, or names something that is no option.
pub fn with_file(command: &Command, args: Vec<OsString>) -> Result<Vec<OsString>> {
    match fs::read_to_string(Path::new(FILE)) {
        Ok(text) => with(command, args, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(args),
        Err(error) => Err(error).with_context(|| format!("{FILE} cannot be read")),
    }
}

fn with(command: &Command, mut args: Vec<OsString>, text: &str) -> Result<Vec<OsString>> {
    let table: Table = text.parse().with_context(|| format!("{FILE} is not TOML"))?;
    for name in table.keys() {
        if command.find_subcommand(name).is_none() {
            bail!("{FILE}: {name} is no command; options stand below the name of theirs: [extract]");
        }
    }
    // Arguments that are wrong or incomplete are told later, with all there is.
    let given = command.clone().ignore_errors(true).try_get_matches_from(&args);
    let Some((name, given)) =
        given.ok().as_ref().and_then(|given| given.subcommand()).map(|(n, g)| (n.to_owned(), g.clone()))
    else {
        return Ok(args);
    };
    let (Some(command), Some(Value::Table(options))) = (command.find_subcommand(&name), table.get(&name)) else {
        return Ok(args);
    };
    let mut added = Vec::new();
    for (key, value) in options {
        let Some(option) = command.get_arguments().find(|arg| arg.get_long() == Some(key)) else {
            bail!("{FILE}: {name} has no option {key}");
        };
        let source = given.value_source(option.get_id().as_str());
        if !matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable)) {
            added.extend(arguments(key, value)?);
        }
    }
    // Behind the names of program and command.
    args.splice(2..2, added);
    Ok(args)
}

/// An option as arguments.
fn arguments(key: &str, value: &Value) -> Result<Vec<OsString>> {
    Ok(match value {
        Value::Boolean(true) => vec![format!("--{key}").into()],
        Value::Boolean(false) => Vec::new(),
        Value::String(text) => vec![format!("--{key}={text}").into()],
        Value::Integer(_) | Value::Float(_) => vec![format!("--{key}={value}").into()],
        Value::Array(values) => values.iter().map(|value| arguments(key, value)).collect::<Result<Vec<_>>>()?.concat(),
        Value::Datetime(_) | Value::Table(_) => bail!("{FILE}: {key} must be a text, a number, true or false"),
    })
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction};

    use super::*;

    fn command() -> Command {
        let extract = Command::new("extract").args([
            Arg::new("input").required(true),
            Arg::new("output").short('o').long("output"),
            Arg::new("format").long("format").action(ArgAction::Append),
            Arg::new("excel").long("excel").action(ArgAction::SetTrue),
            Arg::new("min_confidence").long("min-confidence").default_value("0"),
        ]);
        Command::new("tieup").subcommands([extract, Command::new("eval")])
    }

    fn args(line: &str, file: &str) -> Result<String, String> {
        let line = format!("tieup {line}").split_whitespace().map(OsString::from).collect();
        let args = with(&command(), line, file).map_err(|error| error.to_string())?;
        Ok(args.iter().map(|arg| arg.to_str().unwrap()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn the_command_line_goes_before_the_file() {
        let file = "[extract]\noutput = 'a b'\nformat = ['csv', 'xlsx']\nmin-confidence = 0.5\nexcel = true\n";
        let all = "--excel --format=csv --format=xlsx --min-confidence=0.5 --output=a b";
        assert_eq!(args("extract in", file).unwrap(), format!("tieup extract {all} in"));
        let some = "tieup extract --excel --format=csv --format=xlsx in -o out --min-confidence 0";
        assert_eq!(args("extract in -o out --min-confidence 0", file).unwrap(), some);
        assert_eq!(args("eval", file).unwrap(), "tieup eval");
        assert_eq!(args("--help", file).unwrap(), "tieup --help");
    }

    #[test]
    fn what_is_no_option_is_told() {
        assert_eq!(args("extract in", "[extract]\nspeed = 1").unwrap_err(), "tieup.toml: extract has no option speed");
        assert!(args("extract in", "output = 'out'").unwrap_err().contains("output is no command"));
        assert!(args("extract in", "[extract").unwrap_err().contains("is not TOML"));
    }
}
