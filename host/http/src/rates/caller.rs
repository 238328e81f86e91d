//! Whom a request is counted for.

use std::net::IpAddr;

use uuid::Uuid;

/// Somebody whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Somebody signed in, wherever they are.
    User(Uuid),
    /// Whoever sends from this IPv4 address.
    V4([u8; 4]),
    /// Whoever sends from this /64: it is one line of one customer, who may use any address of it.
    V6([u8; 8]),
    /// Whoever sends from this /48: as much as one customer is given at most.
    Site([u8; 6]),
    /// Strangers who share a count, because there are more of them than can be told apart.
    Crowd(u16),
}

impl Caller {
    /// Whoever sends from there.
    pub fn at(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => {
                let [a, b, c, d, e, f, g, h, ..] = address.octets();
                Self::V6([a, b, c, d, e, f, g, h])
            }
        }
    }

    /// The site of a line: whoever has a /48 has 65,536 of these. Addresses of IPv4 are of none.
    pub fn site(self) -> Option<Self> {
        match self {
            Self::V6([a, b, c, d, e, f, ..]) => Some(Self::Site([a, b, c, d, e, f])),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Caller {
        Caller::at(address.parse().unwrap())
    }

    #[test]
    fn a_line_is_one_caller_however_it_is_written() {
        assert_eq!(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:203.0.113.9"), at("203.0.113.9"));
        assert_ne!(at("203.0.113.8"), at("203.0.113.9"));
    }
}
