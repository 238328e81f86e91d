//! What is done every second for the tenants in use, and every minute for their tables.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use p2p_context::{Deadline, Timestamp};

use super::EmbeddedIdentity;
use super::tenant::Tenant;
use crate::fault::Fault;
use crate::tables::credentials::credential_sweep;
use crate::tables::login_failures::failure_sweep;
use crate::tables::one_time_tokens::token_sweep;
use crate::tables::revocations::revocation_sweep;
use crate::tables::sessions::session_sweep;

/// For one tenant's turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two rounds of tidying.
const ROUND: Duration = Duration::from_mins(1);
/// A pending credential that was not activated for so long belongs to a sign-up that died. An event that activates one
/// is tried for almost four hours.
const PENDING: Duration = Duration::from_hours(6);
/// Revocations are kept a little longer than the tokens they are about.
const MARGIN: Duration = Duration::from_mins(5);
/// So long an expired token is still known: using it takes newer ones of its user along.
const TOKEN_KEPT: Duration = Duration::from_hours(24);

impl EmbeddedIdentity {
    pub(super) async fn keep_up(&self) {
        let tenants: Vec<_> = self.tenants.iter().map(|(_, tenant)| tenant).collect();
        for tenant in tenants {
            if let Err(fault) = self.keep_up_tenant(&tenant).await {
                tracing::warn!(tenant = %tenant.id, ?fault, "sessions of a tenant could not be kept up to date");
            }
        }
    }

    async fn keep_up_tenant(&self, tenant: &Arc<Tenant>) -> Result<(), Fault> {
        let (deadline, now) = (Deadline::after(PATIENCE), self.clock.now());
        tenant.learn(deadline, now).await?;
        if now < Timestamp(tenant.kept_up.load(Ordering::Relaxed)).plus(ROUND) {
            return Ok(());
        }
        tenant.kept_up.store(now.0, Ordering::Relaxed);
        self.rotate_keys(tenant, deadline).await?;
        self.sweep(tenant, deadline, now).await
    }

    async fn sweep(&self, tenant: &Tenant, deadline: Deadline, now: Timestamp) -> Result<(), Fault> {
        let tables = tenant.tables(deadline);
        // After a restart the events that activate sign-ups of before are given the same time to arrive.
        if now >= self.started.plus(PENDING) {
            credential_sweep(tables, now.minus(PENDING)).await?;
        }
        failure_sweep(tables, now.minus(self.config.lockout.span)).await?;
        token_sweep(tables, now.minus(TOKEN_KEPT)).await?;
        session_sweep(tables, now).await?;
        let forgotten = now.minus(self.config.sessions.access_validity + MARGIN);
        revocation_sweep(tables, forgotten).await?;
        tenant.revocations.forget_before(forgotten);
        Ok(())
    }
}
