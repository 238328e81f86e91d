//! `GET /forums/contributors`: one statement for the page, one question to the directory for its cards.

use p2p_sdk::{
    Ctx, Cursor, FromRow, Page, PageRequest, People, Person, Problem, Request, Response, Row, RowError, Uuid,
    params,
};
use serde::Serialize;

/// Names the list in its cursors.
const LIST: &str = "forums.contributors";
/// Stands before everybody.
const FIRST: (i64, Uuid) = (i64::MAX, Uuid::from_bytes([0xff; 16]));

const FIND: &str = "SELECT user_id, topics, posts, replies, best_answers, likes, score FROM contributors \
    WHERE score > 0 AND (score, user_id) < ($1, $2) ORDER BY score DESC, user_id DESC LIMIT $3 OFFSET $4";
const COUNT: &str =
    "SELECT count(*) FROM (SELECT user_id FROM contributors WHERE score > 0 LIMIT $1) AS counted";

/// Somebody and what they did that is still there.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Contributor<'a> {
    pub user: Person<'a>,
    pub topics: i64,
    /// Without those that open a topic.
    pub posts: i64,
    pub replies: i64,
    pub best_answers: i64,
    /// Of what they wrote.
    pub likes: i64,
    pub score: i64,
}

impl<'a> FromRow<'a> for Contributor<'a> {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        Ok(Self {
            user: Person::former(row.get()?),
            topics: row.get()?,
            posts: row.get()?,
            replies: row.get()?,
            best_answers: row.get()?,
            likes: row.get()?,
            score: row.get()?,
        })
    }
}

/// Answers a page of contributors.
pub async fn list(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let wanted = PageRequest::of(&request)?;
    let (score, id) = wanted.after(LIST)?.unwrap_or(FIRST);
    let rows = ctx.sql().query(FIND, &params![score, id, wanted.fetch(), wanted.offset]).await?;
    let people = rows.all::<Contributor<'_>>()?;
    let mut page = Page::new(&wanted, people, |last| Cursor::new(LIST, params![last.score, last.user.id]));
    if wanted.count {
        let counted = ctx.sql().query(COUNT, &params![PageRequest::count_limit()]).await?;
        page = page.with_total(counted.value()?.unwrap_or(0));
    }
    let cards = People::ask(ctx, page.items.iter().map(|person| person.user.id)).await?;
    let authors = People::read(&cards)?;
    for person in &mut page.items {
        person.user = authors.get(person.user.id);
    }
    Ok(Response::ok(&page))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Role, Timestamp, params};
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::Forum;

    fn did(forum: &Forum, who: &Actor, column: &str, count: i64) {
        let insert = format!(
            "INSERT INTO contributors (user_id, {column}) VALUES ($1, $2) \
            ON CONFLICT (user_id) DO UPDATE SET {column} = excluded.{column}"
        );
        forum.host.execute(&insert, params![who.user_id, count]);
    }

    fn page(forum: &Forum, query: &str) -> Value {
        let answer = forum.host.get(&format!("/forums/contributors?{query}")).by(&forum.huda).send();
        assert_eq!(answer.status, 200, "{query}");
        answer.json()
    }

    #[test]
    fn who_did_most_comes_first() {
        let forum = Forum::new();
        for (column, weight) in
            [("best_answers", 5), ("topics", 3), ("posts", 2), ("replies", 1), ("likes", 1)]
        {
            did(&forum, &forum.huda, column, 10);
            let found = page(&forum, "")["items"][0].take();
            assert_eq!(
                (&found["score"], &found["user"]["name"]),
                (&json!(10 * weight), &json!("Huda Salem"))
            );
            did(&forum, &forum.huda, column, 0);
            assert_eq!(page(&forum, "")["items"], json!([]), "nothing is left of it");
        }
        did(&forum, &forum.huda, "replies", 7);
        did(&forum, &forum.omar, "posts", 4);
        let found = page(&forum, "");
        let left = &found["items"][0];
        assert_eq!((&left["user"]["name"], &left["posts"]), (&json!("Former member"), &json!(4)));
        let wanted = json!({ "user": found["items"][1]["user"], "topics": 0, "posts": 0, "replies": 7,
            "bestAnswers": 0, "likes": 0, "score": 7 });
        assert_eq!(found["items"][1], wanted);
    }

    #[test]
    fn pages_have_no_gaps_and_no_repeats() {
        let forum = Forum::new();
        let people: Vec<_> = (0..7).map(|_| forum.host.person(Role::Member)).collect();
        for (n, who) in people.iter().enumerate() {
            did(&forum, who, "likes", [3, 1, 3, 3, 2, 9, 1][n]);
        }
        let wanted: Vec<_> = [5, 3, 2, 0, 4, 6, 1].map(|n: usize| json!(people[n].user_id)).to_vec();
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let found = page(&forum, &format!("limit=2{cursor}"));
            walked.extend(found["items"].as_array().unwrap().iter().map(|item| item["user"]["id"].clone()));
            let Some(next) = found["nextCursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(walked, wanted);
        let second = page(&forum, "limit=3&page=2&count=true");
        assert_eq!((&second["items"][0]["user"]["id"], &second["total"]), (&wanted[3], &json!(7)));
    }

    #[test]
    fn only_a_cursor_of_this_list_is_taken_and_only_from_those_who_are_signed_in() {
        let forum = Forum::new();
        for cursor in [
            "forged".to_owned(),
            Cursor::new("forums.topics.latest", params![true, Timestamp(1), Uuid::NIL]).to_string(),
            Cursor::new(LIST, params!["a", Uuid::NIL]).to_string(),
        ] {
            let path = format!("/forums/contributors?cursor={cursor}");
            assert_eq!(forum.host.get(&path).by(&forum.huda).send().code(), "CURSOR_INVALID");
        }
        assert_eq!(forum.host.get("/forums/contributors").send().status, 401);
    }

    #[test]
    fn the_list_is_read_through_its_index() {
        let forum = Forum::new();
        let steps = forum.host.plan(FIND, &params![1i64, Uuid::NIL, 2i64, 0i64]);
        assert_eq!(steps.len(), 1, "{steps:?}");
        assert!(steps[0].contains("USING INDEX contributors_score"), "{steps:?}");
    }
}
