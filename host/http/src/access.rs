//! The rule that a route's manifest entry sets: who may call it at all. Finer rules are the feature's.

use p2p_context::{Actor, Role};
use p2p_tenants::{Access, Route};

use crate::problem::{Code, Problem};

/// Refuses a caller whom the route is not for.
pub fn check(access: Access, actor: Option<&Actor>) -> Result<(), Problem> {
    let Some(actor) = actor else {
        let is_open = matches!(access, Access::Public | Access::Optional);
        return if is_open { Ok(()) } else { Err(Code::Unauthenticated.into()) };
    };
    let is_allowed = match access {
        Access::Public | Access::Optional | Access::Session => true,
        Access::Admin => actor.role == Role::Admin || actor.platform_admin,
        Access::PlatformAdmin => actor.platform_admin,
    };
    if is_allowed { Ok(()) } else { Err(Code::Forbidden.into()) }
}

/// Refuses somebody whose address nobody confirmed, where the operator wants it confirmed: on every route that needs a
/// session, but for those by which it is confirmed.
pub fn check_verified(is_wanted: bool, route: &Route, actor: Option<&Actor>) -> Result<(), Problem> {
    let is_open = route.unverified || matches!(route.access, Access::Public | Access::Optional);
    if !is_wanted || is_open || actor.is_none_or(|actor| actor.verified) {
        return Ok(());
    }
    Err(Code::EmailNotVerified.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(role: Role, platform_admin: bool) -> Actor {
        let user_id = p2p_context::new_uuid();
        Actor { user_id, organization_id: None, role, platform_admin, verified: true, session: String::new() }
    }

    fn answer(access: Access, actor: Option<&Actor>) -> &'static str {
        match check(access, actor) {
            Ok(()) => "in",
            Err(problem) if problem.status == Code::Forbidden.status() => "forbidden",
            Err(_) => "unauthenticated",
        }
    }

    #[test]
    fn each_rule_lets_in_whom_it_is_for() {
        let (member, admin) = (actor(Role::Member, false), actor(Role::Admin, false));
        let platform = actor(Role::Member, true);
        for (access, expected) in [
            (Access::Public, ["in", "in", "in", "in"]),
            (Access::Optional, ["in", "in", "in", "in"]),
            (Access::Session, ["unauthenticated", "in", "in", "in"]),
            (Access::Admin, ["unauthenticated", "forbidden", "in", "in"]),
            (Access::PlatformAdmin, ["unauthenticated", "forbidden", "forbidden", "in"]),
        ] {
            let callers = [None, Some(&member), Some(&admin), Some(&platform)];
            assert_eq!(callers.map(|caller| answer(access, caller)), expected, "{access:?}");
        }
    }

    #[test]
    fn an_unconfirmed_address_closes_what_needs_a_session_when_that_is_wanted() {
        let (verified, not) =
            (actor(Role::Admin, true), Actor { verified: false, ..actor(Role::Admin, true) });
        let route = |access: &str, unverified: bool| {
            let json = serde_json::json!({"method": "GET", "path": "/a", "access": access, "unverified": unverified});
            serde_json::from_value::<Route>(json).unwrap()
        };
        for (route, is_closed) in [
            (route("session", false), true),
            (route("admin", false), true),
            (route("session", true), false),
            (route("optional", false), false),
            (route("public", false), false),
        ] {
            let refused = |is_wanted, actor| check_verified(is_wanted, &route, actor).is_err();
            assert_eq!(refused(true, Some(&not)), is_closed, "{route:?}");
            assert!(!refused(false, Some(&not)) && !refused(true, Some(&verified)) && !refused(true, None));
        }
    }
}
