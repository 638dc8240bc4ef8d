//! BIO tags: tag 0 is outside, 1 + 2·class begins a run of that class, 2 + 2·class continues it.

use std::ops::Range;

/// A run of tokens with one class.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Token numbers.
    pub tokens: Range<usize>,
    /// The class.
    pub class: usize,
    /// The mean probability of its tags.
    pub confidence: f32,
}

/// The runs in a row of best tags and their probabilities. A continuing tag with nothing to continue begins a run.
pub fn runs(best: &[(usize, f32)]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < best.len() {
        let (tag, _) = best[at];
        if tag == 0 {
            at += 1;
            continue;
        }
        let class = (tag - 1) / 2;
        let inside = best[at + 1..].iter().take_while(|(tag, _)| *tag == 2 + 2 * class).count();
        let end = at + 1 + inside;
        let confidence = best[at..end].iter().map(|(_, p)| p).sum::<f32>() / (end - at) as f32;
        runs.push(Run { tokens: at..end, class, confidence });
        at = end;
    }
    runs
}

/// The row of tags that marks `spans` (tokens, class) among `length` tokens. Where spans nest, the inner one is on top.
pub fn mark(length: usize, spans: &[(Range<usize>, usize)]) -> Vec<usize> {
    let mut tags = vec![0; length];
    let mut longest_first: Vec<_> = spans.iter().collect();
    longest_first.sort_by_key(|(tokens, _)| std::cmp::Reverse(tokens.len()));
    for (tokens, class) in longest_first {
        tags[tokens.clone()].fill(2 + 2 * class);
        tags[tokens.start] = 1 + 2 * class;
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(tags: &[usize]) -> Vec<(Range<usize>, usize)> {
        let best: Vec<_> = tags.iter().map(|&tag| (tag, 1.0)).collect();
        runs(&best).into_iter().map(|run| (run.tokens, run.class)).collect()
    }

    #[test]
    fn runs_are_read_from_tags() {
        assert_eq!(found(&[0, 1, 2, 2, 1, 3, 4, 0]), [(1..4, 0), (4..5, 0), (5..7, 1)]);
        assert_eq!(found(&[2, 2, 4]), [(0..2, 0), (2..3, 1)], "a continuing tag may begin a run");
        assert_eq!(found(&[]), []);
    }

    #[test]
    fn marks_read_back() {
        let spans = vec![(1..4, 2), (5..6, 0)];
        assert_eq!(found(&mark(7, &spans)), spans);
    }

    #[test]
    fn the_inner_span_is_on_top() {
        assert_eq!(mark(4, &[(1..2, 1), (0..4, 0)]), [1, 3, 2, 2]);
    }
}
