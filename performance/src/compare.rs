use std::{fmt, time::Duration};

/// How long two workloads took, run in turn.
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    /// Median of the first.
    pub a: Duration,
    /// Median of the second.
    pub b: Duration,
    /// Median of `b / a` over the pairs, which drift does not reach.
    pub ratio: f64,
}

/// Runs `a` and `b` in turn, `rounds` times each. Both return what they measured themselves, so
/// that their preparations do not count. The order within a pair alternates.
pub fn compare(
    rounds: usize,
    mut a: impl FnMut(usize) -> Duration,
    mut b: impl FnMut(usize) -> Duration,
) -> Comparison {
    let pairs: Vec<(Duration, Duration)> = (0..rounds)
        .map(|round| {
            if round % 2 == 0 {
                let first = a(round);
                (first, b(round))
            } else {
                let second = b(round);
                (a(round), second)
            }
        })
        .collect();
    Comparison {
        a: median(pairs.iter().map(|pair| pair.0)),
        b: median(pairs.iter().map(|pair| pair.1)),
        ratio: median(
            pairs
                .iter()
                .map(|pair| pair.1.as_secs_f64() / pair.0.as_secs_f64()),
        ),
    }
}

fn median<T: PartialOrd + Default + Copy>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    values.get(values.len() / 2).copied().unwrap_or_default()
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        write!(
            f,
            "{:.0} µs against {:.0} µs: {:.2} ×",
            micros(self.b),
            micros(self.a),
            self.ratio
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_the_median_over_the_pairs() {
        let a = |round: usize| Duration::from_micros(100 * (round as u64 + 1));
        let b = |round: usize| Duration::from_micros(200 * (round as u64 + 1));
        let compared = compare(5, a, b);
        assert_eq!(compared.a, Duration::from_micros(300));
        assert_eq!(compared.b, Duration::from_micros(600));
        assert!((compared.ratio - 2.0).abs() < 1e-9);
        assert_eq!(compared.to_string(), "600 µs against 300 µs: 2.00 ×");
    }
}
