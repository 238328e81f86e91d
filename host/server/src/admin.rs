//! `p2p admin`: what only an operator may do. It is told to the features as an event, durably, so that it works
//! beside a running server and before one.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use p2p_context::{Clock as _, Deadline, FeatureName, Origin, SystemClock, new_uuid};
use p2p_identity::audit::{AuditEntry, AuditLog};
use p2p_identity::{IdentityCall, PLATFORM};
use p2p_jobs::Deliveries;
use p2p_storage::{Event, OutboxEvent};
use p2p_tenants::file::Tenant;
use serde_json::json;
use uuid::Uuid;

use crate::config::Config;
use crate::{features, wiring};

/// What is told; whoever keeps users listens.
const GRANTED: &str = "platform.admin.granted";
/// Longest a look at the stores may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes somebody a platform admin.
pub async fn grant(config: &Config, email: &str, tenant: Option<&str>) -> Result<()> {
    let tenants = features::find(&config.features)?;
    let tenant = choose(&tenants, tenant)?;
    let listeners = listeners(tenant)?;
    let (stores, identity) = wiring::identity_of(config).await?;
    let call = IdentityCall::new(tenant.id.clone(), Deadline::after(PATIENCE));
    let user = identity.credential_by_email(&call, email).await?;
    let user = user.with_context(|| format!("nobody of tenant `{}` has signed up as {email}", tenant.id))?;
    let event = event(user);
    let wanted: Vec<_> = listeners.into_iter().map(|listener| (&event, listener)).collect();
    let deliveries = Deliveries::open(stores.as_ref(), &tenant.id).await?;
    let entry = AuditEntry::new(&Origin::default(), event.committed_at, GRANTED, user.to_string());
    AuditLog::new(stores).append(&tenant.id, &[entry.with(json!({"email": email}))]).await?;
    deliveries.note(&FeatureName::new(PLATFORM)?, &wanted).await?;
    println!(
        "{email} becomes a platform admin of `{}`: within a second when the server runs, else at its next start",
        tenant.id
    );
    Ok(())
}

/// The tenant that was named, or the only one.
pub fn choose<'a>(tenants: &'a [Tenant], wanted: Option<&str>) -> Result<&'a Tenant> {
    let names = || tenants.iter().map(|tenant| tenant.id.as_str()).collect::<Vec<_>>().join(", ");
    match (wanted, tenants) {
        (None, [only]) => Ok(only),
        (None, _) => bail!("which tenant? Say --tenant with one of: {}", names()),
        (Some(wanted), _) => tenants
            .iter()
            .find(|tenant| tenant.id.as_str() == wanted)
            .with_context(|| format!("there is no tenant `{wanted}`, only: {}", names())),
    }
}

fn listeners(tenant: &Tenant) -> Result<Vec<FeatureName>> {
    let mut listeners = Vec::new();
    for (name, installation) in &tenant.features {
        let manifest = features::open(&installation.file)?.inspected.manifest;
        if manifest.subscribes.iter().any(|topic| topic == GRANTED) {
            listeners.push(name.clone());
        }
    }
    if listeners.is_empty() {
        bail!("no feature of tenant `{}` knows platform admins: install `accounts`", tenant.id);
    }
    Ok(listeners)
}

fn event(user: Uuid) -> OutboxEvent {
    let now = SystemClock.now();
    let payload = json!({"userId": user}).to_string().into_bytes();
    OutboxEvent {
        id: new_uuid(),
        // There is no outbox that would count; time keeps the order.
        position: now.0,
        committed_at: now,
        channel_seq: None,
        origin: Origin::default(),
        event: Event { topic: GRANTED.to_owned(), key: user.to_string(), payload },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenant_must_be_said_when_there_are_several() {
        let text = "[[tenant]]\nid = \"a\"\nhosts = [\"a\"]\n[[tenant]]\nid = \"b\"\nhosts = [\"b\"]";
        let two = p2p_tenants::file::parse(text, std::path::Path::new("t.toml")).unwrap();
        assert_eq!(choose(&two, Some("b")).unwrap().id.as_str(), "b");
        assert!(choose(&two, None).unwrap_err().to_string().contains("a, b"));
        assert!(choose(&two, Some("c")).is_err());
        assert_eq!(choose(&two[..1], None).unwrap().id.as_str(), "a");
    }
}
