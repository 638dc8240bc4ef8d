//! The articles of a run in groups, one after another, no more of them than the budget allows.
//!
//! Short articles that follow one another make a group, whose windows the model reads together: that is faster, and what
//! an answer depends on stays in the input.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
};

use serde::{Deserialize, Serialize};

use super::{ExtractOptions, Plan, budget::Budget, pipeline::Stage, plan::is_whole};
use crate::article::{Article, Compression, Format, Input, Item, Items, ReadNotes, Skip, read};

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

impl Raw<'_> {
    /// The article's id, as far as it is known.
    pub fn id(&self) -> &str {
        match self {
            Self::Whole(input) => &input.name,
            Self::Record(record, _) => &record.0.id,
            Self::Skipped(skip) => &skip.id,
        }
    }

    /// What it may take in memory. More than `limit` bytes of a file are never read.
    fn cost(&self, limit: usize) -> usize {
        match self {
            Self::Whole(input) => whole_cost(input, limit),
            Self::Record(record, _) => record.0.text.len().saturating_mul(TEXT_COST),
            Self::Skipped(_) => 0,
        }
    }
}

/// Where an article came from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Origin {
    /// The file, as the user knows it.
    pub path: String,
    /// What it is called in the ids of its records.
    pub name: String,
}

/// An article's way through the pipeline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ticket {
    /// Its number among the articles of this run, without a gap.
    pub number: u64,
    /// Its number among all that was found: the articles of other shards count too.
    pub position: u64,
    /// What was taken from the budget for it.
    pub cost: usize,
}

/// An iterator over the articles of all inputs that belong to the shard.
pub(super) struct Feed<'a, C> {
    skipped: std::slice::Iter<'a, Skip>,
    inputs: std::slice::Iter<'a, Input>,
    options: &'a ExtractOptions,
    /// The file of records that is being read.
    records: Option<(Items, Origin)>,
    budget: &'a Budget,
    /// The time that reading takes.
    clock: &'a Stage,
    is_cancelled: C,
    number: u64,
    position: u64,
    /// How many articles a group may have.
    group: usize,
    /// The first article of the next group.
    ahead: Option<Raw<'a>>,
}

impl<'a, C: Fn() -> bool> Feed<'a, C> {
    /// What is in `plan`, until `is_cancelled`; of what cannot be read, the skips first.
    pub fn files(
        plan: &'a Plan,
        options: &'a ExtractOptions,
        budget: &'a Budget,
        clock: &'a Stage,
        is_cancelled: C,
    ) -> Self {
        Self {
            skipped: plan.skipped.iter(),
            inputs: plan.inputs.iter(),
            options,
            records: None,
            budget,
            clock,
            is_cancelled,
            number: 0,
            position: 0,
            group: GROUP,
            ahead: None,
        }
    }

    /// The articles of a stream.
    pub fn stream(
        items: Items,
        options: &'a ExtractOptions,
        budget: &'a Budget,
        clock: &'a Stage,
        is_cancelled: C,
    ) -> Self {
        Self {
            skipped: [].iter(),
            inputs: [].iter(),
            options,
            records: Some((items, Origin { path: "-".to_owned(), name: "-".to_owned() })),
            budget,
            clock,
            is_cancelled,
            number: 0,
            position: 0,
            group: GROUP,
            ahead: None,
        }
    }

    /// The same articles, each one alone: none waits for the next.
    pub fn one_by_one(self) -> Self {
        Self { group: 1, ..self }
    }

    fn next_raw(&mut self) -> Option<Raw<'a>> {
        if let Some(skip) = self.skipped.next() {
            return Some(Raw::Skipped(skip.clone()));
        }
        loop {
            if let Some((items, origin)) = &mut self.records {
                // A reader that panics is not asked again.
                match self.clock.time(|| catch_unwind(AssertUnwindSafe(|| items.next()))).0 {
                    Ok(Some(Item::Article(article, notes))) => {
                        return Some(Raw::Record(Box::new((article, notes)), origin.clone()));
                    }
                    Ok(Some(Item::Skipped(skip))) => return Some(Raw::Skipped(skip)),
                    Ok(None) => self.records = None,
                    Err(_) => {
                        let Origin { path, name } = origin.clone();
                        self.records = None;
                        let reason = "the reader failed on it; the rest of the file was not read".to_owned();
                        return Some(Raw::Skipped(Skip { id: name, path, stage: "read", reason }));
                    }
                }
                continue;
            }
            let input = self.inputs.next()?;
            if is_whole(input) {
                return Some(Raw::Whole(input));
            }
            let origin = Origin { path: input.path.display().to_string(), name: input.name.clone() };
            self.records = Some((read(input, &self.options.read), origin));
        }
    }

    /// The next group, whatever the shard. Nothing but the input decides on it.
    fn next_group(&mut self) -> Vec<Raw<'a>> {
        let (mut group, mut total) = (Vec::new(), 0_usize);
        while group.len() < self.group && !(self.is_cancelled)() {
            let Some(raw) = self.ahead.take().or_else(|| self.next_raw()) else { break };
            let cost = raw.cost(self.options.read.max_article_bytes);
            if !group.is_empty() && total.saturating_add(cost) > GROUP_COST {
                self.ahead = Some(raw);
                break;
            }
            total = total.saturating_add(cost);
            group.push(raw);
        }
        group
    }

    /// The next group of the shard, and the position of its first article. That one decides on all of them: a group that
    /// were divided would have other answers than in one run.
    fn next_of_shard(&mut self) -> Option<(u64, Vec<Raw<'a>>)> {
        while !(self.is_cancelled)() {
            let group = self.next_group();
            let id = group.first()?.id();
            let position = self.position;
            self.position += group.len() as u64;
            if self.options.shard.is_none_or(|shard| shard.holds(id)) {
                return Some((position, group));
            }
        }
        None
    }
}

impl<'a, C: Fn() -> bool> Iterator for Feed<'a, C> {
    type Item = Vec<(Ticket, Raw<'a>)>;

    fn next(&mut self) -> Option<Vec<(Ticket, Raw<'a>)>> {
        let (first, group) = self.next_of_shard()?;
        let mut ticketed = Vec::with_capacity(group.len());
        for (raw, position) in group.into_iter().zip(first..) {
            let cost = raw.cost(self.options.read.max_article_bytes).max(LEAST_COST);
            let cost = self.budget.take(cost, &self.is_cancelled)?;
            ticketed.push((Ticket { number: self.number, position, cost }, raw));
            self.number += 1;
        }
        Some(ticketed)
    }
}

/// What an unread file may take in memory. More than `limit` bytes of it are never read.
fn whole_cost(input: &Input, limit: usize) -> usize {
    let stored = fs::metadata(&input.path).map_or(0, |metadata| metadata.len());
    let inflated = stored.saturating_mul(if input.compression == Compression::None { 1 } else { INFLATION as u64 });
    let bytes = usize::try_from(inflated).unwrap_or(usize::MAX).min(limit);
    bytes.saturating_mul(if input.format == Format::Html { HTML_COST } else { TEXT_COST })
}
