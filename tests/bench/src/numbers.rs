//! The middle of several measurements.

/// The median; zero of none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (None, _) => 0.0,
        (Some(value), 1) => *value,
        (Some(value), _) => (value + sorted.get(middle - 1).unwrap_or(value)) / 2.0,
    }
}

/// The median of what each pair of neighbouring measurements says: what disturbs the machine disturbs both of a pair.
pub fn median_ratio(above: impl IntoIterator<Item = f64>, below: impl IntoIterator<Item = f64>) -> f64 {
    median(above.into_iter().zip(below).filter(|(_, below)| *below > 0.0).map(|(above, below)| above / below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median([]), 0.0);
    }

    #[test]
    fn one_disturbed_pair_does_not_move_the_ratio() {
        assert_eq!(median_ratio([2.0, 20.0, 2.0], [1.0, 1.0, 1.0]), 2.0);
        assert_eq!(median_ratio([2.0, 20.0, 2.0], [1.0, 10.0, 1.0]), 2.0);
    }
}
