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
    /// The lower and the upper quartile of `b / a`: half of the pairs lie between them.
    pub spread: (f64, f64),
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
    let mut ratios: Vec<f64> = pairs
        .iter()
        .map(|(a, b)| b.as_secs_f64() / a.as_secs_f64())
        .collect();
    ratios.sort_by(f64::total_cmp);
    let at = |quarter: usize| ratios.get(ratios.len() * quarter / 4).copied();
    Comparison {
        a: median(pairs.iter().map(|pair| pair.0)),
        b: median(pairs.iter().map(|pair| pair.1)),
        ratio: at(2).unwrap_or_default(),
        spread: (at(1).unwrap_or_default(), at(3).unwrap_or_default()),
    }
}

fn median(values: impl Iterator<Item = Duration>) -> Duration {
    let mut values: Vec<Duration> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        let (low, high) = self.spread;
        write!(
            f,
            "{:.0} µs against {:.0} µs: {:.2} × ({low:.2} to {high:.2})",
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
        assert_eq!(
            compared.to_string(),
            "600 µs against 300 µs: 2.00 × (2.00 to 2.00)"
        );
    }

    #[test]
    fn half_of_the_pairs_lie_in_the_spread() {
        let a = |_| Duration::from_millis(1);
        let b = |round: usize| Duration::from_millis(round as u64 + 1);
        let compared = compare(9, a, b);
        assert!((compared.ratio - 5.0).abs() < 1e-9, "{compared}");
        assert!((compared.spread.0 - 3.0).abs() < 1e-9, "{compared}");
        assert!((compared.spread.1 - 7.0).abs() < 1e-9, "{compared}");
    }
}
