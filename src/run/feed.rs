//! The articles of a run, one after another, no more of them than the budget allows.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::{budget::Budget, pipeline::Stage, plan::is_whole};
use crate::article::{Article, Compression, Format, Input, Item, Items, ReadNotes, ReadOptions, Skip, read};

/// The least that an article counts: with it, at most a thousand or so are in work at once.
const LEAST_COST: usize = 256 << 10;
/// Memory for a byte of text: the text, its word pieces, what is found in it.
const TEXT_COST: usize = 8;
/// Memory for a byte of HTML, whose tree is larger.
const HTML_COST: usize = 24;
/// What a byte of a compressed file may become.
const INFLATION: usize = 20;

/// An article that is to be done, as far as the feed has got with it.
#[derive(Debug)]
pub(super) enum Raw<'a> {
    /// A file that is one article, not read yet.
    Whole(&'a Input),
    /// A record.
    Record(Box<(Article, ReadNotes)>, Origin),
    /// A record that cannot be read.
    Skipped(Skip),
}

/// Where an article came from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// The file, as the user knows it.
    pub path: String,
    /// What it is called in the ids of its records.
    pub name: String,
}

/// An article, its number, and what was taken from the budget for it.
pub(super) type Fed<'a> = (u64, usize, Raw<'a>);

/// An iterator over the articles of all inputs.
pub(super) struct Feed<'a, C> {
    inputs: std::slice::Iter<'a, Input>,
    options: &'a ReadOptions,
    /// The file of records that is being read.
    records: Option<(Items, Origin)>,
    budget: &'a Budget,
    /// The time that reading takes.
    clock: &'a Stage,
    is_cancelled: C,
    count: u64,
}

impl<'a, C: Fn() -> bool> Feed<'a, C> {
    /// The articles of `inputs`, until `is_cancelled`.
    pub fn files(
        inputs: &'a [Input],
        options: &'a ReadOptions,
        budget: &'a Budget,
        clock: &'a Stage,
        is_cancelled: C,
    ) -> Self {
        Self { inputs: inputs.iter(), options, records: None, budget, clock, is_cancelled, count: 0 }
    }

    /// The articles of a stream.
    pub fn stream(
        items: Items,
        options: &'a ReadOptions,
        budget: &'a Budget,
        clock: &'a Stage,
        is_cancelled: C,
    ) -> Self {
        let origin = Origin { path: "-".to_owned(), name: "-".to_owned() };
        Self { records: Some((items, origin)), ..Self::files(&[], options, budget, clock, is_cancelled) }
    }

    fn next_raw(&mut self) -> Option<(usize, Raw<'a>)> {
        loop {
            if let Some((items, origin)) = &mut self.records {
                // A reader that panics is not asked again.
                match self.clock.time(|| catch_unwind(AssertUnwindSafe(|| items.next()))).0 {
                    Ok(Some(Item::Article(article, notes))) => {
                        let cost = article.text.len().saturating_mul(TEXT_COST);
                        return Some((cost, Raw::Record(Box::new((article, notes)), origin.clone())));
                    }
                    Ok(Some(Item::Skipped(skip))) => return Some((0, Raw::Skipped(skip))),
                    Ok(None) => self.records = None,
                    Err(_) => {
                        let Origin { path, name } = origin.clone();
                        self.records = None;
                        let reason = "the reader failed on it; the rest of the file was not read".to_owned();
                        return Some((0, Raw::Skipped(Skip { id: name, path, stage: "read", reason })));
                    }
                }
                continue;
            }
            let input = self.inputs.next()?;
            if is_whole(input) {
                return Some((whole_cost(input, self.options.max_article_bytes), Raw::Whole(input)));
            }
            let origin = Origin { path: input.path.display().to_string(), name: input.name.clone() };
            self.records = Some((read(input, self.options), origin));
        }
    }
}

impl<'a, C: Fn() -> bool> Iterator for Feed<'a, C> {
    type Item = Fed<'a>;

    fn next(&mut self) -> Option<Fed<'a>> {
        if (self.is_cancelled)() {
            return None;
        }
        let (cost, raw) = self.next_raw()?;
        let taken = self.budget.take(cost.max(LEAST_COST), &self.is_cancelled)?;
        self.count += 1;
        Some((self.count - 1, taken, raw))
    }
}

/// What an unread file may take in memory. More than `limit` bytes of it are never read.
fn whole_cost(input: &Input, limit: usize) -> usize {
    let stored = fs::metadata(&input.path).map_or(0, |metadata| metadata.len());
    let inflated = stored.saturating_mul(if input.compression == Compression::None { 1 } else { INFLATION as u64 });
    let bytes = usize::try_from(inflated).unwrap_or(usize::MAX).min(limit);
    bytes.saturating_mul(if input.format == Format::Html { HTML_COST } else { TEXT_COST })
}
