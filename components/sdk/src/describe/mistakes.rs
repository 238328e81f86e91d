//! What the author of a feature should put right before a host refuses it.

use crate::feature::{Feature, MailTemplate, Route};
use crate::request::Method;

/// Most a route may take as its body, bytes.
const BODY_LIMIT_MAX: usize = 1 << 20;

/// A sentence for each.
pub(super) fn mistakes(feature: &Feature) -> Vec<String> {
    let mut mistakes = Vec::new();
    for (step, wanted) in feature.migrations.iter().zip(1..) {
        if step.number() != wanted {
            mistakes.push(format!("migration {} stands where {wanted:04} belongs", step.file));
        }
    }
    mistakes.extend(feature.mails.iter().flat_map(MailTemplate::mistakes));
    #[cfg(feature = "schedule")]
    mistakes.extend(feature.jobs.iter().filter_map(crate::schedule::Job::mistake));
    for (at, route) in feature.routes.iter().enumerate() {
        let doubles = |other: &Route| (other.method, other.path) == (route.method, route.path);
        if feature.routes.iter().take(at).any(doubles) {
            mistakes.push(format!("{route:?} is there twice"));
        }
        if route.idempotent && route.method != Method::Post {
            mistakes.push(format!("{route:?} cannot be idempotent by key: only a POST is"));
        }
        if route.body_limit.is_some_and(|limit| limit > BODY_LIMIT_MAX) {
            mistakes.push(format!("{route:?} takes more than {BODY_LIMIT_MAX} bytes"));
        }
        if route.schemas.is_example_wrong() {
            mistakes.push(format!("{route:?} has an example that is no JSON, or takes none"));
        }
        if route.statuses.is_empty() {
            mistakes.push(format!("{route:?} does not say what it answers"));
        }
    }
    mistakes
}
