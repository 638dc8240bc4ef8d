//! The tables as Parquet files.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use jiff::{Unit, civil::Date};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::properties::WriterProperties,
};

use super::{
    columns::{Cell, Column, Kind, Table},
    error::OutputError,
    folder::{Finished, Format, TableFile, TableFolder},
    partial::Partial,
};

/// Writes each table as `NAME.parquet`: the columns of the CSV, typed, and texts as they are, with no apostrophes in front.
pub type ParquetFolder = TableFolder<Parquet>;

/// How many rows are handed over at once.
const BATCH: usize = 4096;
/// How many rows a row group has: what is kept in memory of each table, packed, until it is written.
const ROW_GROUP: usize = 100_000;

/// Parquet, packed with Zstandard.
#[derive(Debug, Clone, Copy)]
pub struct Parquet;

impl Format for Parquet {
    type File<R: 'static> = ParquetFile<R>;

    fn create<R>(self, folder: &Path, table: &'static Table<R>) -> Result<ParquetFile<R>, OutputError> {
        let file = Partial::create(folder, &format!("{}.parquet", table.name))?;
        let target = file.target().to_owned();
        let schema = Arc::new(Schema::new(table.columns.iter().map(field).collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties));
        let writer = writer.map_err(|e| OutputError::at(&target)(cause(e)))?;
        let columns = table.columns.iter().map(|column| Values::of(column.kind)).collect();
        Ok(ParquetFile { table, schema, writer, columns, rows: 0, target })
    }
}

/// One table on its way into a file.
pub struct ParquetFile<R: 'static> {
    table: &'static Table<R>,
    schema: Arc<Schema>,
    writer: ArrowWriter<Partial>,
    /// The rows that are still to be handed over, column by column.
    columns: Vec<Values>,
    rows: usize,
    target: PathBuf,
}

impl<R> ParquetFile<R> {
    fn hand_over(&mut self) -> Result<(), ParquetError> {
        self.rows = 0;
        let arrays = self.columns.iter_mut().map(Values::take).collect();
        self.writer.write(&RecordBatch::try_new(Arc::clone(&self.schema), arrays)?)
    }
}

impl<R> TableFile<R> for ParquetFile<R> {
    fn write(&mut self, row: &R) -> Result<(), OutputError> {
        for (column, values) in self.table.columns.iter().zip(&mut self.columns) {
            values.push((column.value)(row));
        }
        self.rows += 1;
        let handed = if self.rows < BATCH { Ok(()) } else { self.hand_over() };
        handed.map_err(|e| OutputError::at(&self.target)(cause(e)))
    }

    fn finish(mut self, finished: &mut Finished) -> Result<(), OutputError> {
        let target = self.target.clone();
        let at = OutputError::at(&target);
        self.hand_over().map_err(|e| at(cause(e)))?;
        finished.files.push(self.writer.into_inner().map_err(|e| at(cause(e)))?);
        Ok(())
    }
}

/// The description of a column.
fn field<R>(column: &Column<R>) -> Field {
    let kind = match column.kind {
        Kind::Text | Kind::Id | Kind::Word(_) => DataType::Utf8,
        Kind::Date => DataType::Date32,
        Kind::Integer => DataType::Int64,
        Kind::Confidence => DataType::Float64,
    };
    Field::new(column.name, kind, !column.required)
}

/// Values of a column.
enum Values {
    Texts(Vec<Option<String>>),
    Dates(Vec<Option<i32>>),
    Integers(Vec<Option<i64>>),
    Confidences(Vec<Option<f64>>),
}

impl Values {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Text | Kind::Id | Kind::Word(_) => Self::Texts(Vec::new()),
            Kind::Date => Self::Dates(Vec::new()),
            Kind::Integer => Self::Integers(Vec::new()),
            Kind::Confidence => Self::Confidences(Vec::new()),
        }
    }

    fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Self::Texts(texts), Cell::Text(text)) => texts.push(Some(text.into_owned())),
            (Self::Texts(texts), _) => texts.push(None),
            (Self::Dates(dates), Cell::Text(date)) => dates.push(days(&date)),
            (Self::Dates(dates), _) => dates.push(None),
            (Self::Integers(numbers), Cell::Integer(number)) => numbers.push(i64::try_from(number).ok()),
            (Self::Integers(numbers), _) => numbers.push(None),
            (Self::Confidences(numbers), Cell::Confidence(number)) => numbers.push(Some(number)),
            (Self::Confidences(numbers), _) => numbers.push(None),
        }
    }

    /// Hands over the values and is empty again.
    fn take(&mut self) -> ArrayRef {
        match self {
            Self::Texts(texts) => Arc::new(texts.drain(..).collect::<StringArray>()),
            Self::Dates(dates) => Arc::new(dates.drain(..).collect::<Date32Array>()),
            Self::Integers(numbers) => Arc::new(numbers.drain(..).collect::<Int64Array>()),
            Self::Confidences(numbers) => Arc::new(numbers.drain(..).collect::<Float64Array>()),
        }
    }
}

/// The days from 1970 on to `YYYY-MM-DD`.
fn days(date: &str) -> Option<i32> {
    let date: Date = date.parse().ok()?;
    Some(date.since((Unit::Day, Date::constant(1970, 1, 1))).ok()?.get_days())
}

fn cause(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(cause) => match cause.downcast() {
            Ok(error) => *error,
            Err(cause) => io::Error::other(cause),
        },
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        // date -ud 2026-03-04 +%s, by 86,400
        let dates = ["1969-12-31", "1970-01-01", "2026-03-04", "March 2026", ""];
        assert_eq!(dates.map(days), [Some(-1), Some(0), Some(20_516), None, None]);
    }
}
