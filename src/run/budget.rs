//! A bound on what is in work at once.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

/// How often a waiting thread looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(50);

/// Bytes that articles in work may take in memory, about. Whoever takes the next article from the input takes its
/// cost here first, in the order of the input, and gives it back when the result is written.
///
/// Because costs are taken in the order of the input, the article that the output waits for always has its share, and
/// nothing waits in a circle.
#[derive(Debug)]
pub(super) struct Budget {
    total: usize,
    used: Mutex<usize>,
    freed: Condvar,
}

impl Budget {
    pub fn new(total: usize) -> Self {
        Self { total, used: Mutex::new(0), freed: Condvar::new() }
    }

    /// Waits until there is room for `cost` bytes and takes them. What is larger than the whole budget waits until it is
    /// alone. Returns what was taken, or `None` as soon as `cancelled` says so.
    pub fn take(&self, cost: usize, cancelled: impl Fn() -> bool) -> Option<usize> {
        let cost = cost.min(self.total);
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        while !cancelled() {
            if *used + cost <= self.total {
                *used += cost;
                return Some(cost);
            }
            used = self.freed.wait_timeout(used, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
        None
    }

    /// Gives back what was taken.
    pub fn give_back(&self, cost: usize) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        *used = used.saturating_sub(cost);
        self.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::atomic::AtomicBool, sync::atomic::Ordering, thread};

    use super::*;

    #[test]
    fn what_is_too_large_waits_until_it_is_alone() {
        let budget = Budget::new(10);
        assert_eq!(budget.take(4, || false), Some(4));
        let alone = AtomicBool::new(false);
        thread::scope(|scope| {
            let large = scope.spawn(|| {
                let taken = budget.take(99, || false);
                assert!(alone.load(Ordering::SeqCst));
                taken
            });
            thread::sleep(LOOK / 2);
            alone.store(true, Ordering::SeqCst);
            budget.give_back(4);
            assert_eq!(large.join().unwrap(), Some(10));
        });
        assert_eq!(budget.take(1, || true), None);
    }
}
