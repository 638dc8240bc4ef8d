//! What to read.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use super::{ExtractOptions, RunError};
use crate::article::{Compression, Format, Input, Skip, discover};

/// The inputs of a run, in their order.
#[derive(Debug, Default)]
pub struct Plan {
    /// The files to read.
    pub inputs: Vec<Input>,
    /// What was found and cannot be read.
    pub skipped: Vec<Skip>,
    /// Whether standard input is the one input.
    pub is_stdin: bool,
}

impl Plan {
    /// Finds what `options` name. Files in the output folder `out` are no inputs, even if it lies in an input folder.
    ///
    /// # Errors
    /// If the list of files cannot be read, or standard input is named beside others.
    pub fn new(options: &ExtractOptions, out: Option<&Path>) -> Result<Self, RunError> {
        let mut paths = options.inputs.clone();
        if let Some(list) = &options.files_from {
            paths.extend(listed(list)?);
        }
        if paths.iter().any(|path| path == Path::new("-")) {
            let is_alone = paths.len() == 1;
            let alone = Self { is_stdin: true, ..Self::default() };
            return is_alone.then_some(alone).ok_or_else(|| {
                RunError::Usage("standard input (-) cannot be read beside other inputs; name it alone".to_owned())
            });
        }
        let mut found = discover(&paths);
        if let Some(out) = out.and_then(|out| fs::canonicalize(out).ok()) {
            let is_output = |path: &Path| fs::canonicalize(path).is_ok_and(|path| path.starts_with(&out));
            found.inputs.retain(|input| !is_output(&input.path));
            found.skipped.retain(|skip| !is_output(Path::new(&skip.path)));
        }
        Ok(Self { inputs: found.inputs, skipped: found.skipped, is_stdin: false })
    }

    /// How many files there are of each format, in a phrase: `3 text, 1 HTML`.
    pub fn formats(&self) -> String {
        let names = [
            (Format::Text, "text"),
            (Format::Markdown, "Markdown"),
            (Format::Html, "HTML"),
            (Format::JsonLines, "JSON Lines"),
            (Format::Csv, "CSV"),
            (Format::Tsv, "TSV"),
        ];
        let count = |format| self.inputs.iter().filter(|input| input.format == format).count();
        let counted = names.into_iter().map(|(format, name)| (count(format), name)).filter(|&(count, _)| count > 0);
        counted.map(|(count, name)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
    }

    /// The bytes of all files, as they are stored.
    pub fn bytes(&self) -> u64 {
        self.inputs.iter().filter_map(|input| fs::metadata(&input.path).ok()).map(|metadata| metadata.len()).sum()
    }
}

/// Whether the file holds one article, and not records.
pub(super) fn is_whole(input: &Input) -> bool {
    matches!(input.format, Format::Text | Format::Markdown | Format::Html)
}

/// Whether the lines of the file, as stored, are about its records.
pub(super) fn has_lines(input: &Input) -> bool {
    !is_whole(input) && input.compression == Compression::None
}

/// The paths in a list, one a line; `-` is standard input.
fn listed(list: &Path) -> Result<Vec<PathBuf>, RunError> {
    let failed = |source| RunError::Read { path: list.to_owned(), source };
    let reader: Box<dyn BufRead> = if list == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(fs::File::open(list).map_err(failed)?))
    };
    let lines = reader.lines().collect::<Result<Vec<_>, _>>().map_err(failed)?;
    Ok(lines.into_iter().filter(|line| !line.trim().is_empty()).map(PathBuf::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_folder_is_no_input() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        fs::create_dir(&out).unwrap();
        fs::write(folder.path().join("a.txt"), "A").unwrap();
        fs::write(folder.path().join("list"), format!("\n{}\n", folder.path().join("b.html").display())).unwrap();
        fs::write(folder.path().join("b.html"), "B").unwrap();
        fs::write(out.join("claims.csv"), "C").unwrap();
        let list = folder.path().join("list");
        let options =
            ExtractOptions { inputs: vec![folder.path().into()], files_from: Some(list), ..Default::default() };
        let plan = Plan::new(&options, Some(&out)).unwrap();
        assert_eq!(plan.inputs.iter().map(|input| input.name.as_str()).collect::<Vec<_>>(), ["a.txt", "b.html"]);
        assert_eq!(plan.skipped.len(), 1, "the list itself: {:?}", plan.skipped);
        assert_eq!(plan.formats(), "1 text, 1 HTML");
        assert_eq!(plan.bytes(), 2);
    }

    #[test]
    fn standard_input_is_read_alone() {
        let plan = |inputs: &[&str]| {
            let inputs = inputs.iter().map(PathBuf::from).collect();
            Plan::new(&ExtractOptions { inputs, ..Default::default() }, None)
        };
        assert!(plan(&["-"]).unwrap().is_stdin);
        assert!(plan(&["-", "a.txt"]).is_err());
    }
}
