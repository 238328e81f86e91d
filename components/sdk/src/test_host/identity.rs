//! Credentials and sessions in memory: pending until activated, locked after failures, refresh tokens used once.

mod credentials;
mod sessions;

use std::collections::HashMap;
use std::rc::Rc;

use super::state::State;
use crate::Headers;
use crate::host::{CredentialError, Credentials, Issued, SessionError, Sessions};

/// Failures after which an address is locked.
const FAILURES_MAX: u32 = 5;
const LOCK_SECONDS: u32 = 15 * 60;
const REFRESH_HEADER: &str = "st-refresh-token";
const ACCESS_HEADER: &str = "st-access-token";

#[derive(Default)]
pub(super) struct People {
    credentials: HashMap<String, Credential>,
    failures: HashMap<String, u32>,
    sessions: Vec<Session>,
    presented: Option<String>,
}

struct Credential {
    user: String,
    password: String,
    active: bool,
    verified: bool,
    reset: Vec<String>,
    verification: Vec<String>,
}

struct Session {
    handle: String,
    user: String,
    created_at: i64,
    claims: Vec<u8>,
    refresh: String,
    used: Vec<String>,
    revoked: bool,
}

impl People {
    /// The refresh token of an earlier answer comes with the next request.
    pub(super) fn present(&mut self, headers: &Headers) {
        self.presented = headers.get(REFRESH_HEADER).map(str::to_owned);
    }

    pub(super) fn forget_presented(&mut self) {
        self.presented = None;
    }

    fn of_user(&mut self, user: &str) -> Option<&mut Credential> {
        self.credentials.values_mut().find(|credential| credential.user == user)
    }

    fn verify(&mut self, email: &str, password: &str) -> Result<String, CredentialError> {
        let failures = self.failures.entry(email.to_owned()).or_default();
        if *failures >= FAILURES_MAX {
            return Err(CredentialError::Locked(LOCK_SECONDS));
        }
        let found = self.credentials.get(email).filter(|found| found.active && found.password == password);
        match found {
            Some(found) => {
                *failures = 0;
                Ok(found.user.clone())
            }
            None => {
                *failures += 1;
                Err(CredentialError::WrongCredentials)
            }
        }
    }

    fn refresh(&mut self, fresh: String) -> Result<Issued, SessionError> {
        let presented = self.presented.clone().ok_or(SessionError::Absent)?;
        let known =
            |session: &&mut Session| session.refresh == presented || session.used.contains(&presented);
        let Some(session) = self.sessions.iter_mut().find(known) else {
            return Err(SessionError::Invalid(cleared()));
        };
        if session.revoked {
            return Err(SessionError::Invalid(cleared()));
        }
        if session.refresh != presented {
            session.revoked = true;
            return Err(SessionError::Reused(cleared()));
        }
        session.used.push(std::mem::replace(&mut session.refresh, fresh));
        Ok(session.issue())
    }
}

impl Session {
    fn access(&self) -> String {
        format!("access {} {}", self.user, String::from_utf8_lossy(&self.claims))
    }

    fn issue(&self) -> Issued {
        let mut headers = Headers::new();
        headers.push(ACCESS_HEADER, &self.access());
        headers.push(REFRESH_HEADER, &self.refresh);
        Issued { handle: self.handle.clone(), headers: headers.into_packed() }
    }
}

fn cleared() -> Vec<u8> {
    let mut headers = Headers::new();
    headers.push(ACCESS_HEADER, "");
    headers.push(REFRESH_HEADER, "");
    headers.into_packed()
}

struct Fake(Rc<State>);

pub(super) fn credentials(state: &Rc<State>) -> Rc<dyn Credentials> {
    Rc::new(Fake(Rc::clone(state)))
}

pub(super) fn sessions(state: &Rc<State>) -> Rc<dyn Sessions> {
    Rc::new(Fake(Rc::clone(state)))
}
