//! The threads of a run, and what goes between them.
//!
//! ```text
//! feed ─► pool: read, tokenise ─► jobs ─► workers: model, claims ─► results ─► in order ─► receiver
//! ```
//!
//! The queues between them have no bound of their own; the budget that the feed takes from bounds them all.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver as Incoming, Sender, unbounded};
use rayon::iter::{ParallelBridge, ParallelIterator};
use serde::{Deserialize, Serialize};

use super::{
    RunError, Scorer, Size,
    analyst::{Analyst, Cut},
    budget::Budget,
    feed::{Origin, Raw, Ticket},
    hash,
    order::InOrder,
    work::{Failure, Subject, Work, failed},
};
use crate::{
    article::{self, Article, Item, ReadNotes, ReadOptions, Skip},
    claims::Analysis,
    model::WindowScores,
};

/// What an article yielded, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Finished {
    pub size: Size,
    pub analysis: Analysis,
}

/// An article that is done.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Done {
    pub article: Article,
    pub notes: ReadNotes,
    pub origin: Origin,
    /// Names its content, and that of the articles whose windows it shares batches with.
    pub key: String,
    pub finished: Finished,
    /// Whether it was done in this run, and not in one before.
    pub is_new: bool,
}

/// What became of an article.
#[derive(Debug)]
pub(super) enum Outcome {
    Done(Box<Done>),
    Skipped(Skip),
}

/// Who takes the results.
pub(super) trait Receiver {
    /// Takes note of an article as soon as it is done.
    fn finished(&mut self, done: &Done) -> Result<(), RunError>;

    /// Takes the next article of the input; `position` is its number among all that was found.
    fn next(&mut self, position: u64, outcome: Outcome) -> Result<(), RunError>;
}

/// Thread time spent in each stage.
#[derive(Debug, Default)]
pub(super) struct Clock {
    pub read: Stage,
    pub text: Stage,
    pub model: Stage,
    pub claims: Stage,
    pub output: Stage,
}

/// Nanoseconds spent in a stage, all threads together.
#[derive(Debug, Default)]
pub(super) struct Stage(AtomicU64);

impl Stage {
    /// Does some work on the clock; also gives the time it took.
    pub fn time<T>(&self, work: impl FnOnce() -> T) -> (T, Duration) {
        let start = Instant::now();
        let result = work();
        let spent = start.elapsed();
        self.0.fetch_add(u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        (result, spent)
    }

    /// In seconds.
    pub fn seconds(&self) -> f64 {
        self.0.load(Ordering::Relaxed) as f64 / 1e9
    }
}

/// Everything the threads of a run share.
pub(super) struct Pipeline<'a, S> {
    pub analyst: &'a Analyst<'a, S>,
    pub read: &'a ReadOptions,
    /// Threads that read, and workers that run the model.
    pub jobs: usize,
    /// The most time that the model may spend on an article.
    pub limit: Duration,
    /// What is known of an article by its key from a run before.
    pub known: &'a (dyn Fn(&str) -> Option<Finished> + Sync),
    pub budget: &'a Budget,
    /// Set by the user to stop the run.
    pub stop: &'a AtomicBool,
    /// Set where the results can no longer be taken.
    pub halt: &'a AtomicBool,
    pub clock: &'a Clock,
}

/// A batch of a group of articles.
struct Job {
    work: Arc<Work>,
    batch: usize,
}

impl<S: Scorer> Pipeline<'_, S> {
    /// Runs all that `feed` gives, and hands the results to `receiver`, on this thread. Where the run is stopped, what
    /// is in work is given up, and only what was done is handed over.
    pub fn run<'f>(
        &self,
        feed: impl Iterator<Item = Vec<(Ticket, Raw<'f>)>> + Send,
        receiver: &mut dyn Receiver,
    ) -> Result<(), RunError> {
        let threads = |e: &dyn std::fmt::Display| RunError::Threads(e.to_string());
        let name = |i| format!("tieup-read-{i}");
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.jobs).thread_name(name).build();
        let pool = pool.map_err(|e| threads(&e))?;
        let (jobs, queue) = unbounded::<Job>();
        let (results, incoming) = unbounded::<(Ticket, Outcome)>();
        thread::scope(|scope| {
            for i in 0..self.jobs {
                let (queue, results) = (queue.clone(), results.clone());
                let worker = move || self.work(&queue, &results);
                let started = thread::Builder::new().name(format!("tieup-model-{i}")).spawn_scoped(scope, worker);
                if let Err(error) = started {
                    self.halt.store(true, Ordering::Relaxed);
                    return Err(threads(&error));
                }
            }
            let reader = move || {
                pool.install(|| {
                    feed.par_bridge()
                        .for_each_with((jobs, results), |(jobs, results), group| self.prepare(group, jobs, results));
                });
            };
            let started = thread::Builder::new().name("tieup-feed".to_owned()).spawn_scoped(scope, reader);
            started.map_err(|error| threads(&error))?;
            let received = self.receive(&incoming, receiver);
            if received.is_err() {
                self.halt.store(true, Ordering::Relaxed);
            }
            received
        })
    }

    /// Whether no more is wanted.
    pub fn is_cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.halt.load(Ordering::Relaxed)
    }

    fn receive(&self, incoming: &Incoming<(Ticket, Outcome)>, receiver: &mut dyn Receiver) -> Result<(), RunError> {
        let mut order = InOrder::default();
        for (ticket, outcome) in incoming {
            if let Outcome::Done(done) = &outcome {
                receiver.finished(done)?;
            }
            order.put(ticket.number, (ticket, outcome));
            while let Some((ticket, outcome)) = order.next() {
                self.clock.output.time(|| receiver.next(ticket.position, outcome)).0?;
                self.budget.give_back(ticket.cost);
            }
        }
        Ok(())
    }

    /// Reads a group of articles and cuts it into jobs. What becomes of some articles is told at once.
    fn prepare(&self, group: Vec<(Ticket, Raw)>, jobs: &Sender<Job>, results: &Sender<(Ticket, Outcome)>) {
        // Whoever would take these has gone only where the run is over.
        let tell = |ticket, outcome| drop(results.send((ticket, outcome)));
        let mut subjects = Vec::new();
        for (ticket, raw) in group {
            match self.read(ticket, raw) {
                Ok(subject) => subjects.push(subject),
                Err(outcome) => tell(ticket, outcome),
            }
        }
        let together = hash::of_bytes(subjects.iter().map(|subject| &*subject.key).collect::<String>().as_bytes());
        subjects
            .iter_mut()
            .for_each(|subject| subject.key = hash::of_bytes((subject.key.clone() + &together).as_bytes()));
        // Where one of them is to be done, all are, so that the model reads the same batches as before.
        let known: Option<Vec<Finished>> = subjects.iter().map(|subject| (self.known)(&subject.key)).collect();
        if let Some(known) = known {
            for (subject, finished) in subjects.into_iter().zip(known) {
                tell(subject.ticket, done(subject, finished, false));
            }
            return;
        }
        let mut articles = Vec::new();
        for subject in subjects {
            let cut = || catch_unwind(AssertUnwindSafe(|| self.analyst.cut(&subject.article.text)));
            let ticket = subject.ticket;
            match self.clock.text.time(cut).0 {
                Err(panic) => tell(ticket, skipped(subject.article.id, subject.origin.path, "text", failed(&*panic))),
                Ok(cut) if cut.size.windows == 0 => tell(ticket, self.end(subject, &cut, Ok(Vec::new()))),
                Ok(cut) => articles.push((subject, cut)),
            }
        }
        let work = Arc::new(Work::new(articles));
        for batch in 0..work.batches() {
            drop(jobs.send(Job { work: Arc::clone(&work), batch }));
        }
    }

    /// Reads an article, or tells why it cannot be read. Its key names its content alone as yet.
    fn read(&self, ticket: Ticket, raw: Raw) -> Result<Subject, Outcome> {
        let (article, notes, origin) = match raw {
            Raw::Skipped(skip) => return Err(Outcome::Skipped(skip)),
            Raw::Record(record, origin) => (record.0, record.1, origin),
            Raw::Whole(input) => {
                let read = || catch_unwind(AssertUnwindSafe(|| article::read(input, self.read).next()));
                let origin = Origin { path: input.path.display().to_string(), name: input.name.clone() };
                match self.clock.read.time(read).0 {
                    Ok(Some(Item::Article(article, notes))) => (article, notes, origin),
                    Ok(Some(Item::Skipped(skip))) => return Err(Outcome::Skipped(skip)),
                    Ok(None) => return Err(skipped(origin.name, origin.path, "read", "has no text".to_owned())),
                    Err(panic) => return Err(skipped(origin.name, origin.path, "read", failed(&*panic))),
                }
            }
        };
        let key = hash::of_article(&article);
        Ok(Subject { ticket, article, notes, origin, key })
    }

    /// Does jobs until there are no more.
    fn work(&self, jobs: &Incoming<Job>, results: &Sender<(Ticket, Outcome)>) {
        // Many small batches side by side are faster than one batch on many threads.
        tch::set_num_threads(1);
        for Job { work, batch } in jobs {
            if self.is_cancelled() {
                continue;
            }
            for (subject, cut, scores) in work.score(batch, self.analyst, &self.clock.model, self.limit) {
                drop(results.send((subject.ticket, self.end(subject, cut, scores))));
            }
        }
    }

    /// What becomes of an article whose windows are all scored.
    fn end(&self, subject: Subject, cut: &Cut, scores: Result<Vec<WindowScores>, Failure>) -> Outcome {
        let decoded = scores.and_then(|scores| {
            let decode = || catch_unwind(AssertUnwindSafe(|| self.analyst.decode(&subject.article.text, cut, &scores)));
            self.clock.claims.time(decode).0.map_err(|panic| ("claims", failed(&*panic)))
        });
        match decoded {
            Ok(analysis) => done(subject, Finished { size: cut.size, analysis }, true),
            Err((stage, reason)) => skipped(subject.article.id, subject.origin.path, stage, reason),
        }
    }
}

fn done(subject: Subject, finished: Finished, is_new: bool) -> Outcome {
    let Subject { article, notes, origin, key, .. } = subject;
    Outcome::Done(Box::new(Done { article, notes, origin, key, finished, is_new }))
}

fn skipped(id: String, path: String, stage: &'static str, reason: String) -> Outcome {
    Outcome::Skipped(Skip { id, path, stage, reason })
}
