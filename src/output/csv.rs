//! The tables as CSV files.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    columns::{Cell, Kind, Table},
    error::OutputError,
    folder::{Finished, Format, TableFile, TableFolder},
    limits::Limits,
    partial::Partial,
    safety, schema,
};

/// Writes each table as `NAME.csv`, with its Table Schema in `NAME.schema.json` beside it.
pub type CsvFolder = TableFolder<CsvStyle>;

/// How CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvStyle {
    /// Whether Excel is to open the files by a double click: with a byte order mark and CRLF, no cell longer than it can
    /// hold, and no id that it would turn into a number or a date.
    pub excel: bool,
    /// What stands between cells: `,`, or `;` where Excel's language expects that.
    pub delimiter: u8,
}

impl Default for CsvStyle {
    fn default() -> Self {
        Self { excel: false, delimiter: b',' }
    }
}

impl Format for CsvStyle {
    type File<R: 'static> = CsvFile<R>;

    fn create<R>(self, folder: &Path, table: &'static Table<R>) -> Result<CsvFile<R>, OutputError> {
        let mut file = Partial::create(folder, &format!("{}.csv", table.name))?;
        let target = file.target().to_owned();
        if self.excel {
            file.write_all("\u{feff}".as_bytes()).map_err(OutputError::at(&target))?;
        }
        let terminator = if self.excel { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().delimiter(self.delimiter).terminator(terminator).from_writer(file);
        let header = writer.write_record(table.columns.iter().map(|column| column.name));
        header.map_err(|e| OutputError::at(&target)(e.into()))?;
        Ok(CsvFile { folder: folder.to_owned(), table, writer, target, style: self, limits: Limits::default() })
    }
}

/// One table on its way into a file.
pub struct CsvFile<R: 'static> {
    folder: PathBuf,
    table: &'static Table<R>,
    writer: csv::Writer<Partial>,
    target: PathBuf,
    style: CsvStyle,
    limits: Limits,
}

impl<R> CsvFile<R> {
    fn write_row(&mut self, row: &R) -> csv::Result<()> {
        for column in self.table.columns {
            match (column.value)(row) {
                Cell::Empty => self.writer.write_field("")?,
                Cell::Text(text) => {
                    let mut cell = match column.kind {
                        Kind::Id if self.style.excel => safety::escape_id(&text),
                        _ => safety::escape(&text),
                    };
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
}

impl<R> TableFile<R> for CsvFile<R> {
    fn write(&mut self, row: &R) -> Result<(), OutputError> {
        self.limits.count_row();
        self.write_row(row).map_err(|e| OutputError::at(&self.target)(e.into()))
    }

    fn finish(self, finished: &mut Finished) -> Result<(), OutputError> {
        let at = OutputError::at(&self.target);
        let file = self.writer.into_inner().map_err(|e| at(io::Error::from(e.error().kind())))?;
        finished.files.push(file);

        let mut description = Partial::create(&self.folder, &format!("{}.schema.json", self.table.name))?;
        let json = format!("{:#}\n", schema(self.table));
        description.write_all(json.as_bytes()).map_err(at)?;
        finished.files.push(description);

        finished.warnings.extend(self.limits.warnings(&format!("{}.csv", self.table.name), self.style.excel));
        Ok(())
    }
}
