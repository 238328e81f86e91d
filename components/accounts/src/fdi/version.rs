//! Which version of the protocol a browser SDK speaks: the largest of those that it lists.

use p2p_sdk::Request;

/// Major and minor. An SDK that says nothing speaks the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u32, u32);

impl Version {
    /// The largest that the request lists, number by number: 1.9 is less than 1.10.
    pub fn of(request: &Request) -> Self {
        let listed = request.header("fdi-version").unwrap_or_default();
        listed.split(',').filter_map(parse).max().unwrap_or(Self(u32::MAX, 0))
    }

    /// Users were three fields then.
    pub fn has_short_users(self) -> bool {
        self < Self(1, 18) || self == Self(2, 0)
    }

    /// Whether it lets a browser ask for the account to be joined with that of its session.
    pub fn has_linking(self) -> bool {
        self >= Self(3, 1)
    }
}

fn parse(text: &str) -> Option<Version> {
    let (major, minor) = text.trim().split_once('.')?;
    Some(Version(major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Method;

    use super::*;

    fn of(listed: &str) -> Version {
        let mut request = Request::new(Method::Post, "/fdi/signin");
        request.headers.push("fdi-version", listed);
        Version::of(&request)
    }

    #[test]
    fn the_largest_number_counts() {
        assert_eq!(of("1.16, 1.17,1.9,1.18"), Version(1, 18));
        assert_eq!(of("3.1,4.0,4.1"), Version(4, 1));
        assert!(!of("nonsense").has_short_users());
        assert!(!Version::of(&Request::default()).has_short_users());
    }

    #[test]
    fn what_each_version_can() {
        let short = ["1.9", "1.17", "1.18", "1.19", "2.0", "3.0", "4.2"].map(|v| of(v).has_short_users());
        assert_eq!(short, [true, true, false, false, true, false, false]);
        assert_eq!(["3.0", "3.1", "4.0"].map(|v| of(v).has_linking()), [false, true, true]);
    }
}
