//! Invitations that expired and that nobody sent again for weeks: they go by the clock, and when their organization invites
//! somebody, on hosts that run no jobs.

use std::time::Duration;

use p2p_sdk::{Batch, Ctx, Heard, Timestamp, Uuid, params};

use super::LIFE;

/// So many lives after its end, nobody sends one again.
const KEPT_EXPIRED: u32 = 4;
/// Between two looks.
pub const EVERY: Duration = Duration::from_secs(60 * 60);
/// As many go at once; the rest an hour later.
const STEP: i64 = 1_000;

const OF_ORGANIZATION: &str = "DELETE FROM invitations WHERE organization_id = $1 AND expires_at <= $2";
const OF_ALL: &str = "DELETE FROM invitations WHERE id IN \
    (SELECT id FROM invitations WHERE expires_at <= $1 ORDER BY expires_at, id LIMIT $2)";

/// Adds to a batch that those of an organization go.
pub fn of_organization(batch: Batch, organization: Uuid, now: Timestamp) -> Batch {
    batch.run(OF_ORGANIZATION, params![organization, before(now)])
}

/// Lets them go, whosever they are.
pub async fn run(ctx: &Ctx, _: Timestamp) -> Heard {
    Batch::new().run(OF_ALL, params![before(ctx.now()), STEP]).commit(ctx).await?;
    Ok(())
}

/// What expired before this is nobody's any more.
fn before(now: Timestamp) -> Timestamp {
    now - LIFE * KEPT_EXPIRED
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Role;
    use serde_json::json;

    use super::*;
    use crate::fixture::{count, with_layla};

    #[test]
    fn what_expired_long_ago_goes_by_the_clock_and_nothing_else() {
        let (host, layla) = with_layla();
        let invite = |email: &str| {
            let body = json!({ "email": email, "firstName": "F", "lastName": "L", "role": "member" });
            assert_eq!(host.post("/users/invite").by(&layla).json(&body).send().status, 201);
        };
        invite("old@x.sa");
        host.advance(LIFE);
        invite("young@x.sa");
        let run = || host.run_job("invitations", host.now());
        host.advance(LIFE * KEPT_EXPIRED - Duration::from_secs(1));
        assert_eq!((run(), count(&host, "invitations")), (Ok(()), 2));
        host.advance(Duration::from_secs(1));
        assert_eq!((run(), count(&host, "invitations")), (Ok(()), 1));
        assert_eq!((run(), count(&host, "invitations")), (Ok(()), 1), "again it does no harm");
        let left = host.get("/users/invitations").by(&layla).send().json();
        assert_eq!(left["items"][0]["email"], "young@x.sa");
        assert_eq!(
            host.get("/users/invitations").by(&host.colleague(&layla, Role::Member)).send().status,
            403
        );
    }

    #[test]
    fn it_is_a_range_of_one_index() {
        let (host, _) = with_layla();
        let steps = host.plan(OF_ALL, &params![Timestamp(0), STEP]);
        let wanted = "SEARCH invitations USING COVERING INDEX invitations_expiry (expires_at<?)";
        assert!(steps.iter().any(|step| step == wanted), "{steps:?}");
    }
}
