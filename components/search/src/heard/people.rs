//! People, as the directory shows them at the time of the event: nothing of what the event says of them is believed, so
//! that whatever comes late or twice leaves the truth.

use p2p_sdk::{Batch, Ctx, Delivery, Feature, Heard, People, Person, Uuid, params};
use serde::{Deserialize, Serialize};

use crate::entries::{Below, Entry, Kind, bury, load};

const TOPICS: [&str; 6] = [
    "accounts.user.signed-up",
    "accounts.user.updated",
    "accounts.user.verified",
    "accounts.user.deactivated",
    "accounts.user.reactivated",
    "accounts.user.retold",
];
const RENAMED: &str = "accounts.organization.updated";
/// Told to oneself, when an organization has more people than one commit takes.
const GO_ON: &str = "search.people.continued";
const TOGETHER: u32 = 40;

const COLLEAGUES: &str = "SELECT id FROM entries WHERE kind = 'user' AND organization_id = $1 AND id > $2 \
    ORDER BY id LIMIT $3";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Somebody {
    user_id: Uuid,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Organization {
    organization_id: Uuid,
    after: Option<Uuid>,
}

/// Subscribes.
pub fn hear(feature: Feature) -> Feature {
    feature.on_events(&TOPICS, somebody).on_event(RENAMED, organization).on_event(GO_ON, organization)
}

async fn somebody(ctx: &Ctx, event: Delivery) -> Heard {
    let Somebody { user_id } = event.read()?;
    let cards = People::ask(ctx, std::iter::once(user_id)).await?;
    let card = People::read(&cards)?.get(user_id);
    show(ctx, Batch::new(), &card, &event).await?.commit(ctx).await?;
    Ok(())
}

async fn organization(ctx: &Ctx, event: Delivery) -> Heard {
    let Organization { organization_id, after } = event.read()?;
    let after = after.unwrap_or(Uuid::NIL);
    let found = ctx.sql().query(COLLEAGUES, &params![organization_id, after, TOGETHER]).await?;
    let people: Vec<Uuid> = found.read(|row| row.get())?;
    let cards = People::ask(ctx, people.iter().copied()).await?;
    let cards = People::read(&cards)?;
    let mut batch = Batch::new();
    for id in &people {
        batch = show(ctx, batch, &cards.get(*id), &event).await?;
    }
    if people.len() == TOGETHER as usize {
        let rest = Organization { organization_id, after: people.last().copied() };
        batch = batch.event(GO_ON, organization_id, &rest);
    }
    batch.commit(ctx).await?;
    Ok(())
}

/// Adds to a batch that somebody is found by this card, or no longer when they left.
async fn show(
    ctx: &Ctx,
    batch: Batch,
    card: &Person<'_>,
    event: &Delivery,
) -> Result<Batch, p2p_sdk::Problem> {
    let dialect = ctx.sql().dialect();
    if !card.is_active {
        return Ok(bury(batch, dialect, card.id, Below::Nothing));
    }
    let (old, _) = load(ctx, card.id, card.id).await?;
    let mut entry = old.unwrap_or_else(|| Entry::new(card.id, Kind::User, card.id, event.committed_at));
    entry.gone = false;
    entry.organization_id = card.organization.map(|organization| organization.id);
    card.name.clone_into(&mut entry.title);
    let named = card.organization.map(|organization| organization.name);
    let about: Vec<&str> = card.title.into_iter().chain(named).collect();
    entry.set_body(&about.join(" · "));
    Ok(entry.keep(batch, dialect))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Role};
    use serde_json::json;

    use crate::fixture::{Found, Index};

    fn tell(index: &Index, topic: &str, actor: &Actor) {
        let told = json!({ "userId": actor.user_id, "organizationId": actor.organization_id, "firstName": "Forged" });
        assert_eq!(index.host.hear(index.host.new_id(), topic, actor.user_id, &told), Ok(()));
    }

    #[test]
    fn whoever_signs_up_is_found_by_what_the_directory_shows() {
        let index = Index::new();
        tell(&index, "accounts.user.signed-up", &index.huda);
        let wanted = [Found { id: index.huda.user_id, kind: "user" }];
        for query in ["huda", "salem%20huda", "engineer", "acme", "hud"] {
            assert_eq!(index.found(query), wanted, "{query}");
        }
        assert_eq!(index.found("forged"), []);
        let page = index.search("/search/users?q=huda").json();
        assert_eq!(page["items"][0]["title"], "Huda Salem");
        assert_eq!(page["items"][0]["author"]["name"], "Huda Salem");
        assert_eq!(page["items"][0]["snippet"], "Engineer · Acme");
    }

    #[test]
    fn whoever_left_is_found_no_longer_and_who_comes_back_is() {
        let index = Index::new();
        tell(&index, "accounts.user.signed-up", &index.huda);
        index.set_active(&index.huda, false);
        tell(&index, "accounts.user.deactivated", &index.huda);
        assert_eq!(index.found("huda"), []);
        tell(&index, "accounts.user.retold", &index.huda);
        assert_eq!(index.found("huda"), []);
        index.set_active(&index.huda, true);
        tell(&index, "accounts.user.reactivated", &index.huda);
        assert_eq!(index.found("huda").len(), 1);
    }

    #[test]
    fn nobody_is_found_whom_the_directory_does_not_know() {
        let index = Index::new();
        tell(&index, "accounts.user.signed-up", &index.host.person(Role::Member));
        assert_eq!(index.found("forged"), []);
    }

    #[test]
    fn an_organization_is_renamed_a_page_at_a_time() {
        let index = Index::new();
        let colleagues: Vec<_> = (0..45).map(|_| index.host.colleague(&index.huda, Role::Member)).collect();
        for colleague in &colleagues {
            index.introduce(colleague, "A Colleague", "Acme");
            tell(&index, "accounts.user.signed-up", colleague);
            index.introduce(colleague, "A Colleague", "Zenith");
        }
        let told = json!({ "organizationId": index.huda.organization_id, "name": "Zenith" });
        let id = index.huda.organization_id.unwrap();
        assert_eq!(index.host.hear(index.host.new_id(), "accounts.organization.updated", id, &told), Ok(()));
        let count = |query: &str| {
            index.search(&format!("/search/users?q={query}&count=true")).json()["total"].clone()
        };
        assert_eq!((count("zenith"), count("acme")), (json!(40), json!(5)));
        let events = index.host.events();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, "search.people.continued"));
        let rest: serde_json::Value = serde_json::from_slice(&events[0].payload).unwrap();
        assert_eq!(index.host.hear(index.host.new_id(), "search.people.continued", id, &rest), Ok(()));
        assert_eq!((count("zenith"), count("acme")), (json!(45), json!(0)));
        assert!(index.host.events().is_empty());
    }
}
