//! The job of summaries: once an hour it looks who has waited since before the last digest hour, takes what waits for them
//! and tells itself to write the letters. Doing it again, or late, or on two hosts at once, sends nothing twice. It also
//! throws away what is old.

use std::time::Duration;

use p2p_sdk::{Batch, Ctx, Delivery, Feature, Heard, Timestamp, Uuid, params};
use serde::{Deserialize, Serialize};

use crate::letters::{Due, SUMMARY_DUE};
use crate::settings::Settings;

/// There are more people than one call has room for.
const CONTINUED: &str = "notifications.digest.continued";
const EVERY: Duration = Duration::from_secs(60 * 60);
/// People of one call: half of the events that it may tell.
const PAGE: usize = 25;
/// Rows that one run throws away at most.
const THROWN: u32 = 5_000;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const HOUR_MICROS: i64 = 60 * 60 * 1_000_000;
const DAY_MICROS: i64 = 24 * HOUR_MICROS;

const WAITING: &str = "SELECT DISTINCT user_id FROM notifications \
    WHERE mail = 'digest' AND NOT is_read AND NOT is_gone AND user_id > $1 AND mail_at < $2 \
    AND NOT EXISTS (SELECT 1 FROM digests d WHERE d.user_id = notifications.user_id AND d.digest_at = $2) \
    ORDER BY user_id LIMIT $3";
const HAVE: &str = "INSERT INTO digests (user_id, digest_at) VALUES ($1, $2)";
const TAKE: &str = "UPDATE notifications SET mail = 'digested', digest_at = $2 \
    WHERE user_id = $1 AND mail = 'digest' AND NOT is_read AND NOT is_gone AND mail_at < $2";
const THROW: &str = "DELETE FROM notifications WHERE id IN \
    (SELECT id FROM notifications WHERE created_at < $1 ORDER BY created_at LIMIT $2)";
const FORGET: &str = "DELETE FROM digests WHERE digest_at < $1";

/// What jobs add to the feature.
pub fn jobs(feature: Feature) -> Feature {
    feature.schedule("digest", EVERY, run).on_event(CONTINUED, go_on)
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Continued {
    digest_at: Timestamp,
    after: Uuid,
}

/// Does what is due.
async fn run(ctx: &Ctx, due_at: Timestamp) -> Heard {
    let settings: Settings = ctx.settings()?;
    throw_away(ctx, &settings).await?;
    step(ctx, &Continued { digest_at: digest_hour(due_at, settings.digest_hour), after: Uuid::NIL }).await
}

async fn go_on(ctx: &Ctx, event: Delivery) -> Heard {
    step(ctx, &event.read()?).await
}

/// The last digest hour before a moment.
fn digest_hour(at: Timestamp, hour: u8) -> Timestamp {
    let hour = i64::from(hour) * HOUR_MICROS;
    Timestamp((at.0 - hour).div_euclid(DAY_MICROS) * DAY_MICROS + hour)
}

async fn step(ctx: &Ctx, from: &Continued) -> Heard {
    let digest_at = from.digest_at;
    let most = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let rows = ctx.sql().query(WAITING, &params![from.after, digest_at, most]).await?;
    let users: Vec<Uuid> = rows.all::<(Uuid,)>()?.into_iter().map(|(user,)| user).collect();
    if users.is_empty() {
        return Ok(());
    }
    let batch = users.iter().fold(Batch::new(), |batch, user| {
        let due = Due { user_id: *user, digest_at };
        // A second row for the same moment is refused: whoever else does this job at once comes too late.
        let batch = batch.run_one(HAVE, params![user, digest_at]).run(TAKE, params![user, digest_at]);
        batch.event(SUMMARY_DUE, user, &due)
    });
    let batch = match users.last() {
        Some(last) if users.len() == PAGE => {
            batch.event(CONTINUED, "digest", &Continued { digest_at, after: *last })
        }
        _ => batch,
    };
    batch.commit(ctx).await?;
    Ok(())
}

async fn throw_away(ctx: &Ctx, settings: &Settings) -> Heard {
    let days = |days: u16| ctx.now().before(DAY * u32::from(days));
    Batch::new()
        .run(THROW, params![days(settings.keep_days), THROWN])
        .run(FORGET, params![days(7)])
        .commit(ctx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Role;
    use serde_json::json;

    use super::*;
    use crate::fixture::Network;

    fn hours(hours: u64) -> Duration {
        EVERY * u32::try_from(hours).unwrap()
    }

    /// Runs the job and hears what it tells; answers the templates of the letters.
    fn run(network: &Network) -> Vec<String> {
        let now = network.host.now();
        assert_eq!(network.host.run_job("digest", now), Ok(()));
        network.mailed()
    }

    /// Huda has been answered twice and gets summaries, and it is the hour after midnight.
    fn waiting() -> Network {
        let network = Network::new();
        network.prefer(&network.huda, &json!({ "reply": { "email": "digest" } }));
        network.topic_with_replies(2);
        network
    }

    #[test]
    fn it_comes_once_after_the_hour_and_not_before() {
        let network = waiting();
        assert_eq!(run(&network), [""; 0], "today's hour has not come");
        network.host.advance(hours(5));
        assert_eq!(run(&network), ["daily-digest"]);
        assert_eq!(run(&network), [""; 0], "again changes nothing");
        network.host.advance(hours(24));
        assert_eq!(run(&network), [""; 0], "what was told is not told again");
    }

    #[test]
    fn what_comes_after_the_hour_waits_for_the_next() {
        let network = waiting();
        network.host.advance(hours(6));
        assert_eq!(run(&network), ["daily-digest"], "late is as good");
        network.topic_with_replies(1);
        network.host.advance(hours(2));
        assert_eq!(run(&network), [""; 0]);
        network.host.advance(hours(22));
        assert_eq!(run(&network), ["daily-digest"]);
    }

    #[test]
    fn it_says_how_much_of_what() {
        let network = waiting();
        network.message(&network.omar, &network.huda);
        network.message(&network.omar, &network.huda);
        network.pass_a_day();
        let letters = network.host.letters();
        let [letter] = letters.as_slice() else { panic!("{letters:?}") };
        let values = &letter.values;
        assert_eq!((&values["count"], &values["replies"]), (&json!("4"), &json!("2")));
        assert_eq!((&values["messages"], &values["others"]), (&json!("2"), &json!("0")));
        assert_eq!(
            (&values["people"], &values["subjects"]),
            (&json!("Omar Aziz"), &json!("Why does it vibrate?"))
        );
        assert_eq!(
            (&values["link"], &letter.to),
            (&json!("/notifications"), &network.huda.user_id.to_string())
        );
    }

    #[test]
    fn where_only_messages_wait_it_is_about_messages() {
        let network = Network::new();
        network.message(&network.omar, &network.huda);
        network.message(&network.sara, &network.huda);
        network.pass_a_day();
        let letters = network.host.letters();
        let [letter] = letters.as_slice() else { panic!("{letters:?}") };
        assert_eq!((letter.template.as_str(), &letter.values["count"]), ("message-digest", &json!("2")));
        assert_eq!(letter.values["people"], "Sara Haddad · Omar Aziz");
    }

    #[test]
    fn what_was_read_or_switched_off_is_not_summed_up() {
        let network = waiting();
        network.host.post("/notifications/read").by(&network.huda).json(&json!({ "all": true })).send();
        network.pass_a_day();
        assert_eq!(network.mailed(), [""; 0]);
        let network = waiting();
        network.prefer(&network.huda, &json!({ "reply": { "email": "off" } }));
        network.pass_a_day();
        assert_eq!(network.mailed(), [""; 0]);
    }

    #[test]
    fn many_people_are_served_page_by_page() {
        let network = Network::new();
        let people: Vec<_> =
            (0..2 * PAGE + 1).map(|_| network.introduce("Nura Saleh", Role::Member)).collect();
        people.iter().for_each(|person| network.message(&network.omar, person));
        network.pass_a_day();
        let mut readers: Vec<_> = network.host.letters().into_iter().map(|letter| letter.to).collect();
        readers.sort();
        readers.dedup();
        assert_eq!(readers.len(), people.len());
    }

    #[test]
    fn two_who_do_it_at_once_send_one() {
        let network = waiting();
        network.host.advance(hours(5));
        let digest_at = digest_hour(network.host.now(), 5);
        // The other one has the row by now, and has not yet taken what waits.
        network.host.execute(HAVE, params![network.huda.user_id, digest_at]);
        assert_eq!(run(&network), [""; 0]);
    }

    #[test]
    fn what_is_old_is_thrown_away() {
        let network = waiting();
        network.pass_a_day();
        let rows = |table: &str| network.number(&format!("SELECT count(*) FROM {table}"));
        assert_eq!((rows("notifications"), rows("digests")), (2, 1));
        network.host.advance(DAY * 181);
        network.topic_with_replies(1);
        run(&network);
        assert_eq!((rows("notifications"), rows("digests")), (1, 0));
    }

    #[test]
    fn hours_are_found_in_any_zone_of_the_day() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (now, hour, wanted) in [
            ("2026-01-02T05:00:00Z", 5, "2026-01-02T05:00:00Z"),
            ("2026-01-02T04:59:59Z", 5, "2026-01-01T05:00:00Z"),
            ("2026-01-02T23:00:00Z", 0, "2026-01-02T00:00:00Z"),
            ("1969-12-31T10:00:00Z", 5, "1969-12-31T05:00:00Z"),
        ] {
            assert_eq!(digest_hour(at(now), hour), at(wanted), "{now}");
        }
    }

    #[test]
    fn who_waits_is_found_through_the_index() {
        let network = Network::new();
        let plan = network.plan(WAITING, &params![Uuid::NIL, Timestamp(1), 1]);
        assert!(plan.contains("notifications_waiting (user_id>?)"), "{plan}");
        let plan = network.plan(TAKE, &params![Uuid::NIL, Timestamp(1)]);
        assert!(plan.contains("notifications_waiting (user_id=? AND mail_at<?)"), "{plan}");
        let plan = network.plan(THROW, &params![Timestamp(1), 1]);
        assert!(plan.contains("notifications_age (created_at<?)"), "{plan}");
    }
}
