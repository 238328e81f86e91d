//! The kinds of activities: their names, what they are about, who sees them, and what is said of them in both languages.

use p2p_sdk::{Cell, FromCell, Language, Uuid};
use serde::{Deserialize, Serialize};

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = ActivityAction))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Login,
    UserJoined,
    TopicCreated,
    PostCreated,
    ReplyCreated,
    /// A reply of theirs was chosen.
    BestAnswer,
    UseCaseSubmitted,
    UseCasePublished,
    MessageSent,
}

impl Action {
    const ALL: [Self; 9] = [
        Self::Login,
        Self::UserJoined,
        Self::TopicCreated,
        Self::PostCreated,
        Self::ReplyCreated,
        Self::BestAnswer,
        Self::UseCaseSubmitted,
        Self::UseCasePublished,
        Self::MessageSent,
    ];

    /// Its name in rows, documents and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::UserJoined => "user_joined",
            Self::TopicCreated => "topic_created",
            Self::PostCreated => "post_created",
            Self::ReplyCreated => "reply_created",
            Self::BestAnswer => "best_answer",
            Self::UseCaseSubmitted => "use_case_submitted",
            Self::UseCasePublished => "use_case_published",
            Self::MessageSent => "message_sent",
        }
    }

    /// What it is about.
    pub const fn entity_type(self) -> &'static str {
        match self {
            Self::Login | Self::UserJoined => "user",
            Self::TopicCreated | Self::PostCreated | Self::ReplyCreated | Self::BestAnswer => "forum",
            Self::UseCaseSubmitted | Self::UseCasePublished => "use_case",
            Self::MessageSent => "message",
        }
    }

    /// Who sees it, as far as what it is about does not say less: `private` is the person and the admins of their
    /// organization.
    pub const fn audience(self) -> &'static str {
        match self {
            Self::Login | Self::UseCaseSubmitted | Self::MessageSent => "private",
            Self::UserJoined => "organization",
            _ => "network",
        }
    }

    /// The id of this activity around this thing: the same whenever it is told. As ordered in time as the thing's own.
    pub fn id(self, entity: Uuid) -> Uuid {
        let name = self.as_str().bytes();
        // FNV-1a, laid over the random half.
        let mask = name.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let whole = u128::from_be_bytes(*entity.as_bytes());
        // Without the two bits that say what kind of id it is.
        Uuid::from_bytes((whole ^ u128::from(mask & (u64::MAX >> 2))).to_be_bytes())
    }

    /// One sentence about it.
    pub fn summary(self, language: Language, title: &str) -> String {
        let (en, ar) = match self {
            Self::Login => ("Signed in", "سجّل الدخول"),
            Self::UserJoined => ("Joined the organization", "انضم إلى المؤسسة"),
            Self::TopicCreated => ("Opened the topic “{}”", "فتح الموضوع «{}»"),
            Self::PostCreated => ("Answered the topic “{}”", "أجاب في الموضوع «{}»"),
            Self::ReplyCreated => ("Replied in the topic “{}”", "ردّ في الموضوع «{}»"),
            Self::BestAnswer => ("Gave the best answer in “{}”", "قدّم أفضل إجابة في «{}»"),
            Self::UseCaseSubmitted => ("Submitted the use case “{}”", "قدّم حالة الاستخدام «{}»"),
            Self::UseCasePublished => ("Published the use case “{}”", "نشر حالة الاستخدام «{}»"),
            Self::MessageSent => ("Sent a message", "أرسل رسالة"),
        };
        let words = if language == Language::Ar { ar } else { en };
        words.replacen("{}", title, 1)
    }
}

impl FromCell<'_> for Action {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        let Cell::Text(name) = cell else { return None };
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for action in Action::ALL {
            assert_eq!(Action::from_cell(Cell::Text(action.as_str())), Some(action));
            assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
        }
        assert_eq!(Action::from_cell(Cell::Text("slept")), None);
    }

    #[test]
    fn every_activity_around_a_thing_has_an_id_of_its_own() {
        let thing: Uuid = "019b76da-a800-7000-8000-000000000001".parse().unwrap();
        let mut ids: Vec<_> = Action::ALL.iter().map(|action| action.id(thing)).collect();
        assert!(ids.iter().all(|id| id.to_string().starts_with("019b76da-a800-7000-")), "{ids:?}");
        assert!(ids.iter().all(|id| (0x80..0xc0).contains(&id.as_bytes()[8])), "{ids:?}");
        ids.push(thing);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Action::ALL.len() + 1);
    }

    #[test]
    fn a_title_is_said_as_it_is() {
        let said = Action::TopicCreated.summary(Language::En, "Pump {} <b>");
        assert_eq!(said, "Opened the topic “Pump {} <b>”");
        assert_eq!(Action::Login.summary(Language::Ar, ""), "سجّل الدخول");
    }
}
