//! E-mails and passwords: pending until activated, tokens used once.

use super::{Credential, Fake};
use crate::host::{Answer, CredentialError, Credentials, Proof, Proven};

/// The one password that this host finds too common to be set anew.
const COMMON_PASSWORD: &str = "password1";

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
