//! The rule that a route's manifest entry sets: who may call it at all. Finer rules are the feature's.

use p2p_context::{Actor, Role};
use p2p_tenants::Access;

use crate::problem::{Code, Problem};

/// Refuses a caller whom the route is not for.
pub fn check(access: Access, actor: Option<&Actor>) -> Result<(), Problem> {
    let Some(actor) = actor else {
        return if access == Access::Public { Ok(()) } else { Err(Code::Unauthenticated.into()) };
    };
    let is_allowed = match access {
        Access::Public | Access::Session => true,
        Access::Admin => actor.role == Role::Admin || actor.platform_admin,
        Access::PlatformAdmin => actor.platform_admin,
    };
    if is_allowed { Ok(()) } else { Err(Code::Forbidden.into()) }
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
            (Access::Session, ["unauthenticated", "in", "in", "in"]),
            (Access::Admin, ["unauthenticated", "forbidden", "in", "in"]),
            (Access::PlatformAdmin, ["unauthenticated", "forbidden", "forbidden", "in"]),
        ] {
            let callers = [None, Some(&member), Some(&admin), Some(&platform)];
            assert_eq!(callers.map(|caller| answer(access, caller)), expected, "{access:?}");
        }
    }
}
