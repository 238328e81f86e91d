//! Words as they are indexed and looked for: one form for all spellings, so that the stores need no language of their own
//! and find the same. Pure.

mod distance;
mod fold;
mod latin;
mod stem;
mod stop;
mod token;

pub use distance::within;
pub use fold::label;
pub use stem::{is_arabic, stem};
pub use stop::is_stop_word;
pub use token::{Token, tokens};
