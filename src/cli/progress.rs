//! What a person at the terminal sees of a run.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
    time::Instant,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tieup::run::{Counts, Event, Manifest, OutputFormat, Seconds, Summary};

/// How many warnings are shown unless all are asked for.
const WARNINGS: usize = 10;

/// A line at the bottom of the terminal, with messages above it.
pub struct Progress {
    bar: ProgressBar,
    begin: Instant,
    is_quiet: bool,
    /// How many more warnings to show.
    warnings_left: usize,
    warnings_hidden: usize,
}

impl Progress {
    /// Nothing at all where `is_quiet`, no line where standard error is no terminal, all warnings where `is_verbose`.
    pub fn new(is_quiet: bool, is_verbose: bool) -> Self {
        let target = if is_quiet || !io::stderr().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr_with_hz(5)
        };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(style("{spinner} {pos} articles{msg}"));
        let warnings_left = if is_verbose { usize::MAX } else { WARNINGS };
        Self { bar, begin: Instant::now(), is_quiet, warnings_left, warnings_hidden: 0 }
    }

    /// Shows what a run tells.
    pub fn show(&mut self, event: &Event) {
        match event {
            Event::Progress(counts, total) => self.advance(counts, *total),
            Event::Resumed(articles) => self.say(&format!("going on: {articles} articles are done already")),
            // What to say depends on what the user asked for.
            Event::Replaces => {}
            Event::Warning(warning) if self.warnings_left > 0 => {
                self.warnings_left -= 1;
                self.say(&format!("warning: {warning}"));
            }
            Event::Warning(_) => self.warnings_hidden += 1,
        }
    }

    /// Says something above the line.
    pub fn say(&self, message: &str) {
        if !self.is_quiet {
            self.bar.suspend(|| eprintln!("{message}"));
        }
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
        if self.warnings_hidden > 0 {
            self.say(&format!("{} more warnings; -v shows them all, and run.json keeps them", self.warnings_hidden));
        }
    }

    fn advance(&self, counts: &Counts, total: Option<u64>) {
        if let Some(total) = total
            && self.bar.length() != Some(total)
        {
            self.bar.set_length(total);
            self.bar.set_style(style("{bar:30} {pos}/{len} articles{msg}, {eta} left"));
        }
        self.bar.set_position(counts.found as u64);
        let speed = counts.tokens as f64 / self.begin.elapsed().as_secs_f64();
        self.bar.set_message(format!(", {speed:.0} tokens/s, {} claims", counts.claims));
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Prints what came of a run, and where its time went where `is_verbose`.
pub fn print_summary(
    out: &mut impl Write,
    folder: &Path,
    manifest: &Manifest,
    summary: &Summary,
    is_verbose: bool,
) -> io::Result<()> {
    let counts = &manifest.counts;
    writeln!(
        out,
        "{} articles read, {} skipped: {} claims ({} with a reason) in {} sentences, {:.1} s, {:.0} word pieces/s in {}",
        counts.processed,
        counts.skipped,
        counts.claims,
        counts.claims_with_reason,
        counts.sentences,
        manifest.seconds.total,
        manifest.pieces_per_second,
        manifest.precision,
    )?;
    if is_verbose {
        let Seconds { read, text, model, claims, output, .. } = manifest.seconds;
        write!(out, "seconds of all threads: read {read:.1}, text {text:.1}, model {model:.1}, ")?;
        write!(out, "claims {claims:.1}, output {output:.1}")?;
        let memory = manifest.peak_memory_bytes.map(|bytes| format!("; {} MB of memory", bytes / 1_000_000));
        writeln!(out, "{}", memory.unwrap_or_default())?;
    }
    for skip in manifest.skipped.iter().take(WARNINGS) {
        writeln!(out, "skipped {}: {}", skip.path, skip.reason)?;
    }
    if counts.skipped > WARNINGS {
        writeln!(out, "and {} more; skipped.csv has them all", counts.skipped - WARNINGS)?;
    }
    if !summary.0.is_empty() {
        writeln!(out, "\nThe strongest claims:")?;
    }
    for claim in &summary.0 {
        let why = claim.why.as_ref().map(|why| format!(", because: {why}")).unwrap_or_default();
        let (who, relation, whom) = (&claim.who, claim.relation, &claim.whom);
        writeln!(out, "  {:.2}  {who} – {relation} – {whom}{why}  [{}]", claim.confidence, claim.article)?;
    }
    writeln!(out, "\n{}", next(folder, &manifest.options.formats))
}

/// Where to look next.
fn next(folder: &Path, formats: &[OutputFormat]) -> String {
    let first = match formats.first() {
        Some(OutputFormat::Jsonl) => "claims.jsonl",
        Some(OutputFormat::Xlsx) => "tieup.xlsx",
        Some(OutputFormat::Parquet) => "claims.parquet",
        Some(OutputFormat::Csv) | None => "claims.csv",
    };
    let open = format!("Next: open {}", folder.join(first).display());
    if formats.contains(&OutputFormat::Csv) {
        format!("{open}, or run `tieup report {}` for a page to read, filter and follow.", folder.display())
    } else {
        format!("{open}.")
    }
}
