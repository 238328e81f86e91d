//! How far two words are apart: letters left out, added, changed, or changed places with their neighbour.

/// Letters of a word that are compared.
const LONGEST: usize = 64;

/// The distance, if it is no more than `most`.
pub fn within(one: &str, other: &str, most: usize) -> Option<usize> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > most || one.len() > LONGEST || other.len() > LONGEST {
        return None;
    }
    // Three rows of the table: the one before the last, the last, and the one that is being filled.
    let mut earlier = vec![0; other.len() + 1];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(i + 1);
        for (j, b) in other.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
            let changed = at(&last, j) + usize::from(a != b);
            let mut least = changed.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            if i > 0 && j > 0 && one.get(i - 1) == Some(b) && other.get(j - 1) == Some(a) {
                least = least.min(at(&earlier, j - 1) + 1);
            }
            row.push(least);
        }
        if row.iter().all(|distance| *distance > most) {
            return None;
        }
        earlier = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_one_step() {
        for (typed, meant) in
            [("pmup", "pump"), ("pum", "pump"), ("pumpp", "pump"), ("bump", "pump"), ("صيناه", "صيانه")]
        {
            assert_eq!(within(typed, meant, 1), Some(1), "{typed}");
            assert_eq!(within(meant, typed, 1), Some(1), "{typed}");
        }
        assert_eq!(within("pump", "pump", 0), Some(0));
        assert_eq!(within("compresser", "compressors", 2), Some(2));
    }

    #[test]
    fn what_is_farther_is_another_word() {
        assert_eq!(within("valve", "value", 0), None);
        assert_eq!(within("motor", "rotary", 2), None);
        assert_eq!(within("pump", "pumping", 2), None);
        assert_eq!(within("", "ab", 2), Some(2));
    }
}
