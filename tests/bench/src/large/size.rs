//! How much there is in a data set. Everything follows from one number, so that a small one is a large one in small.

/// The large data set, and the one that shall not be slower by much.
const MANY: u32 = 10_000;
/// To see that it works.
const MANY_QUICKLY: u32 = 3_000;
/// How many times smaller the small one is.
const TIMES: u32 = 100;
/// Enough for a page of conversations, however small the rest is.
const PEOPLE_LEAST: u32 = 24;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Topics; as many use cases; as many posts in the busiest topic, notifications of its author, and messages in the
    /// longest conversation.
    pub unit: u32,
    /// People, each with an organization.
    pub people: u32,
    /// Besides those that topics begin with.
    pub posts: u32,
    pub replies: u32,
    pub messages: u32,
}

impl Size {
    /// As much as goes with so many topics.
    pub const fn of(unit: u32) -> Self {
        let people = unit * 3 / 10;
        let people = if people < PEOPLE_LEAST { PEOPLE_LEAST } else { people };
        Self { unit, people, posts: 9 * unit, replies: 9 * unit, messages: 10 * unit }
    }

    /// The small and the large one.
    pub const fn pair(quick: bool) -> (Self, Self) {
        let many = if quick { MANY_QUICKLY } else { MANY };
        (Self::of(many / TIMES), Self::of(many))
    }

    /// What search finds, people aside.
    pub const fn documents(self) -> u32 {
        2 * self.unit + self.posts + self.replies
    }

    /// Calls that make it, about: each is given its own moment.
    pub const fn moments(self) -> u32 {
        self.people + 3 * self.unit + self.posts + self.replies + self.messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_large_one_is_what_was_promised() {
        let (few, many) = Size::pair(false);
        assert_eq!((many.unit, many.documents()), (10_000, 200_000));
        assert_eq!((many.unit + many.posts, many.messages), (100_000, 100_000));
        assert_eq!((few.documents() * TIMES, few.people * TIMES), (many.documents(), many.people));
    }

    #[test]
    fn every_page_is_full() {
        for quick in [true, false] {
            let (few, _) = Size::pair(quick);
            assert!(few.unit * 9 / 10 >= 20 && few.people > 20 && few.posts >= 250, "{few:?}");
        }
    }
}
