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

/// The runs of the likeliest row of tags in which nothing is continued that was not begun (Viterbi 1967, with transitions that
/// are either free or barred). `log_probabilities` holds a row of logarithms of the tags' probabilities for each token.
pub fn runs(log_probabilities: &[Vec<f32>]) -> Vec<Run> {
    let best = best_path(log_probabilities);
    let mut runs = Vec::new();
    let mut at = 0;
    while at < best.len() {
        if best[at] == 0 {
            at += 1;
            continue;
        }
        let class = (best[at] - 1) / 2;
        let inside = best[at + 1..].iter().take_while(|&&tag| tag == 2 + 2 * class).count();
        let end = at + 1 + inside;
        let probability = |token: usize| log_probabilities[token][best[token]].exp();
        let confidence = (at..end).map(probability).sum::<f32>() / (end - at) as f32;
        runs.push(Run { tokens: at..end, class, confidence });
        at = end;
    }
    runs
}

/// The likeliest row of tags that may follow one another.
fn best_path(log_probabilities: &[Vec<f32>]) -> Vec<usize> {
    // The tag before each tag on the best path to it, token by token.
    let mut before: Vec<Vec<usize>> = Vec::with_capacity(log_probabilities.len());
    let mut sums: Vec<f32> = Vec::new();
    for row in log_probabilities {
        let best = arg_max(&sums);
        let continues = |tag: usize| tag > 0 && tag % 2 == 0;
        let from = |tag: usize| match continues(tag) {
            true if sums.is_empty() => None,
            // Begun by the tag before it in the order of tags, or continued.
            true => Some(if sums[tag - 1] >= sums[tag] { tag - 1 } else { tag }),
            false => best,
        };
        let step = |(tag, p): (usize, &f32)| match from(tag) {
            Some(previous) => p + sums[previous],
            None if continues(tag) => f32::NEG_INFINITY,
            None => *p,
        };
        let next = row.iter().enumerate().map(step).collect();
        before.push((0..row.len()).map(|tag| from(tag).unwrap_or(0)).collect());
        sums = next;
    }
    let Some(mut tag) = arg_max(&sums) else { return Vec::new() };
    let mut path = Vec::with_capacity(before.len());
    for row in before.iter().rev() {
        path.push(tag);
        tag = row[tag];
    }
    path.reverse();
    path
}

/// The first of the largest numbers.
fn arg_max(numbers: &[f32]) -> Option<usize> {
    (0..numbers.len()).reduce(|best, i| if numbers[i] > numbers[best] { i } else { best })
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

    /// What is read where each token's tag is all but certain.
    fn found(tags: &[usize]) -> Vec<(Range<usize>, usize)> {
        let row = |&tag: &usize| (0..7).map(|t| if t == tag { -0.01 } else { -5.0 }).collect();
        let rows: Vec<Vec<f32>> = tags.iter().map(row).collect();
        runs(&rows).into_iter().map(|run| (run.tokens, run.class)).collect()
    }

    #[test]
    fn runs_are_read_from_tags() {
        assert_eq!(found(&[0, 1, 2, 2, 1, 3, 4, 0]), [(1..4, 0), (4..5, 0), (5..7, 1)]);
        assert_eq!(found(&[]), []);
    }

    #[test]
    fn nothing_is_continued_that_was_not_begun() {
        // "in" of the first class after a token that is a little likelier to be outside than to begin one.
        let rows = [vec![-0.6, -0.8, -9.0, -9.0, -9.0], vec![-3.0, -3.0, -0.1, -9.0, -9.0]];
        assert_eq!(runs(&rows).iter().map(|run| run.tokens.clone()).collect::<Vec<_>>(), [0..2]);
        // A lone continuation becomes a beginning or nothing, whichever is likelier.
        assert_eq!(runs(&[vec![-1.0, -7.0, -0.5, -9.0, -9.0]]), []);
        assert_eq!(runs(&[vec![-7.0, -1.0, -0.5, -9.0, -9.0]])[0].tokens, 0..1);
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
