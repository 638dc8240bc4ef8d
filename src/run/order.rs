//! Putting results back in order.

use std::collections::BTreeMap;

/// Takes numbered items as they come and gives them in the order of their numbers, from 0.
#[derive(Debug)]
pub(super) struct InOrder<T> {
    next: u64,
    waiting: BTreeMap<u64, T>,
}

impl<T> Default for InOrder<T> {
    fn default() -> Self {
        Self { next: 0, waiting: BTreeMap::new() }
    }
}

impl<T> InOrder<T> {
    /// Takes item number `number`.
    pub fn put(&mut self, number: u64, item: T) {
        self.waiting.insert(number, item);
    }

    /// The next item, if it is there.
    pub fn next(&mut self) -> Option<T> {
        let item = self.waiting.remove(&self.next)?;
        self.next += 1;
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn items_come_out_in_order_and_as_early_as_can_be(numbers in Just((0..30u64).collect::<Vec<_>>()).prop_shuffle()) {
            let mut order = InOrder::default();
            let mut out = Vec::new();
            for (i, &number) in numbers.iter().enumerate() {
                order.put(number, number);
                out.extend(std::iter::from_fn(|| order.next()));
                let ready = (0..).take_while(|n| numbers[..=i].contains(n)).count();
                prop_assert_eq!(&out, &(0..ready as u64).collect::<Vec<_>>());
            }
        }
    }
}
