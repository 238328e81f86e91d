//! Sessions: opened, refreshed, listed and ended.

use super::{ACCESS_HEADER, Fake, Session, cleared};
use crate::Headers;
use crate::host::{Answer, Issued, OpenSession, SessionError, Sessions};

/// Sessions of somebody that are listed.
const MOST_LISTED: usize = 100;
/// Microseconds.
const SESSION_LIFE: i64 = 100 * 24 * 3_600 * 1_000_000;

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
