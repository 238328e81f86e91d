//! Forums: people hear who named them, who answered them, whose answer was chosen and who likes what they wrote. Who may
//! not see a topic hears of nothing in it.

mod told;

use p2p_sdk::{Batch, Ctx, Delivery, Feature, Heard};

use self::told::Told;
use super::likes::liking;
use crate::announce::{Reason, announce, announce_with};
use crate::kind::Kind;
use crate::withdraw;

/// Subscribes.
pub fn hear(feature: Feature) -> Feature {
    feature
        .on_events(&["forums.topic.created", "forums.post.created", "forums.reply.created"], written)
        .on_events(&["forums.topic.updated", "forums.post.updated", "forums.reply.updated"], edited)
        .on_events(&["forums.topic.deleted", "forums.post.deleted", "forums.reply.deleted"], deleted)
        .on_event("forums.post.liked", liked)
        .on_event("forums.reply.liked", liked)
        .on_event("forums.answer.chosen", chosen)
        .on_event("forums.answer.withdrawn", withdrawn)
}

async fn written(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    let reasons: Vec<Reason> = told.named().into_iter().chain(told.answered()).collect();
    announce(ctx, &told.thing(Some(told.author_id)), &reasons).await
}

/// Who was named before is not told again; and a topic may be for fewer people than it was.
async fn edited(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    let thing = told.thing(Some(told.author_id));
    let Some(within) = thing.within else { return announce(ctx, &thing, &told.named()).await };
    let batch = withdraw::outsiders(Batch::new(), told.topic_id, within);
    announce_with(ctx, batch, &thing, &told.named()).await
}

async fn deleted(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    withdraw::thing(Batch::new(), told.id).commit(ctx).await?;
    Ok(())
}

async fn chosen(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    let reason = Reason { user: told.author_id, kind: Kind::BestAnswer, about: "reply" };
    announce(ctx, &told.thing(told.topic_author_id), &[reason]).await
}

async fn withdrawn(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    withdraw::kind(Batch::new(), Kind::BestAnswer, told.id).commit(ctx).await?;
    Ok(())
}

async fn liked(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    let about = told.entity_type();
    liking(ctx, &told.thing(told.actor_id), told.author_id, about, told.liked).await
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Actor;
    use serde_json::{Value, json};

    use crate::fixture::{Network, with};

    fn titles(network: &Network, of: &Actor) -> Vec<String> {
        network.told(of).iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    }

    /// Omar's reply to Huda's reply under Sara's post in the platform admin's topic, naming people.
    fn deep_reply(network: &Network, named: &[&Actor]) -> Value {
        let named: Vec<_> = named.iter().map(|actor| actor.user_id).collect();
        let told = with(network.reply_payload(), "mentions", json!(named));
        let told = with(told, "parentAuthorId", json!(network.huda.user_id));
        let told = with(told, "postAuthorId", json!(network.sara.user_id));
        with(told, "topicAuthorId", json!(network.layla.user_id))
    }

    #[test]
    fn everybody_hears_for_the_nearest_reason_and_once() {
        let network = Network::new();
        network.hear("forums.reply.created", &deep_reply(&network, &[]));
        let subject = "“Why does it vibrate?”";
        let titles = |of: &Actor| titles(&network, of);
        assert_eq!(titles(&network.huda), [format!("Omar Aziz answered your reply in {subject}")]);
        assert_eq!(titles(&network.sara), [format!("Omar Aziz replied to your post in {subject}")]);
        assert_eq!(titles(&network.layla), [format!("Omar Aziz answered in your topic {subject}")]);
        assert_eq!(titles(&network.omar), [""; 0]);
    }

    #[test]
    fn who_is_named_hears_that_and_nothing_else() {
        let network = Network::new();
        let told = deep_reply(&network, &[&network.huda, &network.omar, &network.sara]);
        let told = with(told, "postAuthorId", json!(network.huda.user_id));
        network.hear("forums.reply.created", &told);
        for of in [&network.huda, &network.sara] {
            assert_eq!(titles(&network, of), ["Omar Aziz mentioned you in “Why does it vibrate?”"]);
        }
        assert_eq!(titles(&network, &network.omar), [""; 0], "nobody mentions themselves");
    }

    #[test]
    fn an_answer_to_the_root_post_is_one_in_the_topic() {
        let network = Network::new();
        let told = network.reply_payload();
        let told = with(told.clone(), "postId", told["topicId"].clone());
        network.hear("forums.reply.created", &told);
        assert_eq!(
            titles(&network, &network.huda),
            ["Omar Aziz answered in your topic “Why does it vibrate?”"]
        );
    }

    #[test]
    fn who_may_not_see_the_topic_hears_of_nothing_in_it() {
        let network = Network::new();
        let inner = |told: Value| with(told, "visibility", json!("organization"));
        let told = inner(deep_reply(&network, &[&network.sara]));
        network.hear("forums.reply.created", &told);
        // Huda and Omar are colleagues; Sara and Layla are not theirs.
        assert_eq!((network.unread(&network.huda), network.unread(&network.sara)), (1, 0));
        assert_eq!(
            (network.unread(&network.layla), network.number("SELECT count(*) FROM notifications")),
            (0, 1)
        );
        let nobodys = with(inner(deep_reply(&network, &[])), "topicOrganizationId", json!(null));
        network.hear("forums.reply.created", &with(nobodys, "id", json!(network.host.new_id())));
        assert_eq!(network.number("SELECT count(*) FROM notifications"), 1);
    }

    #[test]
    fn an_edit_tells_only_who_was_not_named_before() {
        let network = Network::new();
        let told = with(network.reply_payload(), "mentions", json!([network.sara.user_id]));
        network.hear("forums.reply.created", &told);
        let both = json!([network.sara.user_id, network.layla.user_id]);
        network.hear("forums.reply.updated", &with(told.clone(), "mentions", both));
        assert_eq!((network.unread(&network.sara), network.unread(&network.layla)), (1, 1));
        assert_eq!(network.unread(&network.huda), 1, "who was answered is not told of an edit");
        let id = network.told(&network.sara)[0]["id"].as_str().unwrap().to_owned();
        network.host.delete(&format!("/notifications/{id}")).by(&network.sara).send();
        network.hear("forums.reply.updated", &told);
        assert_eq!(network.unread(&network.sara), 0, "what was put away is not told anew");
    }

    #[test]
    fn a_topic_that_becomes_an_inner_one_is_taken_back_from_outsiders() {
        let network = Network::new();
        let told = deep_reply(&network, &[]);
        network.hear("forums.reply.created", &told);
        let topic = with(told.clone(), "id", told["topicId"].clone());
        let topic = with(with(topic, "postId", json!(null)), "visibility", json!("organization"));
        network.hear("forums.topic.updated", &topic);
        assert_eq!([&network.huda, &network.sara, &network.layla].map(|of| network.unread(of)), [1, 0, 0]);
        network.settle();
        let readers: Vec<_> = network.host.letters().into_iter().map(|letter| letter.to).collect();
        assert_eq!(readers, [network.huda.user_id.to_string()], "nor does a letter go out that was due");
    }

    #[test]
    fn what_is_deleted_takes_its_notifications_along() {
        for (topic, field) in [
            ("forums.reply.deleted", "id"),
            ("forums.post.deleted", "postId"),
            ("forums.topic.deleted", "topicId"),
        ] {
            let network = Network::new();
            let told = network.reply_payload();
            network.hear("forums.reply.created", &told);
            network.topic_with_replies(1);
            network.hear(topic, &with(told.clone(), "id", told[field].clone()));
            assert_eq!(network.unread(&network.huda), 1, "{topic}");
        }
    }

    #[test]
    fn the_best_answer_is_told_to_its_author_and_mailed_once() {
        let network = Network::new();
        let told = with(network.reply_payload(), "topicAuthorId", json!(network.huda.user_id));
        network.hear("forums.answer.chosen", &told);
        let one = network.told(&network.omar);
        assert_eq!(one[0]["title"], "Your reply is the best answer in “Why does it vibrate?”");
        assert_eq!(
            (&one[0]["type"], network.mailed()),
            (&json!("bestAnswer"), vec!["best-answer".to_owned()])
        );
        network.hear("forums.answer.withdrawn", &told);
        assert_eq!(network.told(&network.omar).len(), 0);
        network.hear("forums.answer.chosen", &told);
        assert_eq!((network.told(&network.omar).len(), network.mailed()), (1, vec![]));
        let own = with(told, "authorId", json!(network.huda.user_id));
        network.hear("forums.answer.chosen", &with(own, "id", json!(network.host.new_id())));
        assert_eq!(network.told(&network.huda).len(), 0, "nobody hears of what they chose themselves");
    }

    #[test]
    fn likes_of_posts_and_replies_are_told_apart() {
        let network = Network::new();
        let reply = network.reply_payload();
        let reply = with(with(reply, "authorId", json!(network.huda.user_id)), "liked", json!(true));
        let reply = with(reply, "actorId", json!(network.sara.user_id));
        network.hear("forums.reply.liked", &reply);
        let post = with(reply.clone(), "id", reply["postId"].clone());
        network.hear("forums.post.liked", &post);
        let root = with(post.clone(), "id", reply["topicId"].clone());
        network.hear("forums.post.liked", &with(root, "postId", reply["topicId"].clone()));
        let wanted =
            ["topic “", "post in “", "reply in “"].map(|thing| format!("Sara Haddad likes your {thing}"));
        let titles = titles(&network, &network.huda);
        assert!(titles.iter().zip(&wanted).all(|(title, wanted)| title.starts_with(wanted)), "{titles:?}");
        network.hear("forums.reply.liked", &with(reply, "liked", json!(false)));
        assert_eq!(network.told(&network.huda).len(), 2);
    }

    #[test]
    fn what_does_not_fit_is_a_dead_letter() {
        let network = Network::new();
        let heard = network.host.hear(network.host.new_id(), "forums.post.created", "t", &json!({ "id": 7 }));
        assert!(matches!(heard, Err(p2p_sdk::EventError::Refuse(_))), "{heard:?}");
    }
}
