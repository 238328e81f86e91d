//! Where on the website the thing stands that somebody is told of: a path, the same in the bell and in a letter.

use p2p_sdk::Uuid;

use crate::kind::Kind;

/// Everything that somebody was told.
pub const ALL: &str = "/notifications";
/// All conversations.
pub const MESSAGES: &str = "/messages";

/// The page of a thing. `container` is the topic that posts and replies stand in.
pub fn page(kind: Kind, entity: Uuid, container: Option<Uuid>) -> String {
    match (kind, container) {
        (Kind::Message, _) => format!("{MESSAGES}/{entity}"),
        (Kind::Invitation, _) => format!("/users/{entity}"),
        (Kind::Welcome, _) => "/".to_owned(),
        (_, Some(topic)) if topic == entity => format!("/forums/topics/{topic}"),
        (_, Some(topic)) => format!("/forums/topics/{topic}#{entity}"),
        (_, None) => format!("/use-cases/{entity}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_leads_to_what_it_is_about() {
        let (thing, topic) = (Uuid::from_bytes([1; 16]), Uuid::from_bytes([2; 16]));
        for (kind, container, wanted) in [
            (Kind::Reply, Some(topic), format!("/forums/topics/{topic}#{thing}")),
            (Kind::Mention, Some(thing), format!("/forums/topics/{thing}")),
            (Kind::Like, None, format!("/use-cases/{thing}")),
            (Kind::UseCase, None, format!("/use-cases/{thing}")),
            (Kind::Message, None, format!("/messages/{thing}")),
            (Kind::Invitation, None, format!("/users/{thing}")),
            (Kind::Welcome, None, "/".to_owned()),
        ] {
            assert_eq!(page(kind, thing, container), wanted, "{kind:?}");
        }
    }
}
