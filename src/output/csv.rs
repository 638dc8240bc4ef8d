//! The tables as CSV files in a folder.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    Sink,
    columns::{Cell, Table},
    error::OutputError,
    limits::Limits,
    partial::{self, Partial},
    rows::{ClaimRow, EntityRow, Found, SentenceRow, SkippedRow},
    safety, schema, tables,
    ties::{TieRow, Ties},
};
use crate::{article::Article, claims::Analysis};

/// How CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvStyle {
    /// Whether Excel is to open the files by a double click: with a byte order mark and CRLF, and no cell longer than
    /// it can hold.
    pub excel: bool,
    /// What stands between cells: `,`, or `;` where Excel's language expects that.
    pub delimiter: u8,
}

impl Default for CsvStyle {
    fn default() -> Self {
        Self { excel: false, delimiter: b',' }
    }
}

/// Writes `claims.csv`, `ties.csv`, `entities.csv`, `sentences.csv` and `skipped.csv` into a folder, each with its
/// Table Schema in `NAME.schema.json`. The files appear together when the sink is finished.
pub struct CsvFolder {
    folder: PathBuf,
    claims: CsvFile<ClaimRow>,
    ties: CsvFile<TieRow>,
    entities: CsvFile<EntityRow>,
    sentences: CsvFile<SentenceRow>,
    skipped: CsvFile<SkippedRow>,
    totals: Ties,
}

impl CsvFolder {
    /// Starts the files in `folder`, which is made if need be.
    ///
    /// # Errors
    /// If a file cannot be made.
    pub fn create(folder: &Path, style: CsvStyle) -> Result<Self, OutputError> {
        Ok(Self {
            folder: folder.to_owned(),
            claims: CsvFile::create(folder, &tables::CLAIMS, style)?,
            ties: CsvFile::create(folder, &tables::TIES, style)?,
            entities: CsvFile::create(folder, &tables::ENTITIES, style)?,
            sentences: CsvFile::create(folder, &tables::SENTENCES, style)?,
            skipped: CsvFile::create(folder, &tables::SKIPPED, style)?,
            totals: Ties::default(),
        })
    }
}

impl Sink for CsvFolder {
    fn article(&mut self, article: &Article, analysis: &Analysis) -> Result<(), OutputError> {
        let found = Found::new(article, analysis);
        let claims: Vec<ClaimRow> = found.claims().collect();
        self.totals.add_article(&claims);
        claims.iter().try_for_each(|row| self.claims.write(row))?;
        found.entities().try_for_each(|row| self.entities.write(&row))?;
        found.sentences().try_for_each(|row| self.sentences.write(&row))
    }

    fn skipped(&mut self, path: &str, stage: &str, reason: &str) -> Result<(), OutputError> {
        self.skipped.write(&SkippedRow { path: path.to_owned(), stage: stage.to_owned(), reason: reason.to_owned() })
    }

    fn finish(self: Box<Self>) -> Result<Vec<String>, OutputError> {
        let Self { folder, claims, mut ties, entities, sentences, skipped, totals } = *self;
        totals.into_rows().iter().try_for_each(|row| ties.write(row))?;
        let mut files = Vec::new();
        let mut warnings = Vec::new();
        claims.finish(&folder, &mut files, &mut warnings)?;
        ties.finish(&folder, &mut files, &mut warnings)?;
        entities.finish(&folder, &mut files, &mut warnings)?;
        sentences.finish(&folder, &mut files, &mut warnings)?;
        skipped.finish(&folder, &mut files, &mut warnings)?;
        partial::publish(files)?;
        Ok(warnings)
    }
}

/// One table on its way into a file.
struct CsvFile<R: 'static> {
    table: &'static Table<R>,
    writer: csv::Writer<Partial>,
    target: PathBuf,
    style: CsvStyle,
    limits: Limits,
}

impl<R> CsvFile<R> {
    fn create(folder: &Path, table: &'static Table<R>, style: CsvStyle) -> Result<Self, OutputError> {
        let mut file = Partial::create(folder, &format!("{}.csv", table.name))?;
        let target = file.target().to_owned();
        if style.excel {
            file.write_all("\u{feff}".as_bytes()).map_err(OutputError::at(&target))?;
        }
        let terminator = if style.excel { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().delimiter(style.delimiter).terminator(terminator).from_writer(file);
        let header = writer.write_record(table.columns.iter().map(|column| column.name));
        header.map_err(|e| OutputError::at(&target)(e.into()))?;
        Ok(Self { table, writer, target, style, limits: Limits::default() })
    }

    fn write(&mut self, row: &R) -> Result<(), OutputError> {
        self.limits.count_row();
        self.write_row(row).map_err(|e| OutputError::at(&self.target)(e.into()))
    }

    fn write_row(&mut self, row: &R) -> csv::Result<()> {
        for column in self.table.columns {
            match (column.value)(row) {
                Cell::Empty => self.writer.write_field("")?,
                Cell::Text(text) => {
                    let mut cell = safety::escape(&text);
                    if let Some(short) = self.limits.check_cell(&cell)
                        && self.style.excel
                    {
                        cell = short.into();
                    }
                    self.writer.write_field(cell.as_bytes())?;
                }
                Cell::Integer(number) => self.writer.write_field(number.to_string())?,
                Cell::Confidence(number) => self.writer.write_field(format!("{number:.4}"))?,
            }
        }
        self.writer.write_record(None::<&[u8]>)
    }

    /// Hands over the finished file and its schema, and what the user should know about them.
    fn finish(self, folder: &Path, files: &mut Vec<Partial>, warnings: &mut Vec<String>) -> Result<(), OutputError> {
        let at = OutputError::at(&self.target);
        let file = self.writer.into_inner().map_err(|e| at(io::Error::from(e.error().kind())))?;
        files.push(file);

        let mut description = Partial::create(folder, &format!("{}.schema.json", self.table.name))?;
        let json = format!("{:#}\n", schema(self.table));
        description.write_all(json.as_bytes()).map_err(at)?;
        files.push(description);

        warnings.extend(self.limits.warnings(&format!("{}.csv", self.table.name), self.style.excel));
        Ok(())
    }
}
