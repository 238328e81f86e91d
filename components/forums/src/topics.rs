//! Topics: listed, opened and read. One verb a file; the rules they share stand beside them.

mod create;
mod draft;
mod filter;
mod fold;
mod list;
mod read;
mod row;
mod selection;
mod slug;
mod tags;
mod visibility;
mod whole;

pub use create::create;
pub use draft::NewTopic;
pub use filter::Filter;
pub use list::list;
pub use read::read;
pub use row::Topic;
pub use whole::WholeTopic;
