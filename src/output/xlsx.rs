//! The tables as sheets of one Excel workbook.

use std::{borrow::Cow, io, path::Path};

use rust_xlsxwriter::{
    Color, ConditionalFormatCell, ConditionalFormatCellRule, ConditionalFormatDataBar, ConditionalFormatType,
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Url, Workbook, Worksheet, XlsxError,
};

use super::{
    Sink,
    columns::{Cell, Column, Kind, Table},
    error::OutputError,
    limits::{self, Limits},
    partial::{self, Partial},
    rows::{ClaimRow, EntityRow, Found, SkippedRow},
    tables,
    ties::{TieRow, Ties},
};
use crate::{article::Article, claims::Analysis};

/// The name of the workbook.
const NAME: &str = "tieup.xlsx";

/// Writes `tieup.xlsx` into a folder, with the sheets Claims, Ties, Entities, Skipped and About.
///
/// Rows go to temporary files as they come, so that memory does not grow with the corpus.
pub struct XlsxFile {
    workbook: Workbook,
    file: Partial,
    claims: Sheet<ClaimRow>,
    ties: Sheet<TieRow>,
    entities: Sheet<EntityRow>,
    skipped: Sheet<SkippedRow>,
    totals: Ties,
}

impl XlsxFile {
    /// Starts the workbook in `folder`, which is made if need be.
    ///
    /// # Errors
    /// If a file cannot be made.
    pub fn create(folder: &Path) -> Result<Self, OutputError> {
        let file = Partial::create(folder, NAME)?;
        let at = |e: XlsxError| error(file.target(), e);
        let mut workbook = Workbook::new();
        workbook.set_tempdir(folder).map_err(at)?;
        // Without this the time of writing would stand in the file.
        let any_day = ExcelDateTime::from_ymd(2000, 1, 1).map_err(at)?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&any_day));
        Ok(Self {
            claims: Sheet::new(&mut workbook, "Claims", &tables::CLAIMS).map_err(at)?,
            ties: Sheet::new(&mut workbook, "Ties", &tables::TIES).map_err(at)?,
            entities: Sheet::new(&mut workbook, "Entities", &tables::ENTITIES).map_err(at)?,
            skipped: Sheet::new(&mut workbook, "Skipped", &tables::SKIPPED).map_err(at)?,
            totals: Ties::default(),
            workbook,
            file,
        })
    }

    fn write(&mut self, article: &Article, analysis: &Analysis) -> Result<(), XlsxError> {
        let found = Found::new(article, analysis);
        let claims: Vec<ClaimRow> = found.claims().collect();
        self.totals.add_article(&claims);
        claims.iter().try_for_each(|row| self.claims.write(row))?;
        found.entities().try_for_each(|row| self.entities.write(&row))
    }
}

impl Sink for XlsxFile {
    fn article(&mut self, article: &Article, analysis: &Analysis) -> Result<(), OutputError> {
        self.write(article, analysis).map_err(|e| error(self.file.target(), e))
    }

    fn skipped(&mut self, path: &str, stage: &str, reason: &str) -> Result<(), OutputError> {
        let row = SkippedRow { path: path.to_owned(), stage: stage.to_owned(), reason: reason.to_owned() };
        self.skipped.write(&row).map_err(|e| error(self.file.target(), e))
    }

    fn finish(self: Box<Self>) -> Result<Vec<String>, OutputError> {
        let Self { mut workbook, mut file, claims, mut ties, entities, skipped, totals } = *self;
        let mut warnings = Vec::new();
        let finish = || {
            for row in totals.into_rows() {
                ties.write_tie(&row)?;
            }
            let mut about = About::new(&mut workbook)?;
            about.add(&claims)?;
            about.add(&ties)?;
            about.add(&entities)?;
            about.add(&skipped)?;
            warnings = [&claims.limits, &ties.limits, &entities.limits, &skipped.limits]
                .iter()
                .zip(["Claims", "Ties", "Entities", "Skipped"])
                .flat_map(|(limits, sheet)| limits.warnings(&format!("sheet {sheet} of {NAME}"), true))
                .collect();
            for worksheet in [claims.finish()?, ties.finish()?, entities.finish()?, skipped.finish()?, about.sheet] {
                workbook.push_worksheet(worksheet);
            }
            workbook.save_to_writer(&mut file)
        };
        finish().map_err(|e| error(file.target(), e))?;
        partial::publish(vec![file])?;
        Ok(warnings)
    }
}

fn error(target: &Path, e: XlsxError) -> OutputError {
    let source = match e {
        XlsxError::IoError(e) => e,
        other => io::Error::other(other),
    };
    OutputError::at(target)(source)
}

/// One table on its way into a sheet.
struct Sheet<R: 'static> {
    table: &'static Table<R>,
    sheet: Worksheet,
    limits: Limits,
    links: usize,
}

/// The most links that Excel opens in one sheet.
const LINKS: usize = 65_530;

impl<R> Sheet<R> {
    fn new(workbook: &mut Workbook, name: &str, table: &'static Table<R>) -> Result<Self, XlsxError> {
        let mut sheet = workbook.new_worksheet_with_constant_memory();
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        sheet.set_landscape().set_repeat_rows(0, 0)?;
        for (column, at) in table.columns.iter().zip(0..) {
            sheet.set_column_width(at, width(column))?.set_column_format(at, &format(column))?;
            sheet.write_string_with_format(0, at, column.name, &header())?;
        }
        Ok(Self { table, sheet, limits: Limits::default(), links: 0 })
    }

    /// Writes a row below the others; what does not fit into the sheet is only counted.
    fn write(&mut self, row: &R) -> Result<(), XlsxError> {
        self.limits.count_row();
        if !self.limits.fit() {
            return Ok(());
        }
        let at = self.limits.last_row();
        let mut lines = 1;
        for (column, x) in self.table.columns.iter().zip(0..) {
            match (column.value)(row) {
                Cell::Empty => {}
                Cell::Text(text) => {
                    lines = lines.max(if is_wrapped(column) { lines_of(&text) } else { 1 });
                    self.write_text(at, x, column, &text)?;
                }
                #[expect(clippy::cast_precision_loss, reason = "Excel knows no other numbers")]
                Cell::Integer(number) => self.sheet.write_number(at, x, number as f64).map(|_| ())?,
                Cell::Confidence(number) => self.sheet.write_number(at, x, number).map(|_| ())?,
            }
        }
        if lines > 1 {
            self.sheet.set_row_height(at, LINE * f64::from(lines))?;
        }
        Ok(())
    }

    fn write_text(&mut self, row: u32, x: u16, column: &Column<R>, text: &str) -> Result<(), XlsxError> {
        match date(column, text) {
            Some(date) => self.sheet.write_datetime(row, x, date)?,
            None => {
                let text = self.fitting(text);
                self.sheet.write_string(row, x, text)?
            }
        };
        Ok(())
    }

    /// `text`, cut to what a cell holds, without the two characters that XML cannot say.
    fn fitting<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let text = self.limits.check_cell(text).map_or(Cow::Borrowed(text), Cow::Owned);
        if text.contains(['\u{fffe}', '\u{ffff}']) {
            text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}").into()
        } else {
            text
        }
    }

    /// Completes the sheet with its filter, and with colours for what columns of its kinds hold.
    fn finish(mut self) -> Result<Worksheet, XlsxError> {
        let last_row = self.limits.last_row();
        let columns = self.table.columns;
        let last_column = u16::try_from(columns.len() - 1).map_err(|_| XlsxError::RowColumnLimitError)?;
        self.sheet.autofilter(0, 0, last_row, last_column)?;
        for (column, x) in columns.iter().zip(0..) {
            match column.kind {
                Kind::Confidence => {
                    let bar = ConditionalFormatDataBar::new()
                        .set_minimum(ConditionalFormatType::Number, 0)
                        .set_maximum(ConditionalFormatType::Number, 1)
                        .set_solid_fill(true)
                        .set_fill_color(Color::RGB(0x9C_C2_E5));
                    self.sheet.add_conditional_format(1, x, last_row.max(1), x, &bar)?;
                }
                Kind::Word(words) if matches!(column.name, "relation" | "status") => {
                    for (word, colour) in words().iter().zip(PALETTE.into_iter().cycle()) {
                        let rule = ConditionalFormatCell::new()
                            .set_rule(ConditionalFormatCellRule::EqualTo(*word))
                            .set_format(Format::new().set_background_color(Color::RGB(colour)));
                        self.sheet.add_conditional_format(1, x, last_row.max(1), x, &rule)?;
                    }
                }
                _ => {}
            }
        }
        Ok(self.sheet)
    }
}

impl Sheet<TieRow> {
    /// Writes a tie whose sentence leads to the claim it comes from.
    fn write_tie(&mut self, tie: &TieRow) -> Result<(), XlsxError> {
        self.write(tie)?;
        // Below the header, and counted from 1.
        let claim = tie.claim_number + 2;
        if !self.limits.fit() || claim > limits::ROWS || self.links == LINKS {
            return Ok(());
        }
        self.links += 1;
        let place = format!("internal:Claims!A{claim}");
        for (column, x) in self.table.columns.iter().zip(0..).filter(|(column, _)| column.name == "sentence") {
            if let Cell::Text(text) = (column.value)(tie) {
                let link = Url::new(&place).set_text(self.fitting(&text));
                self.sheet.write_url_with_format(self.limits.last_row(), x, link, &wrapped().set_font_color(LINK))?;
            }
        }
        Ok(())
    }
}

/// The colour of a link.
const LINK: Color = Color::RGB(0x05_63_C1);

/// Pale enough for black text on them; told apart by people who see few colours too.
const PALETTE: [u32; 10] =
    [0xDDEBF7, 0xFCE4D6, 0xE2EFDA, 0xFFF2CC, 0xE4DFEC, 0xF8CBAD, 0xDAEEF3, 0xEDEDED, 0xD9E1F2, 0xEBF1DE];

/// How wide a column of wrapped text is, in characters.
const WRAPPED: f64 = 60.0;

/// How high a line is, in points.
const LINE: f64 = 15.0;

/// Whether the column holds texts that may need several lines.
fn is_wrapped<R>(column: &Column<R>) -> bool {
    matches!(column.name, "sentence" | "why" | "reason")
}

/// How many lines a wrapped text takes, at least about; a row can be 27 high. Not every program finds that out by itself.
fn lines_of(text: &str) -> u8 {
    let lines = text.chars().count().div_ceil(55);
    u8::try_from(lines.clamp(1, 27)).unwrap_or(1)
}

/// How wide a column is, in characters.
fn width<R>(column: &Column<R>) -> f64 {
    match (column.name, column.kind) {
        _ if is_wrapped(column) => WRAPPED,
        ("who" | "whom" | "name" | "title" | "article" | "path" | "text" | "instead_of", _) => 28.0,
        (_, Kind::Integer) => 9.0,
        (_, Kind::Text | Kind::Id) => 18.0,
        (_, Kind::Word(_) | Kind::Date | Kind::Confidence) => 13.0,
    }
}

/// The date in a cell of a date column; Excel knows none before 1900.
fn date<R>(column: &Column<R>, text: &str) -> Option<ExcelDateTime> {
    matches!(column.kind, Kind::Date).then(|| ExcelDateTime::parse_from_str(text).ok()).flatten()
}

fn format<R>(column: &Column<R>) -> Format {
    match (column.name, column.kind) {
        _ if is_wrapped(column) => wrapped(),
        (_, Kind::Date) => top().set_num_format("yyyy-mm-dd"),
        (_, Kind::Confidence) => top().set_num_format("0.00"),
        _ => top(),
    }
}

fn top() -> Format {
    Format::new().set_align(FormatAlign::Top)
}

fn wrapped() -> Format {
    top().set_text_wrap()
}

fn header() -> Format {
    Format::new().set_bold().set_border_bottom(FormatBorder::Thin).set_background_color(Color::RGB(0xF2_F2_F2))
}

/// The sheet that explains the others.
struct About {
    sheet: Worksheet,
    row: u32,
}

impl About {
    fn new(workbook: &mut Workbook) -> Result<Self, XlsxError> {
        let mut sheet = workbook.new_worksheet_with_constant_memory();
        sheet.set_name("About")?;
        for (width, x) in [14.0, 14.0, 90.0].into_iter().zip(0..) {
            sheet.set_column_width(x, width)?;
        }
        sheet.write_string_with_format(0, 0, concat!("tieup ", env!("CARGO_PKG_VERSION")), &header())?;
        sheet.write_string(1, 0, "Who partnered with whom, and why, as found in articles by a language model. Check what matters in the text.")?;
        Ok(Self { sheet, row: 2 })
    }

    /// Adds a table: its name, number of rows and description, then its columns.
    fn add<R>(&mut self, table: &Sheet<R>) -> Result<(), XlsxError> {
        self.row += 1;
        self.sheet.write_string_with_format(self.row, 0, table.sheet.name(), &header())?;
        self.sheet.write_string_with_format(self.row, 1, format!("rows: {}", table.limits.rows()), &header())?;
        self.sheet.write_string_with_format(self.row, 2, table.table.description, &header().set_text_wrap())?;
        for column in table.table.columns {
            self.row += 1;
            self.sheet.write_string(self.row, 1, column.name)?;
            self.sheet.write_string(self.row, 2, column.description)?;
        }
        self.row += 1;
        Ok(())
    }
}
