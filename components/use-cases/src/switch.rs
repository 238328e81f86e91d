//! Bodies that switch something on or off. One type reads both, because each reader of its own makes the component larger;
//! what a route documents is the part that it looks at.

use serde::Deserialize;

/// How it shall be; when nothing is said, the other way round.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Switch {
    pub liked: Option<bool>,
    pub bookmarked: Option<bool>,
}

/// Draws the body of a route in its documentation.
macro_rules! drawn {
    ($($name:ident { $field:ident })+) => {
        $(#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
        #[expect(dead_code, reason = "only the documentation has it")]
        pub struct $name {
            $field: Option<bool>,
        })+
    };
}

drawn! {
    Like { liked }
    Bookmark { bookmarked }
}
