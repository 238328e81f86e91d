//! File descriptors: every connection and every database needs one, and the usual soft limit of 1024 is too low for
//! a thousand clients.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Raises the soft limit to the hard one. Without it the server works, for fewer clients.
pub fn raise() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

/// How many the process may open at most; none: as many as it likes.
pub fn most() -> Option<u64> {
    getrlimit(Resource::Nofile).maximum
}
