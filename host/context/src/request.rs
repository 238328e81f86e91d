//! The first argument of every step of a request. Each step adds one thing and hands it on.

use std::net::IpAddr;

use crate::{Actor, Deadline, Origin, RequestId, TenantId};

/// The language of messages for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English, the default.
    #[default]
    En,
    /// Arabic.
    Ar,
}

impl Language {
    /// `en` or `ar`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ar => "ar",
        }
    }

    /// The language of this very name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::En, Self::Ar].into_iter().find(|language| language.as_str() == name)
    }

    /// The first of our languages in an `Accept-Language` list; English when there is none.
    pub fn from_accept(header: &str) -> Self {
        header
            .split(',')
            .filter_map(|part| match part.trim().get(..2).map(str::to_ascii_lowercase).as_deref() {
                Some("ar") => Some(Self::Ar),
                Some("en") => Some(Self::En),
                _ => None,
            })
            .next()
            .unwrap_or_default()
    }
}

/// What is known of a request once tenant and session are settled.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// Names the request everywhere.
    pub request_id: RequestId,
    /// Whose request it is.
    pub tenant: TenantId,
    /// Who is calling; none when nobody is signed in.
    pub actor: Option<Actor>,
    /// When it must be over.
    pub deadline: Deadline,
    /// Which language the caller reads.
    pub language: Language,
    /// Where the caller is; none when the host calls by itself.
    pub address: Option<IpAddr>,
}

impl RequestContext {
    /// Where the call came from, for records.
    pub fn origin(&self) -> Origin {
        Origin {
            request: Some(self.request_id.as_str().to_owned()),
            address: self.address,
            user: self.actor.as_ref().map(|actor| actor.user_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_language_wins() {
        assert_eq!(Language::from_accept("fr-FR, ar-SA;q=0.9, en;q=0.8"), Language::Ar);
        assert_eq!(Language::from_accept("en-GB,ar"), Language::En);
        assert_eq!(Language::from_accept("*"), Language::En);
    }
}
