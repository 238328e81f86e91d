//! Credentials from pending to active. The core knows no pending ones: until it becomes real, a user has an address at
//! the core that nobody else can have or guess, so that a sign-up that died blocks nobody's address and signs nobody in.

use p2p_context::new_uuid;
use p2p_identity_core::{Email, check_password};
use uuid::Uuid;

use super::people::{self, Change, Person};
use super::tenant::Tenant;
use super::{CoreIdentity, Fault};
use crate::error::CredentialError;
use crate::identity::IdentityCall;
use crate::tables::Tables;
use crate::tables::core_users::{
    Standing, user_activate, user_discard, user_forget, user_insert, user_known, user_standing,
};

/// Names that no name server will ever know (RFC 6761).
const NOWHERE: &str = "p2p.invalid";

impl CoreIdentity {
    pub(super) async fn create_credential(
        &self,
        call: &IdentityCall,
        email: &str,
        password: &str,
    ) -> Result<Uuid, CredentialError> {
        let email = Email::parse(email).map_err(|_| CredentialError::InvalidEmail)?;
        check_password(password).map_err(CredentialError::WeakPassword)?;
        let tenant = self.tenant(call).await?;
        let tables = tenant.tables(call.deadline);
        let _place = self.place()?;
        if people::is_taken(&self.core, call, email.as_str()).await? {
            return Err(CredentialError::EmailTaken);
        }
        // Written down before the core makes the user: whatever dies in between, the sweep finds them.
        let unnamed = new_uuid();
        user_insert(tables, unnamed, &email, self.clock.now()).await?;
        let user = people::sign_up(&self.core, call, &pending_address(unnamed), password).await?;
        let user = user.ok_or_else(|| Fault::because("the core knows an address that was just made up"))?;
        user_known(tables, unnamed, user).await?;
        Ok(user)
    }

    /// The core decides who of several gets an address.
    pub(super) async fn activate_credential(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<(), CredentialError> {
        let tenant = self.tenant(call).await?;
        let tables = tenant.tables(call.deadline);
        let email = match user_standing(tables, user).await? {
            Some(Standing::Active) => return Ok(()),
            Some(Standing::Pending(email)) => email,
            Some(Standing::Discarded) | None => return Err(CredentialError::Missing),
        };
        match people::set_email(&self.core, call, user, &email).await? {
            Change::Done => {}
            Change::EmailTaken => return Err(CredentialError::EmailTaken),
            Change::Unknown => return Err(CredentialError::Missing),
        }
        if user_activate(tables, user, self.clock.now()).await? || self.is_active(tables, user).await? {
            return Ok(());
        }
        // Given up in between: the address goes with the user when the sweep removes them.
        Err(CredentialError::Missing)
    }

    pub(super) async fn discard_credential(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<(), CredentialError> {
        let tenant = self.tenant(call).await?;
        if user_discard(tenant.tables(call.deadline), user, self.clock.now()).await?
            && let Err(fault) = self.remove_discarded(&tenant, call, user).await
        {
            tracing::warn!(tenant = %tenant.id, %user, ?fault, "a discarded user stays in the core for now");
        }
        Ok(())
    }

    /// Removes a user for whom there is no way back. One whose id was never learned is known by their address.
    pub(super) async fn remove_discarded(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<(), Fault> {
        let unnamed = people::find_by_email(&self.core, call, &pending_address(user)).await?;
        people::remove(&self.core, call, unnamed.map_or(user, |person| person.id)).await?;
        user_forget(tenant.tables(call.deadline), user).await
    }

    pub(super) async fn find_credential(
        &self,
        call: &IdentityCall,
        email: &str,
    ) -> Result<Option<Person>, CredentialError> {
        let Ok(email) = Email::parse(email) else { return Ok(None) };
        let tenant = self.tenant(call).await?;
        let person = people::find_by_email(&self.core, call, email.as_str()).await?;
        let Some(person) = person else { return Ok(None) };
        Ok(self.is_active(tenant.tables(call.deadline), person.id).await?.then_some(person))
    }

    /// Somebody with an active credential.
    pub(super) async fn find_person(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<Option<Person>, CredentialError> {
        let tenant = self.tenant(call).await?;
        if !self.is_active(tenant.tables(call.deadline), user).await? {
            return Ok(None);
        }
        Ok(people::find_by_id(&self.core, call, user).await?)
    }

    /// Whether a user is this tenant's and real.
    pub(super) async fn is_active(&self, tables: Tables<'_>, user: Uuid) -> Result<bool, Fault> {
        Ok(user_standing(tables, user).await? == Some(Standing::Active))
    }
}

/// The address of a user of whom the core has not said yet what it calls them.
fn pending_address(user: Uuid) -> String {
    format!("{user}@{NOWHERE}")
}
