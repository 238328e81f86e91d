//! What only the manifest and the documentation tell of a route. Natively, with `describe`, it is kept; a component would
//! carry it for nothing, and forgets it at once.

#![cfg_attr(
    not(feature = "describe"),
    expect(unused_mut, unused_variables, reason = "a component keeps none of it")
)]

use super::{Route, Uploads};
use crate::describe::Described;
use crate::problem::Code;

impl Route {
    /// It is part of another protocol, described elsewhere, or nothing that could be described: the API's description
    /// leaves it out.
    #[must_use]
    pub fn undocumented(mut self) -> Self {
        #[cfg(feature = "describe")]
        {
            self.documented = false;
        }
        self
    }

    /// It answers also people whose address is not verified, where a tenant wants it to be.
    #[must_use]
    pub fn unverified(mut self) -> Self {
        #[cfg(feature = "describe")]
        {
            self.unverified = true;
        }
        self
    }

    /// It can be used to guess passwords or to fill mailboxes: the strict limit of such routes counts.
    #[must_use]
    pub fn strict_rate(mut self) -> Self {
        #[cfg(feature = "describe")]
        {
            self.rate = Some("auth");
        }
        self
    }

    /// It counts against the wide limit of reading: an office behind one address uses it often.
    #[must_use]
    pub fn wide_rate(mut self) -> Self {
        #[cfg(feature = "describe")]
        {
            self.rate = Some("read");
        }
        self
    }

    /// One sentence for the documentation.
    #[must_use]
    pub fn summary(mut self, summary: &'static str) -> Self {
        #[cfg(feature = "describe")]
        {
            self.summary = summary;
        }
        self
    }

    /// Bytes of body it takes: 64 KiB when not said, 1 MiB at most.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        #[cfg(feature = "describe")]
        {
            self.body_limit = Some(bytes);
        }
        self
    }

    /// It takes multipart: the host stages the files, the other parts arrive as a JSON object.
    #[must_use]
    pub fn uploads(mut self, uploads: Uploads) -> Self {
        #[cfg(feature = "describe")]
        {
            self.uploads = Some(uploads);
        }
        self
    }

    /// The type of its JSON body.
    #[must_use]
    pub fn takes<T: Described>(mut self) -> Self {
        #[cfg(feature = "describe")]
        self.schemas.takes::<T>();
        self
    }

    /// The type of its JSON body, without which it may be called as well; its handler reads `json_or_empty`.
    #[must_use]
    #[inline]
    pub fn may_take<T: Described>(mut self) -> Self {
        #[cfg(feature = "describe")]
        self.schemas.may_take::<T>();
        self
    }

    /// An example of its body, JSON that a suitable caller could send as it is. Documentation shows it, a test of the
    /// host sends it; the code of a component does without.
    #[must_use]
    #[inline]
    pub fn example(mut self, json: &'static str) -> Self {
        #[cfg(feature = "describe")]
        self.schemas.set_example(json);
        self
    }

    /// Its answer opens, renews or ends a session: headers of the session come with it.
    #[must_use]
    pub fn changes_session(mut self) -> Self {
        #[cfg(feature = "describe")]
        self.schemas.changes_session();
        self
    }

    /// The type of its query string: each field is a parameter.
    #[must_use]
    pub fn query<T: Described>(mut self) -> Self {
        #[cfg(feature = "describe")]
        self.schemas.query::<T>();
        self
    }

    /// It is a list, continued by `limit`, `cursor`, `page` and `count`.
    #[must_use]
    pub fn paged(mut self) -> Self {
        #[cfg(feature = "describe")]
        self.schemas.paged();
        self
    }

    /// A status it answers, and the type of the JSON that comes with it.
    #[must_use]
    pub fn answers<T: Described>(mut self, status: u16) -> Self {
        #[cfg(feature = "describe")]
        {
            self.statuses.push(status);
            self.schemas.answers::<T>(status);
        }
        self
    }

    /// A status it answers without a body.
    #[must_use]
    pub fn answers_empty(mut self, status: u16) -> Self {
        #[cfg(feature = "describe")]
        {
            self.statuses.push(status);
        }
        self
    }

    /// Problems it answers beyond those that any route may.
    #[must_use]
    pub fn fails(mut self, codes: &[Code]) -> Self {
        #[cfg(feature = "describe")]
        {
            self.fails.extend_from_slice(codes);
        }
        self
    }
}
