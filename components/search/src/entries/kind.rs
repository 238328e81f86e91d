//! What sort of thing an entry is, in rows and in JSON alike.

use p2p_sdk::{Cell, FromCell, Param, Params};
use serde::Serialize;

/// What sort of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = FoundType))]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    Topic,
    Post,
    Reply,
    UseCase,
    User,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Topic, Self::Post, Self::Reply, Self::UseCase, Self::User];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Post => "post",
            Self::Reply => "reply",
            Self::UseCase => "useCase",
            Self::User => "user",
        }
    }

    /// Whether its title and labels are its own. A post shows its topic's and is found by its text only; otherwise every
    /// post of a topic would be found with the topic.
    pub const fn is_titled(self) -> bool {
        !matches!(self, Self::Post | Self::Reply)
    }
}

impl FromCell<'_> for Kind {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        let Cell::Text(name) = cell else { return None };
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Param for Kind {
    fn put(&self, out: &mut Params) {
        out.push(self.as_str());
    }
}
