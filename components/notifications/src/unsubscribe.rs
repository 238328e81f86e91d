//! Getting no more letters, by a link that needs no session: whoever reads the letter may stop it. A look changes
//! nothing, because mail programs look at links before people do.

mod routes;
mod token;

pub use routes::routes;
pub use token::{Scope, offer};
