//! The letter that brings an invitation, in the language of whoever invited. The token is unsealed for it and stands
//! nowhere else.

use p2p_sdk::{Ctx, Delivery, EventError, FromRow, Heard, Problem, Row, RowError, params};
use serde_json::json;

use super::LIFE_DAYS;
use super::row::{COLUMNS, Invitation, Told};
use crate::auth::link;

const TEMPLATE: &str = "invitation";

/// An invitation with what its letter needs.
struct Letter {
    invitation: Invitation,
    sealed: Vec<u8>,
    organization: String,
    inviter: String,
}

impl<'a> FromRow<'a> for Letter {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        let invitation = Invitation::from_row(row)?;
        Ok(Self { invitation, sealed: row.get()?, organization: row.get()?, inviter: row.get()? })
    }
}

/// Hears `CREATED` and `RESENT`. Nothing is sent for an invitation that is gone or expired by now.
pub async fn send(ctx: &Ctx, event: Delivery) -> Heard {
    let Told { invitation_id, .. } = event.read()?;
    let text = format!(
        "SELECT {COLUMNS}, i.token_sealed, o.name, u.first_name || ' ' || u.last_name FROM invitations i \
         JOIN organizations o ON o.id = i.organization_id JOIN users u ON u.id = i.invited_by \
         WHERE i.id = $1 AND i.expires_at > $2"
    );
    let rows = ctx.sql().query(&text, &params![invitation_id, ctx.now()]).await?;
    let Some(letter) = rows.first::<Letter>()? else { return Ok(()) };
    let unreadable = || EventError::Refuse(format!("the token of invitation {invitation_id} cannot be read"));
    let token = ctx.secrets().open(&letter.sealed).map_err(|_| unreadable())?;
    let token = String::from_utf8(token).map_err(|_| unreadable())?;
    let Invitation { email, language, first_name, .. } = &letter.invitation;
    let values = json!({
        "firstName": first_name,
        "organization": letter.organization,
        "inviter": letter.inviter,
        "link": link(ctx, TEMPLATE, &token)?,
        "days": LIFE_DAYS.to_string(),
    });
    let queued = ctx.mail().queue_to(email, language, TEMPLATE, values.to_string().into_bytes()).await;
    Ok(queued.map_err(Problem::from)?)
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::TestHost;
    use p2p_sdk::{Actor, EventError, Language};
    use serde_json::{Value, json};

    use crate::fixture::{execute, with_layla};

    /// What is told when Layla invites Nura.
    fn invited() -> (TestHost, Actor, Value) {
        let (host, layla) = with_layla();
        let body =
            json!({ "email": "nura@gmail.com", "firstName": "Nura", "lastName": "S", "role": "member" });
        let answered = host.post("/users/invite").by(&layla).language(Language::Ar).json(&body).send();
        assert_eq!(answered.status, 201);
        let told = serde_json::from_slice(&host.events()[0].payload).unwrap();
        (host, layla, told)
    }

    fn hear(host: &TestHost, topic: &str, told: &Value) -> p2p_sdk::Heard {
        host.hear(host.new_id(), topic, told["invitationId"].as_str().unwrap(), told)
    }

    #[test]
    fn it_names_who_invites_and_brings_a_token_that_opens() {
        let (host, _, told) = invited();
        assert_eq!(hear(&host, super::super::row::CREATED, &told), Ok(()));
        let letters = host.letters();
        let [letter] = letters.as_slice() else { panic!("{letters:?}") };
        assert_eq!((letter.to.as_str(), letter.language.as_deref()), ("nura@gmail.com", Some("ar")));
        assert_eq!(
            (letter.template.as_str(), &letter.values["organization"]),
            ("invitation", &json!("Nakheel Dates"))
        );
        assert_eq!(
            (&letter.values["inviter"], &letter.values["days"]),
            (&json!("Layla Al Harbi"), &json!("7"))
        );
        let link = letter.values["link"].as_str().unwrap();
        let token = link.split(['=', '&']).nth(1).unwrap();
        assert!(link.contains("/auth/invitation?token=") && token.len() == 64, "{link}");
        let shown = host.get(&format!("/invitations/{token}")).send();
        assert_eq!((shown.status, &shown.json()["firstName"]), (200, &json!("Nura")));
    }

    #[test]
    fn nothing_goes_out_for_what_is_gone() {
        let (host, layla, told) = invited();
        let path = format!("/users/invitations/{}", told["invitationId"].as_str().unwrap());
        assert_eq!(host.delete(&path).by(&layla).send().status, 204);
        assert_eq!(hear(&host, super::super::row::CREATED, &told), Ok(()));
        let (host, _, told) = invited();
        execute(&host, "UPDATE invitations SET expires_at = 0");
        assert_eq!(hear(&host, super::super::row::RESENT, &told), Ok(()));
        assert_eq!(host.letters(), []);
    }

    #[test]
    fn a_token_that_cannot_be_read_is_for_an_operator() {
        let (host, _, told) = invited();
        execute(&host, "UPDATE invitations SET token_sealed = x'00'");
        let heard = hear(&host, super::super::row::CREATED, &told);
        assert!(matches!(heard, Err(EventError::Refuse(_))), "{heard:?}");
        assert_eq!(host.letters(), []);
    }
}
