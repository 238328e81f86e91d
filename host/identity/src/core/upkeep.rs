//! What is done every second for the tenants in use, and every minute for their tables and their core.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use p2p_context::{Deadline, Timestamp};

use super::tenant::Tenant;
use super::{CoreIdentity, Fault, LONGEST_LIFE};
use crate::identity::IdentityCall;
use crate::tables::core_users::{user_discard, user_discard_older, user_discarded};
use crate::tables::login_failures::failure_sweep;
use crate::tables::revocations::revocation_sweep;

/// For one tenant's tables.
const PATIENCE: Duration = Duration::from_secs(5);
/// For what is asked of the core meanwhile: a slow one must not keep replicas from learning what was revoked.
const CORE_PATIENCE: Duration = Duration::from_millis(800);
/// As many tenants have their turn at once.
const AT_ONCE: usize = 8;
/// Between two rounds of tidying.
const ROUND: Duration = Duration::from_mins(1);
/// A pending credential that was not activated for so long belongs to a sign-up that died. An event that activates one
/// is tried for almost four hours.
const PENDING: Duration = Duration::from_hours(6);
/// Revocations are kept a little longer than the tokens they are about.
const MARGIN: Duration = Duration::from_mins(5);

impl CoreIdentity {
    pub(super) async fn keep_up(&self) {
        let tenants: Vec<_> = self.tenants.iter().map(|(_, tenant)| tenant).collect();
        let turn = async |tenant: Arc<Tenant>| {
            if let Err(fault) = self.keep_up_tenant(&tenant).await {
                tracing::warn!(tenant = %tenant.id, ?fault, "sessions of a tenant could not be kept up to date");
            }
        };
        stream::iter(tenants).for_each_concurrent(AT_ONCE, turn).await;
    }

    /// Reads what a tenant's first call would have to wait for.
    pub(super) async fn prepare_tenant(&self, call: &IdentityCall) {
        match self.tenant(call).await {
            Ok(tenant) => tenant.keys.keep_up(&self.core, call, self.clock.now()).await,
            Err(fault) => {
                tracing::warn!(tenant = %call.tenant, ?fault, "a tenant could not be prepared");
            }
        }
    }

    async fn keep_up_tenant(&self, tenant: &Tenant) -> Result<(), Fault> {
        let (deadline, now) = (Deadline::after(PATIENCE), self.clock.now());
        tenant.learn(deadline, now).await?;
        if now < Timestamp(tenant.kept_up.load(Ordering::Relaxed)).plus(ROUND) {
            return Ok(());
        }
        tenant.kept_up.store(now.0, Ordering::Relaxed);
        self.sweep(tenant, deadline, now).await?;
        let call = IdentityCall::new(tenant.id.clone(), Deadline::after(CORE_PATIENCE));
        tenant.keys.keep_up(&self.core, &call, now).await;
        self.remove_dead(tenant, &call, now).await
    }

    async fn sweep(&self, tenant: &Tenant, deadline: Deadline, now: Timestamp) -> Result<(), Fault> {
        let tables = tenant.tables(deadline);
        failure_sweep(tables, now.minus(self.config.lockout.span)).await?;
        let forgotten = now.minus(LONGEST_LIFE + MARGIN);
        revocation_sweep(tables, forgotten).await?;
        tenant.revocations.forget_before(forgotten);
        Ok(())
    }

    /// After a restart the events that activate sign-ups of before are given the same time to arrive.
    async fn remove_dead(&self, tenant: &Tenant, call: &IdentityCall, now: Timestamp) -> Result<(), Fault> {
        let tables = tenant.tables(Deadline::after(PATIENCE));
        if now >= self.started.plus(PENDING) {
            user_discard_older(tables, now.minus(PENDING), now).await?;
        }
        for user in user_discarded(tables).await? {
            if let Err(fault) = self.remove_discarded(tenant, call, user).await {
                tracing::warn!(tenant = %tenant.id, %user, ?fault, "a discarded user stays in the core for now");
                // To the end of the queue: others come first next time.
                user_discard(tables, user, now).await?;
            }
            if call.deadline.remaining().is_zero() {
                break;
            }
        }
        Ok(())
    }
}
