//! `p2p admin`: what only an operator may do. It is told to the features as an event, durably, so that it works
//! beside a running server and before one.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use p2p_context::{Deadline, FeatureName, Origin};
use p2p_identity::IdentityCall;
use p2p_identity::audit::{AuditEntry, AuditLog};
use p2p_jobs::Deliveries;
use p2p_tenants::file::Tenant;
use serde_json::json;

use crate::config::Config;
use crate::{features, told, wiring};

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
    let event = told::event(GRANTED, user.to_string(), &json!({"userId": user}));
    let deliveries = Deliveries::open(stores.as_ref(), &tenant.id).await?;
    let entry = AuditEntry::new(&Origin::default(), event.committed_at, GRANTED, user.to_string());
    AuditLog::new(stores).append(&tenant.id, &[entry.with(json!({"email": email}))]).await?;
    told::tell(&deliveries, &event, listeners).await?;
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
        (None, _) => bail!("which tenant? Name one of: {}", names()),
        (Some(wanted), _) => tenants
            .iter()
            .find(|tenant| tenant.id.as_str() == wanted)
            .with_context(|| format!("there is no tenant `{wanted}`, only: {}", names())),
    }
}

fn listeners(tenant: &Tenant) -> Result<Vec<FeatureName>> {
    let listeners = told::listeners(tenant, GRANTED)?;
    if listeners.is_empty() {
        bail!("no feature of tenant `{}` knows platform admins: install `accounts`", tenant.id);
    }
    Ok(listeners)
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
