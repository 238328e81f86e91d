//! Credentials, sessions and mail, one call at a time.

use super::bindings::direct::p2p::platform::{callers, credentials, mail, sessions};
use super::direct::Direct;
use crate::host::{
    Answer, Callers, CredentialError, Credentials, Identified, Issued, Mail, MailError, OpenSession, Proof,
    Proven, Refusal, SessionError, Sessions,
};

impl Credentials for Direct {
    fn create<'a>(
        &'a self,
        email: &'a str,
        password: &'a str,
    ) -> Answer<'a, Result<String, CredentialError>> {
        Answer::ready(credentials::create(email, password))
    }

    fn activate<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), CredentialError>> {
        Answer::ready(credentials::activate(user_id))
    }

    fn discard<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), CredentialError>> {
        Answer::ready(credentials::discard(user_id))
    }

    fn verify<'a>(
        &'a self,
        email: &'a str,
        password: &'a str,
    ) -> Answer<'a, Result<String, CredentialError>> {
        Answer::ready(credentials::verify(email, password))
    }

    fn exists<'a>(&'a self, email: &'a str) -> Answer<'a, Result<bool, CredentialError>> {
        Answer::ready(credentials::exists(email))
    }

    fn create_reset_token<'a>(
        &'a self,
        email: &'a str,
    ) -> Answer<'a, Result<Option<Proof>, CredentialError>> {
        Answer::ready(credentials::create_reset_token(email))
    }

    fn reset_password<'a>(
        &'a self,
        token: &'a str,
        password: &'a str,
    ) -> Answer<'a, Result<Proven, CredentialError>> {
        Answer::ready(credentials::reset_password(token, password))
    }

    fn change_password<'a>(
        &'a self,
        user_id: &'a str,
        old: &'a str,
        new: &'a str,
    ) -> Answer<'a, Result<(), CredentialError>> {
        Answer::ready(credentials::change_password(user_id, old, new))
    }

    fn create_verification_token<'a>(
        &'a self,
        user_id: &'a str,
    ) -> Answer<'a, Result<Option<Proof>, CredentialError>> {
        Answer::ready(credentials::create_verification_token(user_id))
    }

    fn verify_email<'a>(&'a self, token: &'a str) -> Answer<'a, Result<Proven, CredentialError>> {
        Answer::ready(credentials::verify_email(token))
    }

    fn is_verified<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<bool, CredentialError>> {
        Answer::ready(credentials::is_verified(user_id))
    }
}

impl Sessions for Direct {
    fn create<'a>(&'a self, user_id: &'a str, claims: Vec<u8>) -> Answer<'a, Result<Issued, SessionError>> {
        Answer::ready(sessions::create(user_id, &claims))
    }

    fn refresh<'a>(&'a self) -> Answer<'a, Result<Issued, SessionError>> {
        Answer::ready(sessions::refresh())
    }

    fn revoke<'a>(&'a self) -> Answer<'a, Result<Vec<u8>, SessionError>> {
        Answer::ready(sessions::revoke())
    }

    fn revoke_user<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), SessionError>> {
        Answer::ready(sessions::revoke_user(user_id))
    }

    fn update_claims<'a>(
        &'a self,
        user_id: &'a str,
        claims: Vec<u8>,
    ) -> Answer<'a, Result<(), SessionError>> {
        Answer::ready(sessions::update_claims(user_id, &claims))
    }

    fn restate<'a>(&'a self, claims: Vec<u8>) -> Answer<'a, Result<Vec<u8>, SessionError>> {
        Answer::ready(sessions::restate(&claims))
    }

    fn list_user<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<Vec<OpenSession>, SessionError>> {
        Answer::ready(sessions::list_user(user_id))
    }

    fn revoke_one<'a>(&'a self, user_id: &'a str, handle: &'a str) -> Answer<'a, Result<bool, SessionError>> {
        Answer::ready(sessions::revoke_one(user_id, handle))
    }

    fn revoke_others<'a>(&'a self, user_id: &'a str) -> Answer<'a, Result<(), SessionError>> {
        Answer::ready(sessions::revoke_others(user_id))
    }
}

impl Callers for Direct {
    fn verify<'a>(&'a self, headers: Vec<u8>, safe: bool) -> Answer<'a, Result<Option<Identified>, Refusal>> {
        Answer::ready(callers::verify(&headers, safe))
    }
}

impl Mail for Direct {
    fn queue<'a>(
        &'a self,
        to_user: &'a str,
        template: &'a str,
        values: Vec<u8>,
    ) -> Answer<'a, Result<(), MailError>> {
        Answer::ready(mail::queue(to_user, template, &values))
    }

    fn queue_to<'a>(
        &'a self,
        address: &'a str,
        language: &'a str,
        template: &'a str,
        values: Vec<u8>,
    ) -> Answer<'a, Result<(), MailError>> {
        Answer::ready(mail::queue_to(address, language, template, &values))
    }
}
