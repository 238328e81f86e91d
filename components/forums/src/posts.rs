//! What people wrote under a topic: documents, and pages of them. Whether a topic may be seen is decided elsewhere; a
//! document whose topic has no row is seen by nobody.

mod document;
mod page;

pub use document::{COLLECTION, PostDocument, insert};
pub use page::{FIRST_PAGE, Post, Written, first_page};
