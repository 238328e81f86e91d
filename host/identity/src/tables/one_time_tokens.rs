//! Tokens that travel by mail, by their hashes.

use p2p_context::Timestamp;
use p2p_storage::Statement;
use p2p_storage::packed::{Params, RowReader};
use uuid::Uuid;

use super::{Fault, Tables, must_change_one, statement};

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Sets a new password.
    Reset,
    /// Proves an address.
    Verification,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeToken {
    /// SHA-256 of its text.
    pub hash: [u8; 32],
    /// What it is good for.
    pub kind: TokenKind,
    /// Whose it is.
    pub user: Uuid,
    /// The address it was mailed to.
    pub email: String,
    /// Until when it is good.
    pub expires: Timestamp,
}

impl TokenKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Verification => "verification",
        }
    }
}

/// A new one.
pub async fn token_insert(tables: Tables<'_>, token: &OneTimeToken) -> Result<(), Fault> {
    let text = "INSERT INTO one_time_tokens (token_hash, kind, user_id, email, expires_at)
        VALUES ($1, $2, $3, $4, $5)";
    let params = Params::new()
        .bytes(&token.hash)
        .text(token.kind.as_str())
        .uuid(token.user)
        .text(&token.email)
        .timestamp(token.expires);
    tables.execute(text, params).await?;
    Ok(())
}

/// The token of this hash, also when it has expired.
pub async fn token_find(
    tables: Tables<'_>,
    kind: TokenKind,
    hash: [u8; 32],
) -> Result<Option<OneTimeToken>, Fault> {
    let text = "SELECT user_id, email, expires_at FROM one_time_tokens WHERE token_hash = $1 AND kind = $2";
    let rows = tables.query(text, Params::new().bytes(&hash).text(kind.as_str())).await?;
    let mut reader = RowReader::new(&rows)?;
    if !reader.advance() {
        return Ok(None);
    }
    let (user, email, expires) = (reader.uuid()?, reader.text()?.to_owned(), reader.timestamp()?);
    Ok(Some(OneTimeToken { hash, kind, user, email, expires }))
}

/// Uses a token up, with all of its kind that the user has, and does what it is good for; false, and nothing is done,
/// when somebody else was quicker.
pub async fn token_use(
    tables: Tables<'_>,
    token: &OneTimeToken,
    effects: impl IntoIterator<Item = Statement>,
) -> Result<bool, Fault> {
    let text = "DELETE FROM one_time_tokens WHERE token_hash = $1";
    let used = must_change_one(text, Params::new().bytes(&token.hash));
    let statements = [used, tokens_forgotten(token.kind, token.user)].into_iter().chain(effects);
    tables.commit_unless_stale(statements.collect()).await
}

/// Makes all of a kind that a user has worthless.
pub async fn tokens_forget(tables: Tables<'_>, kind: TokenKind, user: Uuid) -> Result<(), Fault> {
    tables.commit(vec![tokens_forgotten(kind, user)]).await?;
    Ok(())
}

/// The statement that does so.
pub fn tokens_forgotten(kind: TokenKind, user: Uuid) -> Statement {
    let text = "DELETE FROM one_time_tokens WHERE user_id = $1 AND kind = $2";
    statement(text, Params::new().uuid(user).text(kind.as_str()))
}

/// Removes those that expired before this.
pub async fn token_sweep(tables: Tables<'_>, before: Timestamp) -> Result<(), Fault> {
    let text = "DELETE FROM one_time_tokens WHERE expires_at < $1";
    tables.execute(text, Params::new().timestamp(before)).await?;
    Ok(())
}
