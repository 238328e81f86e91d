//! Keys by which other programs act for a person of a tenant: made, changed and taken back by operators, verified for
//! every request that brings one. Knows no routes; who the person is now, the directory says.

mod believed;
mod scope;
mod table;
mod text;

use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Clock, Deadline, FeatureName, Scope, TenantId, Timestamp, new_uuid};
use p2p_identity_core::digest;
use p2p_storage::packed::Malformed;
use p2p_storage::{OpenError, SqlError, StoreLimits, Stores};
use serde_json::json;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

pub use scope::{InvalidScope, KeyScope, KeyScopes, Right};
pub use text::is_key;

use crate::audit::AuditEntry;
use crate::identity::IdentityCall;
use crate::migrations::{PLATFORM, platform_migrations};
use believed::{Believed, KeyName, KnownKey};
use table::{KeyRow, KeyTable};

/// Longest a note may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A key as its owner and operators may see it: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Names it in lists and in the audit log.
    pub id: Uuid,
    /// Whom it acts for.
    pub user: Uuid,
    /// What it is for, in its owner's words.
    pub name: String,
    /// What it may do.
    pub scopes: KeyScopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// A key that is to be made.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Whom it acts for.
    pub user: Uuid,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: KeyScopes,
    /// How long it is good; none for until it is revoked.
    pub valid: Option<Duration>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No key of this tenant, or one that is good no longer.
    #[error("no such key")]
    Unknown,
    /// The store cannot be used. For the log alone.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

/// The keys of every tenant, in the host's own tables.
pub struct ApiKeys {
    stores: Arc<dyn Stores>,
    clock: Arc<dyn Clock>,
    believed: Believed,
}

impl ApiKeys {
    /// Over these stores. A tenant's keys are read when they are first used.
    pub fn new(stores: Arc<dyn Stores>, clock: Arc<dyn Clock>) -> Self {
        Self { stores, clock, believed: Believed::new() }
    }

    /// Makes a key. Its text is told this once and kept nowhere.
    pub async fn create(&self, call: &IdentityCall, new: NewKey) -> Result<(ApiKey, String), KeyError> {
        let (now, secret) = (self.clock.now(), text::fresh_secret()?);
        let NewKey { user, name, scopes, valid } = new;
        let key = ApiKey {
            id: new_uuid(),
            user,
            name,
            scopes,
            created_at: now,
            expires_at: valid.map(|span| now.plus(span)),
            revoked_at: None,
            last_used_at: None,
        };
        let details = json!({"user": key.user, "name": key.name, "scopes": key.scopes.to_string(),
            "expiresAt": key.expires_at.map(Timestamp::to_rfc3339)});
        let entry = entry(call, now, "identity.key.created", key.id).with(details);
        let row = KeyRow { key, secret_hash: digest(secret.as_bytes()), previous: None };
        self.table(&call.tenant, call.deadline).await?.key_insert(&row, &entry).await?;
        let text = text::compose(row.key.id, &secret);
        Ok((row.key, text))
    }

    /// Every key of the tenant, also those that are good no longer, the oldest first.
    pub async fn list(&self, call: &IdentityCall) -> Result<Vec<ApiKey>, KeyError> {
        let rows = self.table(&call.tenant, call.deadline).await?.key_list().await?;
        Ok(rows.into_iter().map(|row| row.key).collect())
    }

    /// Gives a key another secret and answers its new text. The old one stays good for a while, so that programs can
    /// be changed one after the other; one that was old already ends at once.
    pub async fn rotate(&self, call: &IdentityCall, id: Uuid, overlap: Duration) -> Result<String, KeyError> {
        let (now, secret) = (self.clock.now(), text::fresh_secret()?);
        let until = now.plus(overlap);
        let details = json!({"oldSecretUntil": until.to_rfc3339()});
        let entry = entry(call, now, "identity.key.rotated", id).with(details);
        let table = self.table(&call.tenant, call.deadline).await?;
        table.key_rotate(id, &digest(secret.as_bytes()), until, &entry).await?;
        self.believed.forget(&(call.tenant.clone(), id));
        Ok(text::compose(id, &secret))
    }

    /// Takes a key back: here at once, in other processes within half a minute.
    pub async fn revoke(&self, call: &IdentityCall, id: Uuid) -> Result<(), KeyError> {
        let entry = entry(call, self.clock.now(), "identity.key.revoked", id);
        self.table(&call.tenant, call.deadline).await?.key_revoke(id, &entry).await?;
        self.believed.forget(&(call.tenant.clone(), id));
        Ok(())
    }

    /// The key of this text. `Unknown` for one that is wrong, revoked or expired: why is nobody's business.
    pub async fn verify(&self, call: &IdentityCall, text: &str) -> Result<ApiKey, KeyError> {
        let (id, secret) = text::parse(text).ok_or(KeyError::Unknown)?;
        let name = (call.tenant.clone(), id);
        let known = match self.believed.get(&name) {
            Some(known) => known,
            None => self.read(&name, call.deadline).await?,
        };
        let (mut known, now) = (known.ok_or(KeyError::Unknown)?, self.clock.now());
        if !known.row.opens(secret, now) && known.may_have_changed(now) {
            known = self.read(&name, call.deadline).await?.ok_or(KeyError::Unknown)?;
        }
        if !known.row.opens(secret, now) {
            return Err(KeyError::Unknown);
        }
        self.believed.note_use(&name, &known, now);
        Ok(known.row.key.clone())
    }

    /// To be called every second: writes down which keys were used.
    pub async fn tick(&self) {
        for ((tenant, id), at) in self.believed.take_used() {
            let noted = async {
                let deadline = Deadline::after(PATIENCE);
                self.table(&tenant, deadline).await?.key_use(id, at).await
            };
            if let Err(error) = noted.await {
                tracing::warn!(%tenant, key = %id, %error, "the use of a key was not noted");
            }
        }
    }

    async fn read(&self, name: &KeyName, deadline: Deadline) -> Result<Option<Arc<KnownKey>>, KeyError> {
        let before = self.believed.before(self.clock.now());
        let row = self.table(&name.0, deadline).await?.key_find(name.1).await?;
        Ok(self.believed.keep(&before, name, row))
    }

    async fn table(&self, tenant: &TenantId, deadline: Deadline) -> Result<KeyTable, KeyError> {
        let feature = FeatureName::new(PLATFORM).map_err(KeyError::because)?;
        let scope = Scope { tenant: tenant.clone(), feature };
        let stores = self.stores.open(&scope, &platform_migrations(), StoreLimits::default()).await?;
        Ok(KeyTable { sql: stores.sql, deadline })
    }
}

impl KeyRow {
    /// Whether the secret is this key's, now. Takes as long for a wrong one.
    fn opens(&self, secret: &str, now: Timestamp) -> bool {
        let hash = digest(secret.as_bytes());
        let is_present = hash.ct_eq(&self.secret_hash);
        let (previous, until) = self.previous.unwrap_or(([0; 32], Timestamp(i64::MIN)));
        let is_previous = hash.ct_eq(&previous);
        let is_good = self.key.is_good(now);
        is_good && (bool::from(is_present) || (bool::from(is_previous) && now < until))
    }
}

impl ApiKey {
    /// Whether it opens anything at this time.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

impl KeyError {
    fn because(reason: impl ToString) -> Self {
        Self::Unavailable(reason.to_string())
    }
}

macro_rules! unavailable {
    ($($error:ty),*) => {$(
        impl From<$error> for KeyError {
            fn from(error: $error) -> Self {
                Self::because(error)
            }
        }
    )*};
}

unavailable!(SqlError, OpenError, Malformed, getrandom::Error);

impl std::fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKeys").finish_non_exhaustive()
    }
}

fn entry(call: &IdentityCall, now: Timestamp, action: &str, id: Uuid) -> AuditEntry {
    AuditEntry::new(&call.origin, now, action, id.to_string())
}
