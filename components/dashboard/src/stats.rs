//! `GET /dashboard/stats`: the caller, their organization and what happened lately, each asked for without waiting for the
//! others.

mod organization;
mod user;

use p2p_sdk::{Ctx, Feature, Problem, Request, Response, get, join3};
use serde::Serialize;

use crate::activities::{Activity, recent};
use organization::OrganizationStats;
use user::UserStats;

/// Activities on the first page of a dashboard.
const RECENT: u32 = 10;

/// What the first page of a dashboard shows.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
struct DashboardStats<'a> {
    user: UserStats,
    /// None for who belongs to no organization.
    #[cfg_attr(feature = "describe", schema(required))]
    organization: Option<OrganizationStats>,
    /// Of the caller's organization, the latest first.
    recent_activity: Vec<Activity<'a>>,
}

/// What statistics add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature.route(
        get("/dashboard/stats", stats)
            .summary("How much the caller and their organization have, and what happened lately.")
            .answers::<DashboardStats<'static>>(200),
    )
}

async fn stats(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    let overlapping = ctx.concurrent();
    let (user, organization, recent) =
        join3(UserStats::of(&overlapping), OrganizationStats::of(&overlapping), recent(&overlapping, RECENT))
            .await;
    let (user, organization, mut recent) = (user?, organization?, recent?);
    let recent_activity = recent.show(ctx.call().language)?;
    Ok(Response::ok(&DashboardStats { user, organization, recent_activity }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::Actor;
    use p2p_sdk::host::SqlError;
    use serde_json::json;

    use crate::fixture::{Board, use_case};

    #[test]
    fn an_empty_dashboard_is_whole() {
        let board = Board::new();
        let none = vec![0; 8];
        let mut stats = board.stats(&board.layla);
        let weeks = stats["user"]["weekly"].as_object_mut().unwrap().remove("weeks").unwrap();
        assert_eq!((weeks.as_array().unwrap().len(), &weeks[7]), (8, &json!("2025-12-29T00:00:00.000000Z")));
        assert_eq!(
            stats,
            json!({
                "user": {
                    "topics": 0, "posts": 0, "replies": 0, "bestAnswers": 0, "useCases": 0, "bookmarks": 0,
                    "reputation": 0, "unreadMessages": 0,
                    "weekly": { "topics": none, "posts": none, "replies": none, "useCases": none },
                },
                "organization": {
                    "users": { "total": 0, "active": 0, "admins": 0 }, "invitations": { "pending": 0 },
                    "topics": 0, "posts": 0, "replies": 0, "messages": 0, "storageBytes": 0,
                    "useCases": { "draft": 0, "published": 0, "archived": 0 },
                },
                "recentActivity": [],
            })
        );
    }

    #[test]
    fn weeks_follow_each_other() {
        let board = Board::new();
        board.topic(&board.omar, "Two weeks ago");
        board.host.advance(Duration::from_secs(14 * 24 * 60 * 60));
        board.topic(&board.omar, "Now");
        board.tell("use-cases.use-case.created", &use_case(board.host.new_id(), &board.omar, "draft"));
        let weekly = board.stats(&board.omar)["user"]["weekly"].clone();
        assert_eq!(weekly["topics"], json!([0, 0, 0, 0, 0, 1, 0, 1]));
        assert_eq!(weekly["useCases"], json!([0, 0, 0, 0, 0, 0, 0, 1]));
        assert_eq!(weekly["weeks"][7], json!("2026-01-12T00:00:00.000000Z"));
    }

    #[test]
    fn reputation_is_what_helped_others() {
        let board = Board::new();
        let topic = board.topic(&board.omar, "Pump P-101");
        let post = board.post(topic, &board.omar);
        let reply = board.reply(topic, post, &board.omar);
        let reply = board.reply_payload(topic, post, reply, &board.omar);
        board.tell("forums.answer.chosen", &reply);
        board.like(reply, &board.layla, true, 4);
        let case = use_case(board.host.new_id(), &board.omar, "published");
        board.tell("use-cases.use-case.published", &case);
        board.tell("use-cases.use-case.created", &use_case(board.host.new_id(), &board.omar, "draft"));
        assert_eq!(board.stats(&board.omar)["user"]["reputation"], 3 + 2 + 1 + 5 + 4 + 5);
    }

    #[test]
    fn the_latest_of_the_organization_come_along_and_no_more_than_ten() {
        let board = Board::new();
        for n in 0..12 {
            board.topic(&board.omar, &format!("Topic {n}"));
        }
        let recent = board.stats(&board.layla)["recentActivity"].clone();
        assert_eq!(
            (recent.as_array().unwrap().len(), &recent[0]["metadata"]["title"]),
            (10, &json!("Topic 11"))
        );
        assert_eq!(recent[0]["user"]["name"], "Omar Aziz");
    }

    #[test]
    fn who_belongs_nowhere_has_only_themselves() {
        let board = Board::new();
        let homeless = Actor { organization_id: None, ..board.omar.clone() };
        board.topic(&homeless, "Alone");
        let stats = board.stats(&homeless);
        assert_eq!((&stats["organization"], &stats["user"]["topics"]), (&json!(null), &json!(1)));
        assert_eq!(stats["recentActivity"][0]["actionType"], "topic_created");
    }

    #[test]
    fn nobody_else_is_answered_and_no_half_of_it() {
        let board = Board::new();
        assert_eq!(board.host.get("/dashboard/stats").send().status, 401);
        board.host.fail_sql(SqlError::Unavailable);
        assert_eq!(board.host.get("/dashboard/stats").by(&board.layla).send().status, 503);
    }
}
