//! One limit as it holds for a caller and, wider, for the site that the caller is of.

use std::time::Duration;

use p2p_context::TenantId;

use super::lane::Lane;
use super::{Allowance, Caller};

/// A site may bring so many times as much as one of its lines. Enough for a house full of people, and no more than as
/// many addresses of IPv4, however many lines somebody rents.
const SITE: u32 = 8;

/// See the module.
pub struct Limit {
    line: Lane,
    site: Lane,
}

impl Limit {
    /// So many requests in this span; none when there is no limit.
    pub fn new(limit: u32, span: Duration) -> Option<Self> {
        let site = Lane::new(limit.saturating_mul(SITE), span)?;
        Some(Self { line: Lane::new(limit, span)?, site })
    }

    /// Counts a request. What is too much for its line is not counted against its site, so that one line alone cannot
    /// use up what its neighbours share.
    pub fn count(&self, tenant: &TenantId, caller: Caller) -> Allowance {
        let allowance = self.line.count(tenant, caller);
        match caller.site() {
            Some(site) if allowance.wait.is_none() => allowance.within(self.site.count(tenant, site)),
            _ => allowance,
        }
    }

    /// Whether strangers share buckets.
    pub fn is_crowded(&self) -> bool {
        self.line.is_crowded() || self.site.is_crowded()
    }

    /// Forgets callers whose buckets are full again.
    pub fn tidy(&self) {
        self.line.tidy();
        self.site.tidy();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_admitted(limit: &Limit, address: &str) -> bool {
        let caller = Caller::at(address.parse().unwrap());
        limit.count(&TenantId::new("acme").unwrap(), caller).wait.is_none()
    }

    #[test]
    fn many_lines_of_one_site_are_not_as_many_callers() {
        let limit = Limit::new(2, Duration::from_secs(3_600)).unwrap();
        let admitted =
            (0..1_000).filter(|line| is_admitted(&limit, &format!("2001:db8:1:{line:x}::1"))).count();
        assert_eq!(admitted, 16);
        assert!(is_admitted(&limit, "2001:db8:2:1::1"), "another site");
        let admitted = (0..200).filter(|last| is_admitted(&limit, &format!("203.0.113.{last}"))).count();
        assert_eq!(admitted, 200, "addresses of IPv4 are of no site");
    }

    #[test]
    fn a_line_that_asks_too_much_takes_nothing_from_its_neighbours() {
        let limit = Limit::new(2, Duration::from_secs(3_600)).unwrap();
        let admitted = (0..1_000).filter(|_| is_admitted(&limit, "2001:db8:1:1::1")).count();
        assert_eq!(admitted, 2);
        assert!(is_admitted(&limit, "2001:db8:1:2::1"));
    }

    #[test]
    fn a_refusal_of_the_site_says_when_to_come_back() {
        let limit = Limit::new(1, Duration::from_secs(60)).unwrap();
        let count = |line: u32| {
            let caller = Caller::at(format!("2001:db8:1:{line:x}::1").parse().unwrap());
            limit.count(&TenantId::new("acme").unwrap(), caller)
        };
        let admitted: Vec<_> = (0..8).map(count).collect();
        assert!(admitted.iter().all(|left| left.limit == 1 && left.wait.is_none()));
        let refused = count(8);
        assert_eq!((refused.limit, refused.remaining), (1, 0));
        let wait = refused.wait.unwrap();
        assert!(wait <= Duration::from_millis(7_500) && wait > Duration::from_secs(6), "{wait:?}");
    }
}
