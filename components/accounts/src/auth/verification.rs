//! Whether an address is proven. The host knows it of the credential, the user's row repeats it for everybody else. The
//! host is told first; a process that dies in between leaves a row that lags behind, and the next look makes up for it:
//! at a sign-in, when a browser asks, or when the mail is asked for again.

use p2p_sdk::host::CredentialError;
use p2p_sdk::{Batch, Ctx, Problem, Uuid, params};
use serde::Serialize;

use super::{letter, minute, session};
use crate::users::{Account, UserRow};

/// Somebody has proven that they read mail at their address.
pub const VERIFIED: &str = "accounts.user.verified";

const LETTER: &str = "verify-email";
const MARK: &str = "UPDATE users SET is_verified = $2, version = version + 1 WHERE id = $1";

/// What `VERIFIED` tells.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verified {
    user_id: Uuid,
    organization_id: Uuid,
}

/// What became of the wish for another mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// There is nothing left to prove.
    Verified,
    /// It is on its way.
    Sent,
    /// One was sent less than a minute ago.
    TooSoon,
}

/// Uses up a token; answers whose it was. None: it is not good, or nobody has an account by it.
pub async fn verify_by(ctx: &Ctx, token: &str) -> Result<Option<Account>, Problem> {
    let proven = match ctx.credentials().verify_email(token).await {
        Ok(proven) => proven,
        Err(CredentialError::Missing) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut account = session::account_of(ctx, &proven.user_id).await?;
    if let Some(account) = &mut account {
        mark(ctx, account).await?;
    }
    Ok(account)
}

/// Whether the address is proven, after making up for what a process that died left undone.
pub async fn is_verified(ctx: &Ctx, account: &mut Account) -> Result<bool, Problem> {
    if !account.user.is_verified {
        match ctx.credentials().is_verified(&account.user.id.to_string()).await {
            Ok(true) => mark(ctx, account).await?,
            // A credential that still waits for its event is nobody's.
            Ok(false) | Err(CredentialError::Missing) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(account.user.is_verified)
}

/// Sends the mail again, once a minute.
pub async fn send_again(ctx: &Ctx, account: &mut Account) -> Result<Asked, Problem> {
    if is_verified(ctx, account).await? {
        return Ok(Asked::Verified);
    }
    if !minute::is_first(ctx, &minute_of(&account.user)).await {
        return Ok(Asked::TooSoon);
    }
    match ctx.credentials().create_verification_token(&account.user.id.to_string()).await {
        Ok(Some(proof)) => letter::send(ctx, account, LETTER, &proof.token).await?,
        Ok(None) => {
            mark(ctx, account).await?;
            return Ok(Asked::Verified);
        }
        // The event that activates the credential sends the mail.
        Err(CredentialError::Missing) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(Asked::Sent)
}

/// For a credential that has just been activated: sends the first mail. Who came by an invitation has followed a mail
/// already; then the host learns that the address is proven.
pub async fn begin(ctx: &Ctx, account: &Account) -> Result<(), Problem> {
    let Some(proof) = ctx.credentials().create_verification_token(&account.user.id.to_string()).await? else {
        return Ok(());
    };
    if account.user.is_verified {
        ctx.credentials().verify_email(&proof.token).await?;
        return Ok(());
    }
    // Sent whether or not it is the first within a minute: who asked before this was given none.
    minute::is_first(ctx, &minute_of(&account.user)).await;
    letter::send(ctx, account, LETTER, &proof.token).await
}

/// Adds to a batch that the user's address is proven.
pub fn user_verify(batch: Batch, user: &UserRow) -> Batch {
    let event = Verified { user_id: user.id, organization_id: user.organization_id };
    batch.run_one(MARK, params![user.id, true]).event(VERIFIED, user.id, &event)
}

/// The sessions learn it from the row, now or by the event.
async fn mark(ctx: &Ctx, account: &mut Account) -> Result<(), Problem> {
    if account.user.is_verified {
        return Ok(());
    }
    account.user.is_verified = true;
    user_verify(Batch::new(), &account.user).commit(ctx).await?;
    session::settle_at_once(ctx, account.user.id).await;
    Ok(())
}

fn minute_of(user: &UserRow) -> String {
    format!("verify {}", user.id)
}
