//! What Excel can hold.

/// The longest text of a cell, in UTF-16 units.
pub(super) const CELL: usize = 32_767;
/// The rows of a sheet, the header among them.
pub(super) const ROWS: u64 = 1_048_576;

/// Watches a table for what Excel cannot hold.
#[derive(Debug, Default)]
pub(super) struct Limits {
    rows: u64,
    long_cells: u64,
}

impl Limits {
    /// Counts a row.
    pub(super) fn count_row(&mut self) {
        self.rows += 1;
    }

    /// How many rows were counted.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// The last row that was counted and fits into a sheet; the header is row 0.
    pub(super) fn last_row(&self) -> u32 {
        u32::try_from(self.rows.min(ROWS - 1)).unwrap_or(u32::MAX)
    }

    /// Whether the rows so far fit into a sheet.
    pub(super) fn fit(&self) -> bool {
        self.rows < ROWS
    }

    /// For a cell too long, counts it and gives what fits of it, with `…` at the end.
    pub(super) fn check_cell(&mut self, text: &str) -> Option<String> {
        // A text has at most as many UTF-16 units as bytes.
        if text.len() <= CELL || text.encode_utf16().count() <= CELL {
            return None;
        }
        self.long_cells += 1;
        let mut units = 0;
        let fits = |c: &char| {
            units += c.len_utf16();
            units < CELL
        };
        Some(text.chars().take_while(fits).chain(['…']).collect())
    }

    /// What the user should know about the file `name`, whose long cells were `cut` or not.
    pub(super) fn warnings(&self, name: &str, cut: bool) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.fit() {
            let rows = self.rows;
            warnings.push(format!("{name} has {rows} rows, of which Excel shows the first {}", ROWS - 1));
        }
        if self.long_cells > 0 {
            let cells = self.long_cells;
            let done = if cut { "they were cut to that length" } else { "it will cut or split them" };
            warnings.push(format!("{name} has {cells} cells longer than the {CELL} characters Excel can hold; {done}"));
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_cell_is_cut_to_what_excel_holds() {
        let mut limits = Limits::default();
        assert_eq!(limits.check_cell(&"é".repeat(CELL)), None);
        for long in ["é".repeat(CELL + 1), "🙂".repeat(CELL / 2 + 1)] {
            let cut = limits.check_cell(&long).unwrap();
            assert!((CELL - 1..=CELL).contains(&cut.encode_utf16().count()));
            assert!(cut.ends_with('…') && long.starts_with(cut.trim_end_matches('…')));
        }
        let warnings = limits.warnings("claims.csv", true);
        assert_eq!(
            warnings,
            ["claims.csv has 2 cells longer than the 32767 characters Excel can hold; they were cut to that length"]
        );
    }

    #[test]
    fn too_many_rows_are_told() {
        let mut limits = Limits { rows: ROWS - 2, long_cells: 0 };
        limits.count_row();
        assert!(limits.fit() && limits.warnings("claims.csv", false).is_empty());
        limits.count_row();
        assert_eq!(u64::from(limits.last_row()), ROWS - 1);
        assert_eq!(
            limits.warnings("claims.csv", false),
            ["claims.csv has 1048576 rows, of which Excel shows the first 1048575"]
        );
    }
}
