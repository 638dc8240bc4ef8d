//! A group of articles between their cutting and their decoding.

use std::{
    any::Any,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    Scorer,
    analyst::{Analyst, Cut},
    batch::batches,
    feed::{Origin, Ticket},
    pipeline::Stage,
};
use crate::{
    article::{Article, ReadNotes},
    model::WindowScores,
};

/// An article that is through the model: what it is, how it was cut, and its windows' scores or why there are none.
pub(super) type Scored<'a> = (Subject, &'a Cut, Result<Vec<WindowScores>, Failure>);

/// An article, apart from its cut.
#[derive(Debug)]
pub(super) struct Subject {
    pub ticket: Ticket,
    pub article: Article,
    pub notes: ReadNotes,
    pub origin: Origin,
    /// Names its content, and that of the articles whose windows it shares batches with.
    pub key: String,
}

/// The stage at which an article failed, and why.
pub(super) type Failure = (&'static str, String);

/// Articles whose windows the model reads in the same batches.
#[derive(Debug)]
pub(super) struct Work {
    members: Vec<Member>,
    batches: Vec<Vec<Place>>,
}

/// An article of the group.
#[derive(Debug)]
struct Member {
    cut: Cut,
    progress: Mutex<Progress>,
}

#[derive(Debug)]
struct Progress {
    /// Taken by whoever scores the last window.
    subject: Option<Subject>,
    scores: Vec<WindowScores>,
    windows_left: usize,
    spent: Duration,
    /// Why no more of it is done.
    failure: Option<Failure>,
}

/// A window: the number of its article in the group, and its own in the article.
#[derive(Debug, Clone, Copy)]
struct Place {
    member: usize,
    window: usize,
}

impl Work {
    /// The group of these articles, each of which has a window.
    pub fn new(articles: Vec<(Subject, Cut)>) -> Self {
        let lengths = articles.iter().map(|(_, cut)| cut.lengths()).enumerate();
        let (places, lengths): (Vec<Place>, Vec<usize>) = lengths
            .flat_map(|(member, lengths)| {
                lengths.into_iter().enumerate().map(move |(window, length)| (Place { member, window }, length))
            })
            .unzip();
        let batches = batches(&lengths).into_iter().map(|batch| batch.into_iter().map(|at| places[at]).collect());
        Self { batches: batches.collect(), members: articles.into_iter().map(Member::new).collect() }
    }

    /// How many batches there are.
    pub fn batches(&self) -> usize {
        self.batches.len()
    }

    /// Scores a batch, on the clock. Gives the articles of which this was the last, with their scores or why there are none;
    /// `limit` is the most time that an article may take.
    pub fn score<S: Scorer>(
        &self,
        batch: usize,
        analyst: &Analyst<S>,
        clock: &Stage,
        limit: Duration,
    ) -> Vec<Scored<'_>> {
        let places = &self.batches[batch];
        // Who is in a batch decides the last bits of the answer, so all stay in it who were.
        let is_wanted = places.iter().any(|place| self.members[place.member].lock().failure.is_none());
        if is_wanted {
            let (answers, spent) = clock.time(|| self.answers(places, analyst));
            let pieces: usize = places.iter().map(|place| self.length(place)).sum();
            for (place, answer) in places.iter().zip(answers) {
                let share = spent.mul_f64(self.length(place) as f64 / pieces as f64);
                self.members[place.member].lock().take(place.window, answer, share);
            }
        }
        let mut done = Vec::new();
        for place in places {
            let member = &self.members[place.member];
            if let Some((subject, scores)) = member.lock().advance(limit) {
                done.push((subject, &member.cut, scores));
            }
        }
        done
    }

    fn length(&self, place: &Place) -> usize {
        self.members[place.member].cut.length(place.window)
    }

    /// The answer for each window. Where the model fails on a batch, it is asked about each of its articles alone.
    fn answers<S: Scorer>(&self, places: &[Place], analyst: &Analyst<S>) -> Vec<Result<WindowScores, String>> {
        let windows = places.iter().map(|place| (&self.members[place.member].cut, place.window));
        let scored = catch_unwind(AssertUnwindSafe(|| analyst.score(windows)));
        let panic = match scored {
            Ok(scores) => return scores.into_iter().map(Ok).collect(),
            Err(panic) => failed(&*panic),
        };
        let mut answers = vec![Err(panic); places.len()];
        let is_of = |member| move |&at: &usize| places[at].member == member;
        for member in 0..self.members.len() {
            let own: Vec<usize> = (0..places.len()).filter(is_of(member)).collect();
            if !own.is_empty() && own.len() < places.len() {
                let own_places: Vec<Place> = own.iter().map(|&at| places[at]).collect();
                own.into_iter().zip(self.answers(&own_places, analyst)).for_each(|(at, answer)| answers[at] = answer);
            }
        }
        answers
    }
}

impl Member {
    fn new((subject, cut): (Subject, Cut)) -> Self {
        let windows = cut.size.windows;
        let progress = Progress {
            subject: Some(subject),
            scores: vec![WindowScores::default(); windows],
            windows_left: windows,
            spent: Duration::ZERO,
            failure: None,
        };
        Self { cut, progress: Mutex::new(progress) }
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    /// Takes the answer for a window.
    fn take(&mut self, window: usize, answer: Result<WindowScores, String>, spent: Duration) {
        self.spent += spent;
        match answer {
            Ok(scores) => self.scores[window] = scores,
            Err(reason) => self.failure = Some(("model", reason)),
        }
    }

    /// Counts a window as done. After the last one, gives the article.
    fn advance(&mut self, limit: Duration) -> Option<(Subject, Result<Vec<WindowScores>, Failure>)> {
        self.windows_left -= 1;
        if self.windows_left > 0 {
            if self.spent > limit && self.failure.is_none() {
                let seconds = limit.as_secs();
                let reason =
                    format!("took the model more than {seconds} seconds; raise --max-article-seconds to wait longer");
                self.failure = Some(("model", reason));
            }
            return None;
        }
        let scores = mem::take(&mut self.scores);
        Some((self.subject.take()?, self.failure.take().map_or(Ok(scores), Err)))
    }
}

/// What a panic says.
pub(super) fn failed(panic: &(dyn Any + Send)) -> String {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let line = message.and_then(|message| message.lines().next()).unwrap_or("no reason given");
    format!("tieup failed on it ({line}); please report this article")
}
