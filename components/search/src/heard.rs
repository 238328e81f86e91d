//! What search hears of others. Each event becomes one commit that leaves the index as the event says, so that one that
//! comes twice, or is told again to make the index anew, changes nothing that is right already.
//!
//! | Heard | Becomes |
//! |---|---|
//! | `forums.topic.created`, `.updated`, `.retold` | a topic; what stands in it follows its title, category, tags and visibility |
//! | `forums.post.…`, `forums.reply.created`, `.updated`, `.retold` | a post or reply, found by its text |
//! | `forums.….deleted` | nothing, and nothing below it |
//! | `forums.answer.chosen`, `.withdrawn` | whether a topic is answered |
//! | `use-cases.use-case.published`, `.updated`, `.archived`, `.deleted`, `.retold` | a use case while it is published |
//! | `accounts.user.…` | somebody as the directory shows them, while they are active |
//! | `accounts.organization.updated` | its people, a page at a time |

mod forums;
mod people;
mod use_cases;

use p2p_sdk::Feature;

/// Subscribes to all of it.
pub fn hear(feature: Feature) -> Feature {
    people::hear(use_cases::hear(forums::hear(feature)))
}
