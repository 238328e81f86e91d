//! Credentials and sessions in memory: pending until activated, locked after failures, refresh tokens used once.

use std::collections::HashMap;
use std::rc::Rc;

use super::state::State;
use crate::Headers;
use crate::host::{
    Answer, CredentialError, Credentials, Issued, OpenSession, Proof, Proven, SessionError, Sessions,
};

/// Failures after which an address is locked.
const FAILURES_MAX: u32 = 5;
const LOCK_SECONDS: u32 = 15 * 60;
/// Sessions of somebody that are listed.
const MOST_LISTED: usize = 100;
/// Microseconds.
const SESSION_LIFE: i64 = 100 * 24 * 3_600 * 1_000_000;
/// The one password that this host finds too common to be set anew.
const COMMON_PASSWORD: &str = "password1";
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

impl Credentials for Fake {
    fn create<'a>(
        &'a self,
        email: &'a str,
        password: &'a str,
    ) -> Answer<'a, Result<String, CredentialError>> {
        let mut people = self.0.people.borrow_mut();
        if people.credentials.get(email).is_some_and(|found| found.active) {
            return Answer::ready(Err(CredentialError::EmailTaken));
        }
        let user = self.0.new_id().to_string();
        let credential = Credential {
            user: user.clone(),
            password: password.to_owned(),
            active: false,
            verified: false,
            reset: Vec::new(),
            verification: Vec::new(),
        };
        people.credentials.insert(email.to_owned(), credential);
        Answer::ready(Ok(user))
    }

    fn activate<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), CredentialError>> {
        let mut people = self.0.people.borrow_mut();
        let found = people.of_user(user_id).map(|credential| credential.active = true);
        Answer::ready(found.ok_or(CredentialError::Missing))
    }

    fn discard<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), CredentialError>> {
        let mut people = self.0.people.borrow_mut();
        people.credentials.retain(|_, credential| credential.active || credential.user != user_id);
        Answer::ready(Ok(()))
    }

    fn verify<'a>(
        &'a self,
        email: &'a str,
        password: &'a str,
    ) -> Answer<'a, Result<String, CredentialError>> {
        Answer::ready(self.0.people.borrow_mut().verify(email, password))
    }

    fn exists<'a>(&'a self, email: &'a str) -> Answer<'a, Result<bool, CredentialError>> {
        Answer::ready(Ok(self.0.people.borrow().credentials.get(email).is_some_and(|found| found.active)))
    }

    fn create_reset_token<'a>(
        &'a self,
        email: &'a str,
    ) -> Answer<'a, Result<Option<Proof>, CredentialError>> {
        let token = self.0.new_id().to_string();
        let mut people = self.0.people.borrow_mut();
        let found = people.credentials.get_mut(email).filter(|found| found.active);
        Answer::ready(Ok(found.map(|found| {
            found.reset.push(token.clone());
            Proof { user_id: found.user.clone(), email: email.to_owned(), token }
        })))
    }

    fn reset_password<'a>(
        &'a self,
        token: &'a str,
        password: &'a str,
    ) -> Answer<'a, Result<Proven, CredentialError>> {
        if password == COMMON_PASSWORD {
            return Answer::ready(Err(CredentialError::WeakPassword));
        }
        let mut people = self.0.people.borrow_mut();
        let found = people.credentials.iter_mut().find(|(_, found)| found.reset.iter().any(|t| t == token));
        Answer::ready(found.ok_or(CredentialError::Missing).map(|(email, found)| {
            found.reset.clear();
            found.verified = true;
            password.clone_into(&mut found.password);
            Proven { user_id: found.user.clone(), email: email.clone() }
        }))
    }

    fn change_password<'a>(
        &'a self,
        user_id: &'a str,
        old: &'a str,
        new: &'a str,
    ) -> Answer<'a, Result<(), CredentialError>> {
        if new == COMMON_PASSWORD {
            return Answer::ready(Err(CredentialError::WeakPassword));
        }
        let mut people = self.0.people.borrow_mut();
        let Some(found) = people.of_user(user_id) else {
            return Answer::ready(Err(CredentialError::Missing));
        };
        if found.password != old {
            return Answer::ready(Err(CredentialError::WrongCredentials));
        }
        new.clone_into(&mut found.password);
        Answer::ready(Ok(()))
    }

    fn create_verification_token<'a>(
        &'a self,
        user_id: &'a str,
    ) -> Answer<'a, Result<Option<Proof>, CredentialError>> {
        let token = self.0.new_id().to_string();
        let mut people = self.0.people.borrow_mut();
        let found = people.credentials.iter_mut().find(|(_, found)| found.active && found.user == user_id);
        Answer::ready(found.ok_or(CredentialError::Missing).map(|(email, found)| {
            (!found.verified).then(|| {
                found.verification.push(token.clone());
                Proof { user_id: user_id.to_owned(), email: email.clone(), token }
            })
        }))
    }

    fn verify_email<'a>(&'a self, token: &'a str) -> Answer<'a, Result<Proven, CredentialError>> {
        let mut people = self.0.people.borrow_mut();
        let found =
            people.credentials.iter_mut().find(|(_, found)| found.verification.iter().any(|t| t == token));
        Answer::ready(found.ok_or(CredentialError::Missing).map(|(email, found)| {
            found.verification.clear();
            found.verified = true;
            Proven { user_id: found.user.clone(), email: email.clone() }
        }))
    }

    fn is_verified<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<bool, CredentialError>> {
        let mut people = self.0.people.borrow_mut();
        let found = people.of_user(user_id).filter(|found| found.active);
        Answer::ready(found.map(|found| found.verified).ok_or(CredentialError::Missing))
    }
}

impl Sessions for Fake {
    fn create<'a>(&'a self, user_id: &'a str, claims: Vec<u8>) -> Answer<'a, Result<Issued, SessionError>> {
        let session = Session {
            handle: self.0.new_id().to_string(),
            user: user_id.to_owned(),
            created_at: self.0.now.get(),
            claims,
            refresh: self.0.new_id().to_string(),
            used: Vec::new(),
            revoked: false,
        };
        let issued = session.issue();
        self.0.people.borrow_mut().sessions.push(session);
        Answer::ready(Ok(issued))
    }

    fn refresh<'a>(&'a self) -> Answer<'a, Result<Issued, SessionError>> {
        let fresh = self.0.new_id().to_string();
        Answer::ready(self.0.people.borrow_mut().refresh(fresh))
    }

    fn revoke<'a>(&'a self) -> Answer<'a, Result<Vec<u8>, SessionError>> {
        let mut people = self.0.people.borrow_mut();
        let presented = people.presented.clone();
        for session in
            people.sessions.iter_mut().filter(|session| Some(&session.refresh) == presented.as_ref())
        {
            session.revoked = true;
        }
        Answer::ready(Ok(cleared()))
    }

    fn revoke_user<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), SessionError>> {
        let mut people = self.0.people.borrow_mut();
        for session in people.sessions.iter_mut().filter(|session| session.user == user_id) {
            session.revoked = true;
        }
        Answer::ready(Ok(()))
    }

    fn update_claims<'a>(
        &'a self,
        user_id: &'a str,
        claims: Vec<u8>,
    ) -> Answer<'a, Result<(), SessionError>> {
        let mut people = self.0.people.borrow_mut();
        for session in people.sessions.iter_mut().filter(|session| session.user == user_id) {
            session.claims.clone_from(&claims);
        }
        Answer::ready(Ok(()))
    }

    fn restate<'a>(&'a self, claims: Vec<u8>) -> Answer<'a, Result<Vec<u8>, SessionError>> {
        let mut people = self.0.people.borrow_mut();
        let presented = people.presented.clone();
        let Some(session) = people.sessions.iter_mut().find(|session| is_open(session, presented.as_ref()))
        else {
            return Answer::ready(Err(SessionError::Absent));
        };
        session.claims = claims;
        let mut headers = Headers::new();
        headers.push(ACCESS_HEADER, &session.access());
        Answer::ready(Ok(headers.into_packed()))
    }

    fn list_user<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<Vec<OpenSession>, SessionError>> {
        let people = self.0.people.borrow();
        let open = people.sessions.iter().rev().filter(|session| session.user == user_id && !session.revoked);
        Answer::ready(Ok(open
            .take(MOST_LISTED)
            .map(|session| OpenSession {
                handle: session.handle.clone(),
                created_at: session.created_at,
                refreshed_at: session.created_at,
                expires_at: session.created_at + SESSION_LIFE,
                user_agent: "tests".to_owned(),
                is_current: is_open(session, people.presented.as_ref()),
            })
            .collect()))
    }

    fn revoke_one<'a>(&'a self, user_id: &'a str, handle: &'a str) -> Answer<'a, Result<bool, SessionError>> {
        let mut people = self.0.people.borrow_mut();
        let mut open =
            people.sessions.iter_mut().filter(|session| session.user == user_id && !session.revoked);
        let found = open.find(|session| session.handle == handle).map(|session| session.revoked = true);
        Answer::ready(Ok(found.is_some()))
    }

    fn revoke_others<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), SessionError>> {
        let mut people = self.0.people.borrow_mut();
        let presented = people.presented.clone();
        for session in people.sessions.iter_mut().filter(|session| session.user == user_id) {
            session.revoked |= !is_open(session, presented.as_ref());
        }
        Answer::ready(Ok(()))
    }
}

fn is_open(session: &Session, presented: Option<&String>) -> bool {
    !session.revoked && Some(&session.refresh) == presented
}
