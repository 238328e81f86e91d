//! How many messages somebody has not read: `GET /messages/unread-count`, and telling it again to who counts along.

use p2p_sdk::{
    Batch, Ctx, EventError, Feature, Problem, Request, Response, RetellPage, Retold, Uuid, get, params,
};
use serde::Serialize;

use crate::told;

const COUNT: &str =
    "SELECT CAST(sum(unread) AS BIGINT) FROM conversation_sides WHERE user_id = $1 AND unread > 0";
/// Everybody, also those who have read all: who counts along may think otherwise.
const EVERYBODY: &str = "SELECT user_id, CAST(sum(unread) AS BIGINT) FROM conversation_sides WHERE user_id > $1 \
    GROUP BY user_id ORDER BY user_id LIMIT $2";

/// How many there are.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct UnreadCount {
    pub count: i64,
}

async fn count(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    let rows = ctx.sql().query(COUNT, &params![ctx.actor()?.user_id]).await?;
    let count = rows.value::<Option<i64>>()?.flatten().unwrap_or(0);
    Ok(Response::ok(&UnreadCount { count }))
}

async fn tell(ctx: &Ctx, page: RetellPage) -> Result<Retold, EventError> {
    let rows = ctx.sql().query(EVERYBODY, &params![page.after_id()?, page.limit]).await?;
    let people = rows.all::<(Uuid, i64)>()?;
    let ids: Vec<_> = people.iter().map(|(id, _)| *id).collect();
    let batch =
        people.into_iter().fold(Batch::new(), |batch, (id, count)| batch.tell(told::unread(id, count)));
    Ok(page.told(&ids, batch))
}

/// What counting adds to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature
        .route(
            get("/messages/unread-count", count)
                .summary("How many messages the caller has not read.")
                .answers::<UnreadCount>(200),
        )
        .retells("unread", tell)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture::Mail;

    #[test]
    fn what_came_from_everybody_is_added_up() {
        let mail = Mail::new();
        assert_eq!(mail.unread(&mail.huda), 0);
        mail.say(&mail.omar, &mail.huda, "One");
        mail.say(&mail.omar, &mail.huda, "Two");
        mail.say(&mail.sara, &mail.huda, "Three");
        mail.say(&mail.huda, &mail.omar, "What I write is no news to me");
        assert_eq!((mail.unread(&mail.huda), mail.unread(&mail.omar), mail.unread(&mail.sara)), (3, 1, 0));
        assert_eq!(mail.host.get("/messages/unread-count").send().status, 401);
    }

    #[test]
    fn everybody_who_ever_wrote_is_told_again_with_what_is_true() {
        let mail = Mail::new();
        mail.say(&mail.omar, &mail.huda, "One");
        mail.say(&mail.sara, &mail.huda, "Two");
        let mut told = Vec::new();
        mail.host.retell(|event| {
            assert_eq!(event.topic, "messaging.unread.retold");
            let payload: Value = serde_json::from_slice(&event.payload).unwrap();
            assert_eq!(json!(event.key), payload["userId"]);
            told.push((payload["userId"].clone(), payload["count"].clone()));
        });
        told.sort_by_key(|(user, _)| user.to_string());
        let mut wanted = [(&mail.huda, 2), (&mail.omar, 0), (&mail.sara, 0)]
            .map(|(person, count)| (json!(person.user_id), json!(count)));
        wanted.sort_by_key(|(user, _)| user.to_string());
        assert_eq!(told, wanted);
    }
}
