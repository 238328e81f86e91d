//! Bodies that switch something on or off. One type reads all of them, because each reader of its own makes the component
//! larger; what a route documents is the part that it looks at.

use serde::Deserialize;

/// How it shall be; when nothing is said, the other way round, but for the best answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Switch {
    pub pinned: Option<bool>,
    pub locked: Option<bool>,
    pub bookmarked: Option<bool>,
    pub liked: Option<bool>,
    pub best: Option<bool>,
}

/// Draws the body of a route in its documentation.
macro_rules! drawn {
    ($($name:ident { $(#[$about:meta])* $field:ident })+) => {
        $(#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
        #[expect(dead_code, reason = "only the documentation has it")]
        pub struct $name {
            $(#[$about])*
            $field: Option<bool>,
        })+
    };
}

drawn! {
    Pin { pinned }
    Lock { locked }
    Bookmark { bookmarked }
    Like { liked }
    Best {
        /// True when nothing is said; false withdraws it.
        best
    }
}
