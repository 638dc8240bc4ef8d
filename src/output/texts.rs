//! The texts that offsets refer to.

use std::{io::Write, path::Path};

use super::{
    OutputError, Sink,
    partial::{self, Partial},
};
use crate::{article::Article, claims::Analysis};

/// Writes `texts.jsonl` into a folder: each article as it was read, one JSON object a line, with the text that all
/// offsets refer to. tieup reads such a file again, and gives the same results. The file appears when the sink is finished.
pub struct TextsFile(Partial);

impl TextsFile {
    /// Starts the file in `folder`, which is made if need be.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn create(folder: &Path) -> Result<Self, OutputError> {
        Partial::create(folder, "texts.jsonl").map(Self)
    }
}

impl Sink for TextsFile {
    fn article(&mut self, article: &Article, _analysis: &Analysis) -> Result<(), OutputError> {
        let file = &mut self.0;
        let written = serde_json::to_writer(&mut *file, article).map_err(Into::into);
        written.and_then(|()| file.write_all(b"\n")).map_err(OutputError::at(self.0.target()))
    }

    fn skipped(&mut self, _path: &str, _stage: &str, _reason: &str) -> Result<(), OutputError> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<String>, OutputError> {
        partial::publish(vec![self.0])?;
        Ok(Vec::new())
    }
}
