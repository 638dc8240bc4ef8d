//! The articles of a run in groups, one after another, no more of them than the budget allows.
//!
//! Short articles that follow one another make a group, whose windows the model reads together: that is faster, and what
//! an answer depends on stays in the input.

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

/// What the articles of a group may cost together, unless there is only one.
const GROUP_COST: usize = TEXT_COST * (16 << 10);
/// How many there may be in it; at [`LEAST_COST`] each they are far from the whole budget.
const GROUP: usize = 128;

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
    /// How many articles a group may have.
    group: usize,
    /// The first article of the next group, and its cost.
    ahead: Option<(usize, Raw<'a>)>,
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
        Self {
            inputs: inputs.iter(),
            options,
            records: None,
            budget,
            clock,
            is_cancelled,
            count: 0,
            group: GROUP,
            ahead: None,
        }
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

    /// The same articles, each one alone: none waits for the next.
    pub fn one_by_one(self) -> Self {
        Self { group: 1, ..self }
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
    type Item = Vec<Fed<'a>>;

    fn next(&mut self) -> Option<Vec<Fed<'a>>> {
        let (mut group, mut total) = (Vec::new(), 0);
        while group.len() < self.group && !(self.is_cancelled)() {
            let Some((cost, raw)) = self.ahead.take().or_else(|| self.next_raw()) else { break };
            if !group.is_empty() && total + cost > GROUP_COST {
                self.ahead = Some((cost, raw));
                break;
            }
            total += cost;
            let taken = self.budget.take(cost.max(LEAST_COST), &self.is_cancelled)?;
            group.push((self.count, taken, raw));
            self.count += 1;
        }
        (!group.is_empty()).then_some(group)
    }
}

/// What an unread file may take in memory. More than `limit` bytes of it are never read.
fn whole_cost(input: &Input, limit: usize) -> usize {
    let stored = fs::metadata(&input.path).map_or(0, |metadata| metadata.len());
    let inflated = stored.saturating_mul(if input.compression == Compression::None { 1 } else { INFLATION as u64 });
    let bytes = usize::try_from(inflated).unwrap_or(usize::MAX).min(limit);
    bytes.saturating_mul(if input.format == Format::Html { HTML_COST } else { TEXT_COST })
}
