//! Taking back what people were told: the thing is gone, or they may not see it any more. What is taken back is not
//! mailed either.

use p2p_sdk::{Batch, Uuid, params};

use crate::kind::Kind;

const THING: &str = "UPDATE notifications SET is_gone = TRUE, is_shown = FALSE \
    WHERE (entity_id = $1 OR parent_id = $1 OR container_id = $1) AND NOT is_gone";
const OUTSIDERS: &str = "UPDATE notifications SET is_gone = TRUE, is_shown = FALSE \
    WHERE container_id = $1 AND (organization_id IS NULL OR organization_id <> $2) AND NOT is_gone";
const KIND: &str = "UPDATE notifications SET is_gone = TRUE, is_shown = FALSE \
    WHERE entity_id = $1 AND kind = $2 AND NOT is_gone";

/// A thing, and whatever stands in it, is gone.
pub fn thing(batch: Batch, id: Uuid) -> Batch {
    batch.run(THING, params![id])
}

/// A topic is for one organization only by now.
pub fn outsiders(batch: Batch, topic: Uuid, within: Uuid) -> Batch {
    batch.run(OUTSIDERS, params![topic, within])
}

/// It is not so any more.
pub fn kind(batch: Batch, kind: Kind, id: Uuid) -> Batch {
    batch.run(KIND, params![id, kind.as_str()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Network;

    #[test]
    fn things_are_found_through_their_indexes() {
        let network = Network::new();
        let plan = network.plan(THING, &params![Uuid::NIL]);
        for index in ["notifications_entity", "notifications_parent", "notifications_container"] {
            assert!(plan.contains(index), "{plan}");
        }
        assert!(!plan.contains("SCAN"), "{plan}");
        let plan = network.plan(OUTSIDERS, &params![Uuid::NIL, Uuid::NIL]);
        assert!(plan.contains("notifications_container"), "{plan}");
    }
}
