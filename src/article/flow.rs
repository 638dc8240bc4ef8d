//! Text put together from a document's blocks.

/// What stands between two runs of text; the stronger of two wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// Nothing.
    None,
    /// A space.
    Space,
    /// A tab, between the cells of a table.
    Cell,
    /// A line break.
    Line,
    /// A blank line.
    Paragraph,
}

/// Collects runs of text; white space within them folds to a space, and breaks between them come from the blocks.
#[derive(Debug)]
pub struct Flow {
    text: String,
    gap: Gap,
}

impl Flow {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self { text: String::new(), gap: Gap::None }
    }

    /// Adds a run of text.
    pub fn push(&mut self, run: &str) {
        for c in run.chars() {
            if c.is_whitespace() {
                self.part(Gap::Space);
            } else {
                self.close_gap();
                self.text.push(c);
            }
        }
    }

    /// Adds a run of text that keeps its line breaks.
    pub fn push_lines(&mut self, run: &str) {
        for line in run.split('\n') {
            self.push(line);
            self.part(if line.trim().is_empty() { Gap::Paragraph } else { Gap::Line });
        }
    }

    /// Parts what was added from what will be.
    pub fn part(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// Breaks the line; a second break with nothing between makes a blank line.
    pub fn break_line(&mut self) {
        self.gap = if self.gap < Gap::Line { Gap::Line } else { Gap::Paragraph };
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text.
    pub fn finish(self) -> String {
        self.text
    }

    fn close_gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push_str(match self.gap {
                Gap::None => "",
                Gap::Space => " ",
                Gap::Cell => "\t",
                Gap::Line => "\n",
                Gap::Paragraph => "\n\n",
            });
        }
        self.gap = Gap::None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stronger_gap_wins_and_none_stands_at_the_ends() {
        let mut flow = Flow::new();
        flow.part(Gap::Paragraph);
        flow.push(" one\n two ");
        flow.part(Gap::Line);
        flow.push(" ");
        flow.push("three");
        flow.break_line();
        flow.break_line();
        flow.push("four ");
        assert_eq!(flow.finish(), "one two\nthree\n\nfour");
    }
}
