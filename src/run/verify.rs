//! Doing a run again, to see whether the same comes of it.

use std::{path::Path, sync::atomic::AtomicBool};

use super::{
    Event, Extraction, Manifest, ModelRecord, OutputFormat, Plan, RunError, Scorer, Unfinished,
    compare::{Difference, compare, same_bytes},
    extract,
    manifest::{InputRecord, InputsRecord},
};

/// How many inputs an error names.
const NAMED: usize = 5;

/// Does the run again whose `manifest` and outputs are in `folder`, and tells what of it is different now.
///
/// # Errors
/// If the model or the inputs are not those of the manifest, or the run fails.
pub fn verify<S: Scorer>(
    manifest: &Manifest,
    folder: &Path,
    scorer: &S,
    model: &ModelRecord,
    jobs: usize,
    stop: &AtomicBool,
    watch: &mut dyn FnMut(Event),
) -> Result<Vec<Difference>, RunError> {
    manifest.check_model(model)?;
    let options = &manifest.options;
    let plan = Plan::new(options, Some(folder))?;
    if plan.is_stdin {
        return Err(RunError::OtherInputs("it read standard input, which is gone".to_owned()));
    }
    let inputs = InputsRecord::new(&plan.inputs, options.aliases.as_deref(), || false, |_| {});
    if inputs != manifest.inputs {
        return Err(RunError::OtherInputs(changed(&manifest.inputs, &inputs)));
    }
    let again = tempfile::tempdir().map_err(|source| RunError::Read { path: std::env::temp_dir(), source })?;
    let out = again.path();
    let extraction = Extraction { options, plan: &plan, out, model, unfinished: Unfinished::Keep, jobs, stop };
    extract(&extraction, scorer, watch)?;
    differences(manifest, folder, out)
}

impl Manifest {
    /// # Errors
    /// If `model` is not the one of this run.
    pub fn check_model(&self, model: &ModelRecord) -> Result<(), RunError> {
        if model.sha256 == self.model.sha256 {
            return Ok(());
        }
        let (found, wanted) = (model.sha256.clone(), self.model.sha256.clone());
        Err(RunError::OtherModel { folder: model.folder.clone().into(), found, wanted })
    }

    /// The files with results that a run like this writes, and what stands between the cells of those that are tables.
    fn results(&self) -> Vec<(&'static str, Form)> {
        let mut results = Vec::new();
        for format in &self.options.formats {
            match format {
                OutputFormat::Csv => {
                    let table = Form::Rows(Some(u8::try_from(self.options.delimiter).unwrap_or(b',')));
                    let names = ["claims.csv", "ties.csv", "entities.csv", "sentences.csv", "skipped.csv"];
                    results.extend(names.map(|name| (name, table)));
                }
                OutputFormat::Jsonl => results.push(("claims.jsonl", Form::Rows(None))),
                OutputFormat::Xlsx => results.push(("tieup.xlsx", Form::Bytes)),
                OutputFormat::Parquet => {
                    let names =
                        ["claims.parquet", "ties.parquet", "entities.parquet", "sentences.parquet", "skipped.parquet"];
                    results.extend(names.map(|name| (name, Form::Bytes)));
                }
            }
        }
        if self.options.save_text {
            results.push(("texts.jsonl", Form::Rows(None)));
        }
        results
    }
}

/// How a file is compared.
#[derive(Debug, Clone, Copy)]
enum Form {
    Rows(Option<u8>),
    Bytes,
}

fn differences(manifest: &Manifest, old: &Path, new: &Path) -> Result<Vec<Difference>, RunError> {
    let mut differences = Vec::new();
    for (name, form) in manifest.results() {
        let (old, new) = (old.join(name), new.join(name));
        let difference = match form {
            Form::Rows(delimiter) => compare(name, &old, &new, delimiter),
            Form::Bytes => same_bytes(&old, &new).map(|is_same| {
                let different =
                    || Difference { file: name.to_owned(), what: "other bytes".to_owned(), rows: Vec::new() };
                (!is_same).then(different)
            }),
        };
        differences.extend(difference.map_err(|source| RunError::Read { path: old, source })?);
    }
    Ok(differences)
}

/// Which inputs are different, for the user.
fn changed(old: &InputsRecord, new: &InputsRecord) -> String {
    let mut changes = Vec::new();
    let find = |files: &[InputRecord], name: &str| {
        // Files are in the order of their names.
        files.binary_search_by(|file| file.name.as_bytes().cmp(name.as_bytes())).ok().map(|at| files[at].sha256.clone())
    };
    for file in &old.files {
        match find(&new.files, &file.name) {
            None => changes.push(format!("{} is gone", file.name)),
            Some(sha256) if sha256 != file.sha256 => changes.push(format!("{} has changed", file.name)),
            Some(_) => {}
        }
    }
    let added = new.files.iter().filter(|file| find(&old.files, &file.name).is_none());
    changes.extend(added.map(|file| format!("{} is new", file.name)));
    if old.aliases != new.aliases {
        changes.push("the table of aliases has changed".to_owned());
    }
    let more = changes.len().saturating_sub(NAMED);
    changes.truncate(NAMED);
    if more > 0 {
        changes.push(format!("and {more} more"));
    }
    changes.join(", ")
}
