//! The kinds of notifications, and which of them have a letter of their own.

use p2p_sdk::{Cell, FromCell};
use serde::Serialize;

/// Why somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Somebody wrote their name.
    Mention,
    /// Somebody answered in their topic, to their post or to their reply.
    Reply,
    /// Their reply is the best answer.
    BestAnswer,
    /// Somebody wrote to them.
    Message,
    /// Somebody else published their use case.
    UseCase,
    /// People like what they wrote.
    Like,
    /// Somebody whom they invited has come.
    Invitation,
    /// They have just become members.
    Welcome,
}

impl Kind {
    /// Every kind, in the order in which people choose.
    pub const ALL: [Self; 8] = [
        Self::Mention,
        Self::Reply,
        Self::BestAnswer,
        Self::Message,
        Self::UseCase,
        Self::Like,
        Self::Invitation,
        Self::Welcome,
    ];

    /// As it stands in JSON and in stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Reply => "reply",
            Self::BestAnswer => "bestAnswer",
            Self::Message => "message",
            Self::UseCase => "useCase",
            Self::Like => "like",
            Self::Invitation => "invitation",
            Self::Welcome => "welcome",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The letter that tells of one; the others are at most part of a summary.
    pub const fn letter(self) -> Option<&'static str> {
        match self {
            Self::Mention => Some("mention"),
            Self::Reply => Some("reply"),
            Self::BestAnswer => Some("best-answer"),
            Self::Message => Some("message-digest"),
            Self::UseCase | Self::Like | Self::Invitation | Self::Welcome => None,
        }
    }

    /// Whether the same thing can happen again and is then told by the same notification.
    pub const fn is_renewed(self) -> bool {
        matches!(self, Self::BestAnswer | Self::Message | Self::Like)
    }
}

impl FromCell<'_> for Kind {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(name) => Self::parse(name),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_are_those_of_json() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(Kind::parse("Mention"), None);
    }
}
