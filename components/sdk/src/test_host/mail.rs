//! Letters that were queued, kept for the test to read. Nothing is sent.

use std::rc::Rc;

use super::sqlite::Sqlite;
use super::state::State;
use crate::host::{Answer, Mail, MailError};

/// A queued letter.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// An address, or the id of a user.
    pub to: String,
    /// Of a letter to an address.
    pub language: Option<String>,
    /// Which template.
    pub template: String,
    /// What stands for its placeholders.
    pub values: serde_json::Value,
}

struct Fake {
    store: Rc<Sqlite>,
    state: Rc<State>,
}

pub(super) fn fake(store: &Rc<Sqlite>, state: &Rc<State>) -> Rc<dyn Mail> {
    Rc::new(Fake { store: Rc::clone(store), state: Rc::clone(state) })
}

impl Fake {
    fn keep<'a>(
        &'a self,
        to: &str,
        language: Option<&str>,
        template: &str,
        values: &[u8],
    ) -> Answer<'a, Result<(), MailError>> {
        let Ok(values @ serde_json::Value::Object(_)) = serde_json::from_slice(values) else {
            return Answer::ready(Err(MailError::Rejected));
        };
        let letter = Letter {
            to: to.to_owned(),
            language: language.map(str::to_owned),
            template: template.to_owned(),
            values,
        };
        let state = Rc::clone(&self.state);
        // Queueing is a commit without statements: it records the event that is being handled.
        let store = Rc::clone(&self.store);
        Answer::waiting(async move {
            match crate::host::Sql::commit(&store, Vec::new(), Vec::new()).await {
                Ok(_) => {
                    state.letters.borrow_mut().push(letter);
                    Ok(())
                }
                Err(_) => Err(MailError::Unavailable),
            }
        })
    }
}

impl Mail for Fake {
    fn queue<'a>(
        &'a self,
        to_user: &'a str,
        template: &'a str,
        values: Vec<u8>,
    ) -> Answer<'a, Result<(), MailError>> {
        self.keep(to_user, None, template, &values)
    }

    fn queue_to<'a>(
        &'a self,
        address: &'a str,
        language: &'a str,
        template: &'a str,
        values: Vec<u8>,
    ) -> Answer<'a, Result<(), MailError>> {
        self.keep(address, Some(language), template, &values)
    }
}
