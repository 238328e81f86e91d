//! `p2p:platform/mail`: letters by template, kept as events of the host in the feature's own outbox.

use std::collections::BTreeMap;

use p2p_context::{Deadline, Language};
use p2p_identity::{CredentialError, Email};
use p2p_storage::{Event, SqlError};
use uuid::Uuid;
use wasmtime::component::HasSelf;

use super::{Caller, timed};
use crate::bindings::p2p::platform::mail::{Error, Host, HostWithStore};
use crate::letter::Letter;
use crate::state::{CallState, FeatureServices, GuestState};

/// Bytes of the values of one letter, as JSON.
const VALUES_BYTES: usize = 16 << 10;
/// Values of one letter.
const VALUES_COUNT: usize = 32;

type Values = BTreeMap<String, String>;

impl Host for GuestState {}

impl<T: Send> HostWithStore<T> for HasSelf<GuestState> {
    async fn queue(
        caller: &Caller<T>,
        to_user: String,
        template: String,
        values: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        let Ok(user) = Uuid::parse_str(&to_user) else { return Ok(Err(Error::Rejected)) };
        let Some(values) = caller.with(|mut access| take(access.get(), &template, &values))? else {
            return Ok(Err(Error::Rejected));
        };
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        match timed(caller, receiver(&services, call.deadline, user)).await? {
            Ok((to, language)) => keep(caller, letter(&services, to, language, template, values)).await,
            Err(error) => Ok(Err(error)),
        }
    }

    async fn queue_to(
        caller: &Caller<T>,
        address: String,
        language: String,
        template: String,
        values: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        let services = caller.with(|mut access| access.get().services.clone());
        let (true, Ok(to), Some(language)) =
            (services.stationery.to_anybody, Email::parse(&address), Language::named(&language))
        else {
            return Ok(Err(Error::Rejected));
        };
        let Some(values) = caller.with(|mut access| take(access.get(), &template, &values))? else {
            return Ok(Err(Error::Rejected));
        };
        keep(caller, letter(&services, to.as_str().to_owned(), language, template, values)).await
    }
}

/// The values of a letter that may be queued, counted against the call's allowance; none when it may not.
fn take(state: &mut GuestState, template: &str, values: &[u8]) -> wasmtime::Result<Option<Values>> {
    if !state.services.stationery.templates.contains(template) {
        return Ok(None);
    }
    let Some(values) = parse_values(values) else { return Ok(None) };
    let call = state.call()?;
    let Some(left) = call.mails_left.checked_sub(1) else { return Ok(None) };
    call.mails_left = left;
    Ok(Some(values))
}

fn parse_values(json: &[u8]) -> Option<Values> {
    if json.len() > VALUES_BYTES {
        return None;
    }
    serde_json::from_slice::<Values>(json).ok().filter(|values| values.len() <= VALUES_COUNT)
}

/// Where a person reads mail, and in which language.
async fn receiver(
    services: &FeatureServices,
    deadline: Deadline,
    user: Uuid,
) -> Result<(String, Language), Error> {
    let identity = services.identity_call(deadline);
    let address = services.identity.credential_email(&identity, user).await.map_err(no_address)?;
    let address = address.ok_or(Error::Rejected)?;
    let language = services.directory.language(deadline, user).await.map_err(|error| {
        tracing::error!(scope = %services.scope, %error, "the language of a letter cannot be read");
        Error::Unavailable
    })?;
    Ok((address, language))
}

fn no_address(error: CredentialError) -> Error {
    match error {
        CredentialError::Missing => Error::Rejected,
        error => {
            tracing::error!(%error, "the address of a letter cannot be read");
            Error::Unavailable
        }
    }
}

fn letter(
    services: &FeatureServices,
    to: String,
    language: Language,
    template: String,
    values: Values,
) -> Letter {
    Letter { to, language, feature: services.feature().clone(), template, values }
}

async fn keep<T: Send>(caller: &Caller<T>, letter: Letter) -> wasmtime::Result<Result<(), Error>> {
    let services = caller.with(|mut access| access.get().services.clone());
    let event = letter
        .into_event(&services.stationery.sealer)
        .map_err(|error| wasmtime::format_err!("a letter: {error}"))?;
    match commit(caller, &event).await? {
        // Another write of this call may have recorded the event while this one waited for its turn. If not, the event
        // was handled before, and its letters with it.
        Err(SqlError::Stale(_)) if !is_handling(caller)? => {
            Ok(answer(&services, commit(caller, &event).await?))
        }
        Err(SqlError::Stale(_)) => Ok(Ok(())),
        kept => Ok(answer(&services, kept)),
    }
}

/// One commit with the record of the event that is being handled, if none of this call was before.
async fn commit<T: Send>(caller: &Caller<T>, event: &Event) -> wasmtime::Result<Result<(), SqlError>> {
    let (services, call) = caller.with(|mut access| access.get().store_use())?;
    let events = std::slice::from_ref(event);
    let kept = timed(caller, services.stores.sql.commit(call, &[], events)).await?;
    if kept.is_ok() {
        caller.with(|mut access| access.get().call().map(CallState::kept_in_sql))?;
    }
    Ok(kept.map(drop))
}

fn is_handling<T: Send>(caller: &Caller<T>) -> wasmtime::Result<bool> {
    caller.with(|mut access| access.get().call().map(|call| call.handling.is_some()))
}

fn answer(services: &FeatureServices, kept: Result<(), SqlError>) -> Result<(), Error> {
    kept.map_err(|error| {
        tracing::error!(scope = %services.scope, %error, "a letter cannot be kept");
        Error::Unavailable
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_texts_by_name_within_bounds() {
        assert_eq!(parse_values(br#"{"name": "Sara"}"#).unwrap()["name"], "Sara");
        assert!(parse_values(b"{}").is_some());
        for wrong in ["[]", "null", "", r#"{"n": 1}"#, r#"{"n": null}"#, r#"{"n": {}}"#] {
            assert!(parse_values(wrong.as_bytes()).is_none(), "{wrong}");
        }
        let many: Vec<String> = (0..=VALUES_COUNT).map(|n| format!("\"{n}\":\"\"")).collect();
        assert!(parse_values(format!("{{{}}}", many.join(",")).as_bytes()).is_none());
        let large = format!("{{\"n\":\"{}\"}}", "x".repeat(VALUES_BYTES));
        assert!(parse_values(large.as_bytes()).is_none());
    }
}
