//! `p2p key`: keys by which other programs act for a person. A running server learns of a change within half a minute.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use p2p_context::{Clock as _, Deadline, SystemClock, TenantId, Timestamp};
use p2p_identity::{ApiKey, ApiKeys, Identity, IdentityCall, KeyError, KeyScopes, NewKey};
use p2p_tenants::file::Tenant;
use uuid::Uuid;

use crate::cli::{Key, NewKeyFlags};
use crate::config::Config;
use crate::{admin, features, table, wiring};

/// Longest a look at the stores may take.
const PATIENCE: Duration = Duration::from_secs(10);
const HOUR: Duration = Duration::from_secs(3_600);
const HEADING: [&str; 8] = ["TENANT", "ID", "NAME", "ACTS FOR", "SCOPES", "STATE", "ENDS", "LAST USED"];

/// Runs the subcommand. Works beside a server.
pub async fn run(config: &Config, command: &Key) -> Result<()> {
    let tenants = features::find(&config.features)?;
    let (stores, identity) = wiring::identity_of(config).await?;
    let keys = ApiKeys::new(stores, std::sync::Arc::new(SystemClock));
    match command {
        Key::Create(flags) => {
            create(&keys, identity.as_ref(), admin::choose(&tenants, flags.tenant.as_deref())?, flags).await
        }
        Key::List { tenant } => list(&keys, identity.as_ref(), among(&tenants, tenant.as_deref())?).await,
        Key::Rotate { id, overlap_hours, tenant } => {
            let overlap = HOUR * *overlap_hours;
            rotate(&keys, among(&tenants, tenant.as_deref())?, *id, overlap).await
        }
        Key::Revoke { id, tenant } => revoke(&keys, among(&tenants, tenant.as_deref())?, *id).await,
    }
}

async fn create(keys: &ApiKeys, identity: &dyn Identity, tenant: &Tenant, flags: &NewKeyFlags) -> Result<()> {
    let scopes = scopes(tenant, &flags.scope)?;
    let call = call(&tenant.id);
    let user = identity.credential_by_email(&call, &flags.user).await?;
    let nobody = || format!("nobody of tenant `{}` has signed up as {}", tenant.id, flags.user);
    let user = user.with_context(nobody)?;
    let valid = flags.expires_days.map(|days| HOUR * 24 * days);
    let (key, text) = keys.create(&call, NewKey { user, name: flags.name.clone(), scopes, valid }).await?;
    let end =
        key.expires_at.map_or("until it is revoked".to_owned(), |end| format!("until {}", end.to_rfc3339()));
    eprintln!("Key {} acts for {} with {}, {end}. It is shown this once:", key.id, flags.user, key.scopes);
    println!("{text}");
    Ok(())
}

async fn list(keys: &ApiKeys, identity: &dyn Identity, tenants: &[Tenant]) -> Result<()> {
    let now = SystemClock.now();
    let mut rows = Vec::new();
    for tenant in tenants {
        let call = call(&tenant.id);
        for key in keys.list(&call).await? {
            let email = identity.credential_email(&call, key.user).await?;
            rows.push(row(&tenant.id, &key, email, now));
        }
    }
    print!("{}", table::render(HEADING, &rows));
    Ok(())
}

fn row(tenant: &TenantId, key: &ApiKey, email: Option<String>, now: Timestamp) -> [String; 8] {
    let time = |at: Option<Timestamp>| at.map_or("-".to_owned(), Timestamp::to_rfc3339);
    let state = match key.revoked_at {
        Some(_) => "revoked",
        None if key.is_good(now) => "good",
        None => "expired",
    };
    [
        tenant.to_string(),
        key.id.to_string(),
        key.name.clone(),
        email.unwrap_or_else(|| key.user.to_string()),
        key.scopes.to_string(),
        state.to_owned(),
        time(key.expires_at),
        time(key.last_used_at),
    ]
}

async fn rotate(keys: &ApiKeys, tenants: &[Tenant], id: Uuid, overlap: Duration) -> Result<()> {
    for tenant in tenants {
        match keys.rotate(&call(&tenant.id), id, overlap).await {
            Ok(text) => {
                let until = SystemClock.now().plus(overlap).to_rfc3339();
                eprintln!("The old secret stays good until {until}. The new key is shown this once:");
                println!("{text}");
                return Ok(());
            }
            Err(KeyError::Unknown) => {}
            Err(error) => return Err(error.into()),
        }
    }
    bail!("there is no key {id} that is still good; `p2p key list` shows them")
}

async fn revoke(keys: &ApiKeys, tenants: &[Tenant], id: Uuid) -> Result<()> {
    for tenant in tenants {
        match keys.revoke(&call(&tenant.id), id).await {
            Ok(()) => {
                println!("revoked; a running server refuses it within half a minute");
                return Ok(());
            }
            Err(KeyError::Unknown) => {}
            Err(error) => return Err(error.into()),
        }
    }
    bail!("there is no key {id}, or it was revoked before; `p2p key list` shows them")
}

/// The tenant that was named, or all of them.
fn among<'a>(tenants: &'a [Tenant], named: Option<&str>) -> Result<&'a [Tenant]> {
    match named {
        Some(_) => Ok(std::slice::from_ref(admin::choose(tenants, named)?)),
        None => Ok(tenants),
    }
}

/// A scope of a feature that is not there is most likely a slip of the pen.
fn scopes(tenant: &Tenant, texts: &[String]) -> Result<KeyScopes> {
    let scopes: KeyScopes = texts.join(" ").parse()?;
    for name in scopes.iter().filter_map(|scope| scope.feature.as_ref()) {
        if !tenant.features.contains_key(name) {
            bail!("tenant `{}` has no feature `{name}`; see `p2p feature list`", tenant.id);
        }
    }
    Ok(scopes)
}

fn call(tenant: &TenantId) -> IdentityCall {
    IdentityCall::new(tenant.clone(), Deadline::after(PATIENCE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_name_features_that_are_there() {
        let text = "[[tenant]]\nid = \"a\"\nhosts = [\"a\"]\n[tenant.features.forums]\nfile = \"forums.wasm\"\ngrants = []";
        let tenants = p2p_tenants::file::parse(text, std::path::Path::new("t.toml")).unwrap();
        let said = |scope: &str| scopes(&tenants[0], &[scope.to_owned()]).map(|scopes| scopes.to_string());
        assert_eq!(said("forums:read").unwrap(), "forums:read");
        assert_eq!(said("*:write").unwrap(), "*:write");
        assert!(said("forms:read").unwrap_err().to_string().contains("`forms`"));
        assert!(said("forums").unwrap_err().to_string().contains("`forums`"));
    }
}
