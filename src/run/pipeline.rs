//! The threads of a run, and what goes between them.
//!
//! ```text
//! feed ─► pool: read, tokenise ─► jobs ─► workers: model, claims ─► results ─► in order ─► receiver
//! ```
//!
//! The queues between them have no bound of their own; the budget that the feed takes from bounds them all.

use std::{
    any::Any,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
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
    /// Names its content.
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

/// An article, apart from its cut.
struct Subject {
    article: Article,
    notes: ReadNotes,
    origin: Origin,
    key: String,
}

/// An article between its cutting and its decoding.
struct InWork {
    ticket: Ticket,
    cut: Cut,
    progress: Mutex<Progress>,
}

struct Progress {
    /// Taken by whoever scores the last batch.
    subject: Option<Subject>,
    scores: Vec<WindowScores>,
    batches_left: usize,
    spent: Duration,
    /// Why no more of it is done.
    failure: Option<Failure>,
}

/// The stage at which an article failed, and why.
type Failure = (&'static str, String);

/// A batch of an article.
struct Job {
    work: Arc<InWork>,
    batch: usize,
}

impl<S: Scorer> Pipeline<'_, S> {
    /// Runs all that `feed` gives, and hands the results to `receiver`, on this thread. Where the run is stopped, what
    /// is in work is given up, and only what was done is handed over.
    pub fn run<'f>(
        &self,
        feed: impl Iterator<Item = (Ticket, Raw<'f>)> + Send,
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
                    feed.par_bridge().for_each_with((jobs, results), |(jobs, results), (ticket, raw)| {
                        self.prepare(ticket, raw, jobs, results)
                    });
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

    /// Reads an article and cuts it into jobs, or tells at once what becomes of it.
    fn prepare(&self, ticket: Ticket, raw: Raw, jobs: &Sender<Job>, results: &Sender<(Ticket, Outcome)>) {
        let id = raw.id().to_owned();
        let path = match &raw {
            Raw::Whole(input) => input.path.display().to_string(),
            Raw::Record(_, origin) => origin.path.clone(),
            Raw::Skipped(skip) => skip.path.clone(),
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| self.begin(ticket, raw)));
        let outcome = outcome.unwrap_or_else(|panic| Begun::Over(skipped(id, path, "read", failed(&*panic))));
        // Whoever would take these has gone only where the run is over.
        match outcome {
            Begun::Over(outcome) => drop(results.send((ticket, outcome))),
            Begun::InWork(work) => {
                let batches = work.cut.batches.len();
                for batch in 0..batches {
                    drop(jobs.send(Job { work: Arc::clone(&work), batch }));
                }
            }
        }
    }

    fn begin(&self, ticket: Ticket, raw: Raw) -> Begun {
        let (article, notes, origin) = match raw {
            Raw::Skipped(skip) => return Begun::Over(Outcome::Skipped(skip)),
            Raw::Record(record, origin) => (record.0, record.1, origin),
            Raw::Whole(input) => {
                let (item, _) = self.clock.read.time(|| article::read(input, self.read).next());
                let origin = Origin { path: input.path.display().to_string(), name: input.name.clone() };
                match item {
                    Some(Item::Article(article, notes)) => (article, notes, origin),
                    Some(Item::Skipped(skip)) => return Begun::Over(Outcome::Skipped(skip)),
                    None => return Begun::Over(skipped(origin.name, origin.path, "read", "has no text".to_owned())),
                }
            }
        };
        let key = hash::of_article(&article);
        if let Some(finished) = (self.known)(&key) {
            let done = Done { article, notes, origin, key, finished, is_new: false };
            return Begun::Over(Outcome::Done(Box::new(done)));
        }
        let (cut, _) = self.clock.text.time(|| self.analyst.cut(&article.text));
        let subject = Subject { article, notes, origin, key };
        if cut.batches.is_empty() {
            return Begun::Over(self.end(subject, &cut, Ok(Vec::new())));
        }
        let progress = Mutex::new(Progress {
            subject: Some(subject),
            scores: vec![WindowScores::default(); cut.size.windows],
            batches_left: cut.batches.len(),
            spent: Duration::ZERO,
            failure: None,
        });
        Begun::InWork(Arc::new(InWork { ticket, cut, progress }))
    }

    /// Does jobs until there are no more.
    fn work(&self, jobs: &Incoming<Job>, results: &Sender<(Ticket, Outcome)>) {
        // Many small batches side by side are faster than one batch on many threads.
        tch::set_num_threads(1);
        for Job { work, batch } in jobs {
            if !self.is_cancelled()
                && let Some((subject, scores)) = self.score(&work, batch)
            {
                drop(results.send((work.ticket, self.end(subject, &work.cut, scores))));
            }
        }
    }

    /// Scores a batch. For the last one of its article, gives the article and all its scores.
    fn score(&self, work: &InWork, batch: usize) -> Option<(Subject, Result<Vec<WindowScores>, Failure>)> {
        let lock = || work.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let windows = &work.cut.batches[batch];
        let is_wanted = lock().failure.is_none();
        let answer = is_wanted.then(|| {
            let score = || catch_unwind(AssertUnwindSafe(|| self.analyst.score(&work.cut, windows)));
            self.clock.model.time(score)
        });
        let mut progress = lock();
        progress.batches_left -= 1;
        if let Some((answer, spent)) = answer {
            progress.take(windows, answer, spent, self.limit);
        }
        if progress.batches_left > 0 {
            return None;
        }
        let scores = mem::take(&mut progress.scores);
        Some((progress.subject.take()?, progress.failure.take().map_or(Ok(scores), Err)))
    }

    /// What becomes of an article whose batches are all scored.
    fn end(&self, subject: Subject, cut: &Cut, scores: Result<Vec<WindowScores>, Failure>) -> Outcome {
        let Subject { article, notes, origin, key } = subject;
        let decoded = scores.and_then(|scores| {
            let decode = || catch_unwind(AssertUnwindSafe(|| self.analyst.decode(&article.text, cut, &scores)));
            self.clock.claims.time(decode).0.map_err(|panic| ("claims", failed(&*panic)))
        });
        match decoded {
            Ok(analysis) => {
                let finished = Finished { size: cut.size, analysis };
                Outcome::Done(Box::new(Done { article, notes, origin, key, finished, is_new: true }))
            }
            Err((stage, reason)) => skipped(article.id, origin.path, stage, reason),
        }
    }
}

impl Progress {
    /// Takes the answer for some windows.
    fn take(&mut self, windows: &[usize], answer: thread::Result<Vec<WindowScores>>, spent: Duration, limit: Duration) {
        self.spent += spent;
        match answer {
            Ok(scores) => windows.iter().zip(scores).for_each(|(&window, score)| self.scores[window] = score),
            Err(panic) => self.failure = Some(("model", failed(&*panic))),
        }
        if self.spent > limit && self.batches_left > 0 && self.failure.is_none() {
            let seconds = limit.as_secs();
            let reason =
                format!("took the model more than {seconds} seconds; raise --max-article-seconds to wait longer");
            self.failure = Some(("model", reason));
        }
    }
}

/// How far [`Pipeline::begin`] came.
enum Begun {
    Over(Outcome),
    InWork(Arc<InWork>),
}

fn skipped(id: String, path: String, stage: &'static str, reason: String) -> Outcome {
    Outcome::Skipped(Skip { id, path, stage, reason })
}

/// What a panic says.
fn failed(panic: &(dyn Any + Send)) -> String {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let line = message.and_then(|message| message.lines().next()).unwrap_or("no reason given");
    format!("tieup failed on it ({line}); please report this article")
}
