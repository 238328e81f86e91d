//! `PUT` and `DELETE /messages/blocked/{userId}`: blocked, or no longer. Again is fine, and the other learns of it only
//! when they write.

use p2p_sdk::{Batch, Code, Ctx, People, Problem, Request, Response, Uuid, params};

const BLOCK: &str =
    "INSERT INTO blocks (user_id, blocked_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const UNBLOCK: &str = "DELETE FROM blocks WHERE user_id = $1 AND blocked_id = $2";

/// Blocks somebody, who may have left.
pub async fn block(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let (user, other) = (ctx.actor()?.user_id, request.id::<Uuid>("userId")?);
    if user == other {
        return Err(Problem::new(Code::SelfAction));
    }
    if People::ask(ctx, std::iter::once(other)).await?.is_empty() {
        return Err(Problem::not_found());
    }
    Batch::new().run(BLOCK, params![user, other, ctx.now()]).commit(ctx).await?;
    Ok(Response::no_content())
}

/// Wants to hear from them again.
pub async fn unblock(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let (user, other) = (ctx.actor()?.user_id, request.id::<Uuid>("userId")?);
    Batch::new().run(UNBLOCK, params![user, other]).commit(ctx).await?;
    Ok(Response::no_content())
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Method, Role, Uuid};

    use crate::fixture::Mail;

    #[test]
    fn neither_writes_to_the_other_until_both_want_it() {
        let mail = Mail::new();
        mail.say(&mail.huda, &mail.omar, "Before");
        mail.host.events();
        for _ in 0..2 {
            assert_eq!(mail.block(Method::Put, &mail.omar, mail.huda.user_id).status, 204);
        }
        for (by, to) in [(&mail.huda, &mail.omar), (&mail.omar, &mail.huda)] {
            let refused = mail.send(by, to, "Listen");
            assert_eq!((refused.status, refused.code().as_str()), (403, "BLOCKED"));
            assert_eq!(Mail::contents(&mail.history(by, to, "")), ["Before"], "what was said stays");
        }
        assert_eq!(mail.send(&mail.sara, &mail.omar, "Not me").status, 201);
        assert_eq!(mail.block(Method::Put, &mail.huda, mail.omar.user_id).status, 204);
        assert_eq!(mail.block(Method::Delete, &mail.omar, mail.huda.user_id).status, 204);
        assert_eq!(mail.send(&mail.omar, &mail.huda, "Still?").code(), "BLOCKED", "Huda blocks Omar");
        for _ in 0..2 {
            assert_eq!(mail.block(Method::Delete, &mail.huda, mail.omar.user_id).status, 204);
        }
        assert_eq!(mail.send(&mail.omar, &mail.huda, "Peace").status, 201);
        assert_eq!(mail.host.events().len(), 2, "who blocks whom is told to nobody");
    }

    #[test]
    fn a_block_that_comes_between_the_look_and_the_commit_counts() {
        let mail = Mail::new();
        let block = mail.host.request(Method::Put, &format!("/messages/blocked/{}", mail.huda.user_id));
        let sends = (0..3).map(|n| mail.sending(&mail.huda, &mail.omar, &format!("Message {n}")));
        let answers = block.by(&mail.omar).send_with(sends);
        assert_eq!(answers[0].status, 204);
        let sent = answers[1..].iter().filter(|answer| answer.status == 201).count();
        assert!(answers[1..].iter().all(|answer| answer.status == 201 || answer.code() == "BLOCKED"));
        assert_eq!(mail.unread(&mail.omar), i64::try_from(sent).unwrap());
        assert_eq!(mail.send(&mail.huda, &mail.omar, "Late").code(), "BLOCKED");
    }

    #[test]
    fn nobody_blocks_themselves_or_somebody_unknown() {
        let mail = Mail::new();
        let own = mail.block(Method::Put, &mail.huda, mail.huda.user_id);
        assert_eq!((own.status, own.code().as_str()), (400, "SELF_ACTION"));
        let unknown = mail.host.person(Role::Member).user_id;
        assert_eq!(mail.block(Method::Put, &mail.huda, unknown).status, 404);
        assert_eq!(mail.block(Method::Put, &mail.huda, mail.gone.user_id).status, 204);
        for method in [Method::Put, Method::Delete] {
            let path = format!("/messages/blocked/{}", Uuid::NIL);
            assert_eq!(mail.host.request(method, &path).send().status, 401);
            assert_eq!(mail.host.request(method, "/messages/blocked/omar").by(&mail.huda).send().status, 404);
        }
    }
}
