//! Versions of the protocol between us and the core (CDI), and the one that both speak.

use std::fmt;

/// A version such as 5.4. Compared number by number: 5.10 is newer than 5.9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u32, u32);

/// What is spoken here, the newest first.
const SPOKEN: [Version; 5] = [Version(5, 4), Version(5, 3), Version(5, 2), Version(5, 1), Version(5, 0)];

impl Version {
    /// The newest version that is in a core's list and spoken here.
    pub fn agreed<'a>(offered: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        offered.into_iter().filter_map(Self::parse).filter(|version| SPOKEN.contains(version)).max()
    }

    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        Some(Self(major.parse().ok()?, minor.parse().ok()?))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed(offered: &[&str]) -> Option<String> {
        Version::agreed(offered.iter().copied()).map(|version| version.to_string())
    }

    #[test]
    fn the_newest_common_version_counts_in_whatever_order() {
        assert_eq!(agreed(&["2.14", "5.0", "5.3", "3.1", "5.2"]), Some("5.3".into()));
        assert_eq!(agreed(&["5.6", "5.5", "5.4", "5.10"]), Some("5.4".into()));
        assert_eq!(agreed(&["5.0"]), Some("5.0".into()));
    }

    #[test]
    fn nothing_in_common_is_nothing() {
        assert_eq!(agreed(&[]), None);
        assert_eq!(agreed(&["2.21", "4.0", "5.5", "6.0", "5", "x.y", "5.3.1", ""]), None);
    }
}
