//! The `secrets` capability: sealing for one feature in one tenant.

use p2p_context::{Scope, TenantId};
use p2p_identity_core::{NONCE_BYTES, SealingKey, Secrets};

/// Makes sealers from the deployment's secrets.
#[derive(Debug, Clone)]
pub struct Sealers(Secrets);

/// Seals and opens what one feature keeps in one tenant, and nothing else.
#[derive(Debug, Clone)]
pub struct Sealer(SealingKey);

/// Why something was not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not sealed by this feature in this tenant, altered, or sealed under a retired secret.
    #[error("unreadable")]
    Unreadable,
    /// The machine gave no random bytes, or the text is too long to encrypt.
    #[error("cannot seal")]
    Failed,
}

impl Sealers {
    /// Over these secrets.
    pub fn new(secrets: Secrets) -> Self {
        Self(secrets)
    }

    /// The sealer of a scope.
    pub fn of(&self, scope: &Scope) -> Sealer {
        Sealer(self.0.key(&["feature", scope.tenant.as_str(), scope.feature.as_str()]))
    }

    /// The host's own sealer of a tenant's letters while they wait to be sent. No feature has it.
    pub fn of_mail(&self, tenant: &TenantId) -> Sealer {
        Sealer(self.0.key(&["mail", tenant.as_str()]))
    }
}

impl Sealer {
    /// Encrypts and authenticates.
    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| SealError::Failed)?;
        self.0.seal(nonce, &[], plain).map_err(|_| SealError::Failed)
    }

    /// Decrypts what `seal` answered.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        self.0.open(&[], sealed).map_err(|_| SealError::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use p2p_context::{FeatureName, TenantId};

    use super::*;

    fn sealer(secrets: &Secrets, tenant: &str, feature: &str) -> Sealer {
        let scope =
            Scope { tenant: TenantId::new(tenant).unwrap(), feature: FeatureName::new(feature).unwrap() };
        Sealers::new(secrets.clone()).of(&scope)
    }

    #[test]
    fn only_the_same_feature_in_the_same_tenant_opens() {
        let secrets = Secrets::new("a secret of some length", []).unwrap();
        let sealed = sealer(&secrets, "acme", "messaging").seal(b"hello").unwrap();
        assert_eq!(sealer(&secrets, "acme", "messaging").open(&sealed), Ok(b"hello".to_vec()));
        assert_eq!(sealer(&secrets, "acme", "forums").open(&sealed), Err(SealError::Unreadable));
        assert_eq!(sealer(&secrets, "other", "messaging").open(&sealed), Err(SealError::Unreadable));
        assert_ne!(
            sealer(&secrets, "acme", "messaging").seal(b"hello").unwrap(),
            sealed,
            "never twice the same"
        );
    }

    #[test]
    fn an_older_secret_opens_until_it_is_taken_away() {
        let (old, new) = ("an old secret of some length", "a new secret of some length");
        let sealed = sealer(&Secrets::new(old, []).unwrap(), "acme", "messaging").seal(b"hello").unwrap();
        assert_eq!(
            sealer(&Secrets::new(new, [old]).unwrap(), "acme", "messaging").open(&sealed),
            Ok(b"hello".to_vec())
        );
        assert_eq!(
            sealer(&Secrets::new(new, []).unwrap(), "acme", "messaging").open(&sealed),
            Err(SealError::Unreadable)
        );
    }
}
