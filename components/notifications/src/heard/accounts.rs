//! Somebody's address is confirmed: they are welcome. Somebody came by an invitation: who invited them hears of it.

use p2p_sdk::{Ctx, Delivery, Feature, Heard, Uuid};
use serde::Deserialize;

use crate::announce::{Reason, Thing, announce};
use crate::kind::Kind;

/// Subscribes.
pub fn hear(feature: Feature) -> Feature {
    feature.on_event("accounts.user.verified", verified).on_event("accounts.invitation.accepted", accepted)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verified {
    user_id: Uuid,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Accepted {
    invited_by: Option<Uuid>,
    user_id: Option<Uuid>,
}

async fn verified(ctx: &Ctx, event: Delivery) -> Heard {
    let Verified { user_id } = event.read()?;
    let reason = Reason { user: user_id, kind: Kind::Welcome, about: "" };
    announce(ctx, &person(user_id, None), &[reason]).await
}

async fn accepted(ctx: &Ctx, event: Delivery) -> Heard {
    let Accepted { invited_by: Some(inviter), user_id: Some(user) } = event.read()? else { return Ok(()) };
    let reason = Reason { user: inviter, kind: Kind::Invitation, about: "" };
    announce(ctx, &person(user, Some(user)), &[reason]).await
}

const fn person(id: Uuid, actor: Option<Uuid>) -> Thing<'static> {
    Thing {
        entity_type: "user",
        entity_id: id,
        parent_id: None,
        container_id: None,
        actor,
        within: None,
        subject: "",
        text: "",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Network;

    #[test]
    fn whoever_is_confirmed_is_welcome_once() {
        let network = Network::new();
        let payload =
            json!({ "userId": network.sara.user_id, "organizationId": network.sara.organization_id });
        network.hear("accounts.user.verified", &payload);
        network.hear("accounts.user.verified", &payload);
        let told = network.told(&network.sara);
        assert_eq!((told.len(), &told[0]["type"], &told[0]["url"]), (1, &json!("welcome"), &json!("/")));
        assert_eq!((&told[0]["title"], &told[0]["actor"]), (&json!("Welcome to the network"), &json!(null)));
        assert_eq!(network.mailed(), [""; 0]);
    }

    #[test]
    fn who_invited_hears_who_came() {
        let network = Network::new();
        let payload = json!({
            "invitationId": network.host.new_id(), "organizationId": network.huda.organization_id,
            "email": "omar@works.example", "role": "member",
            "invitedBy": network.huda.user_id, "userId": network.omar.user_id,
        });
        network.hear("accounts.invitation.accepted", &payload);
        let told = network.told(&network.huda);
        assert_eq!(told[0]["title"], "Omar Aziz accepted your invitation");
        assert_eq!(told[0]["url"], format!("/users/{}", network.omar.user_id));
        // Told before there was a word of who invited.
        network.hear("accounts.invitation.accepted", &json!({ "userId": network.sara.user_id }));
        assert_eq!(network.number("SELECT count(*) FROM notifications"), 1);
    }
}
