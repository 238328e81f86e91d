//! The SDK's sessions and directory over the host's identity and directory. Translates types; decides
//! nothing.

use p2p_identity as identity;
use p2p_sdk::host::{
    Answer, Callers, Directory, DirectoryError, Identified, Issued, OpenSession, Refusal, SessionError,
    Sessions,
};
use p2p_sdk::{Headers, Rows};
use p2p_storage as store;
use uuid::Uuid;

use super::call::NativeCall;
use super::stores::rows;

impl Sessions for NativeCall {
    fn create<'a>(&'a self, user_id: &'a str, claims: Vec<u8>) -> Answer<'a, Result<Issued, SessionError>> {
        Answer::waiting(async move {
            let user = Uuid::parse_str(user_id).map_err(|_| SessionError::Absent)?;
            let claims = serde_json::from_slice(&claims).map_err(|_| SessionError::Absent)?;
            let (call, identity) = (self.identity_call(), &self.ground.identity);
            issued(identity.session_create(&call, &self.tokens, user, claims).await)
        })
    }

    fn refresh<'a>(&'a self) -> Answer<'a, Result<Issued, SessionError>> {
        Answer::waiting(async move {
            issued(self.ground.identity.session_refresh(&self.identity_call(), &self.tokens).await)
        })
    }

    fn revoke<'a>(&'a self) -> Answer<'a, Result<Vec<u8>, SessionError>> {
        Answer::waiting(async move {
            let cleared = self.ground.identity.session_revoke(&self.identity_call(), &self.tokens).await;
            cleared.map(|headers| packed(&headers)).map_err(session_error)
        })
    }

    fn revoke_user<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), SessionError>> {
        Answer::waiting(async move {
            let user = Uuid::parse_str(user_id).map_err(|_| SessionError::Absent)?;
            let identity = &self.ground.identity;
            identity.session_revoke_user(&self.identity_call(), user).await.map_err(session_error)
        })
    }

    fn update_claims<'a>(
        &'a self,
        user_id: &'a str,
        claims: Vec<u8>,
    ) -> Answer<'a, Result<(), SessionError>> {
        Answer::waiting(async move {
            let user = Uuid::parse_str(user_id).map_err(|_| SessionError::Absent)?;
            let claims = serde_json::from_slice(&claims).map_err(|_| SessionError::Absent)?;
            let identity = &self.ground.identity;
            identity.session_update_claims(&self.identity_call(), user, claims).await.map_err(session_error)
        })
    }

    fn restate<'a>(&'a self, claims: Vec<u8>) -> Answer<'a, Result<Vec<u8>, SessionError>> {
        Answer::waiting(async move {
            let claims = serde_json::from_slice(&claims).map_err(|_| SessionError::Absent)?;
            let (call, identity) = (self.identity_call(), &self.ground.identity);
            Ok(issued(identity.session_restate(&call, &self.tokens, claims).await)?.headers)
        })
    }

    fn list_user<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<Vec<OpenSession>, SessionError>> {
        Answer::waiting(async move {
            let user = Uuid::parse_str(user_id).map_err(|_| SessionError::Absent)?;
            let (call, identity) = (self.identity_call(), &self.ground.identity);
            let sessions = identity.session_list(&call, &self.tokens, user).await.map_err(session_error)?;
            Ok(sessions.into_iter().map(open_session).collect())
        })
    }

    fn revoke_one<'a>(&'a self, user_id: &'a str, handle: &'a str) -> Answer<'a, Result<bool, SessionError>> {
        Answer::waiting(async move {
            let user = Uuid::parse_str(user_id).map_err(|_| SessionError::Absent)?;
            let identity = &self.ground.identity;
            identity.session_revoke_one(&self.identity_call(), user, handle).await.map_err(session_error)
        })
    }

    fn revoke_others<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), SessionError>> {
        Answer::waiting(async move {
            let user = Uuid::parse_str(user_id).map_err(|_| SessionError::Absent)?;
            let (call, identity) = (self.identity_call(), &self.ground.identity);
            identity.session_revoke_others(&call, &self.tokens, user).await.map_err(session_error)
        })
    }
}

impl Callers for NativeCall {
    fn verify<'a>(&'a self, headers: Vec<u8>, safe: bool) -> Answer<'a, Result<Option<Identified>, Refusal>> {
        Answer::waiting(async move {
            let headers = Headers::from_packed(headers);
            let texts = headers.iter().filter_map(|(name, value)| {
                Some((std::str::from_utf8(name).ok()?, std::str::from_utf8(value).ok()?))
            });
            let tokens = identity::RequestTokens::read(texts);
            let known = self.ground.identity.authenticate(&self.identity_call(), &tokens, safe).await;
            known.map(|actor| actor.as_ref().map(identified)).map_err(refusal)
        })
    }
}

fn issued(answer: Result<identity::Issued, identity::SessionError>) -> Result<Issued, SessionError> {
    match answer {
        Ok(issued) => Ok(Issued { handle: issued.handle, headers: packed(&issued.headers) }),
        Err(error) => Err(session_error(error)),
    }
}

fn packed(headers: &identity::Headers) -> Vec<u8> {
    let mut packed = Headers::new();
    for (name, value) in headers {
        packed.push(name, value);
    }
    packed.into_packed()
}

fn open_session(session: identity::OpenSession) -> OpenSession {
    OpenSession {
        handle: session.handle,
        created_at: session.created_at.0,
        refreshed_at: session.refreshed_at.0,
        expires_at: session.expires_at.0,
        user_agent: session.user_agent,
        is_current: session.is_current,
    }
}

fn identified(actor: &p2p_context::Actor) -> Identified {
    Identified {
        user_id: actor.user_id.as_bytes().to_vec(),
        organization_id: actor.organization_id.map(|id| id.as_bytes().to_vec()),
        role: actor.role.as_str().to_owned(),
        platform_admin: actor.platform_admin,
        verified: actor.verified,
    }
}

fn refusal(error: identity::AuthenticateError) -> Refusal {
    match error {
        identity::AuthenticateError::TryRefresh | identity::AuthenticateError::AntiCsrf => {
            Refusal::TryRefresh
        }
        identity::AuthenticateError::Unauthorised { clear } => Refusal::Ended(packed(&clear)),
        identity::AuthenticateError::Unavailable(_) => Refusal::Unavailable,
    }
}

fn session_error(error: identity::SessionError) -> SessionError {
    match error {
        identity::SessionError::Absent => SessionError::Absent,
        identity::SessionError::Invalid(headers) => SessionError::Invalid(packed(&headers)),
        identity::SessionError::Reused(headers) => SessionError::Reused(packed(&headers)),
        identity::SessionError::Timeout => SessionError::Timeout,
        identity::SessionError::Unavailable(reason) => {
            tracing::error!(reason, "session store unavailable");
            SessionError::Unavailable
        }
    }
}

impl Directory for NativeCall {
    fn users<'a>(&'a self, ids: Vec<u8>) -> Answer<'a, Result<Rows, DirectoryError>> {
        Answer::waiting(async move {
            let (ids, _) = ids.as_chunks::<16>();
            let ids: Vec<Uuid> = ids.iter().map(|id| Uuid::from_bytes(*id)).collect();
            cards(self.ground.directory.users(self.deadline(), &ids).await)
        })
    }

    fn search<'a>(&'a self, query: &'a str, limit: u32) -> Answer<'a, Result<Rows, DirectoryError>> {
        Answer::waiting(
            async move { cards(self.ground.directory.search(self.deadline(), query, limit).await) },
        )
    }
}

fn cards(found: Result<store::Rows, store::SqlError>) -> Result<Rows, DirectoryError> {
    match found {
        Ok(found) => rows(found).ok_or(DirectoryError::Unavailable),
        Err(store::SqlError::Timeout) => Err(DirectoryError::Timeout),
        Err(error) => {
            tracing::error!(%error, "directory unavailable");
            Err(DirectoryError::Unavailable)
        }
    }
}
