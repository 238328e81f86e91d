//! What things count for, moved by their rows: taken back before they change, added after. So a counter is always the sum
//! over the rows, whatever was told how often.

use p2p_sdk::{Batch, Uuid, params};

use crate::counters::{BEST_ANSWERS, LIKES};

/// Adds what the rows count for whose `column` is this id, or with `-1` takes it back.
pub fn tally(batch: Batch, column: &str, id: Uuid, sign: i64) -> Batch {
    let counted = format!("FROM things WHERE {column} = $1 AND status IN ('open', 'hidden')");
    let counters = format!(
        "INSERT INTO counters (owner_id, name, value) \
        SELECT owner_id, name, CAST(sum(value) AS BIGINT) FROM (\
            SELECT author_id AS owner_id, counter AS name, {sign} AS value {counted} \
            UNION ALL SELECT organization_id, counter, {sign} {counted} AND organization_id IS NOT NULL \
            UNION ALL SELECT author_id, '{BEST_ANSWERS}', {sign} {counted} AND is_best \
            UNION ALL SELECT author_id, '{LIKES}', {sign} * likes {counted}\
        ) AS moved WHERE value <> 0 GROUP BY owner_id, name ORDER BY owner_id, name \
        ON CONFLICT (owner_id, name) DO UPDATE SET value = counters.value + excluded.value"
    );
    let weeks = format!(
        "INSERT INTO weeks (user_id, week, name, value) \
        SELECT author_id, week, counter, {sign} * count(*) {counted} \
        GROUP BY author_id, week, counter ORDER BY author_id, week, counter \
        ON CONFLICT (user_id, week, name) DO UPDATE SET value = weeks.value + excluded.value"
    );
    batch.run(&counters, params![id]).run(&weeks, params![id])
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Uuid, params};

    use crate::fixture::Board;

    /// A small series of numbers, the same each time.
    fn next(seed: &mut u64) -> usize {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*seed >> 33).unwrap()
    }

    #[test]
    fn counters_are_the_sum_of_what_is_there_whatever_happens() {
        let board = Board::new();
        let people = [&board.layla, &board.omar, &board.stranger];
        let mut seed = 7;
        // Topic, post and own id of what was made.
        let mut made: Vec<(Uuid, Uuid, Uuid, &Actor)> = Vec::new();
        for _ in 0..120 {
            let by = people[next(&mut seed) % 3];
            let (topic, post, id, author) = match made.len() {
                0 => (Uuid::NIL, Uuid::NIL, Uuid::NIL, by),
                count => made[next(&mut seed) % count],
            };
            match next(&mut seed) % 8 {
                0 | 1 => {
                    let topic = board.topic(by, "One more");
                    made.push((topic, topic, topic, by));
                }
                2 | 3 if id != Uuid::NIL => {
                    let post = board.post(topic, by);
                    made.push((topic, post, post, by));
                }
                4 if id != Uuid::NIL => {
                    let reply = board.reply(topic, post, by);
                    made.push((topic, post, reply, by));
                }
                5 if id == post && id != topic => {
                    board.tell("forums.post.deleted", &board.post_payload(topic, id, author));
                }
                6 if id != post => {
                    board.tell("forums.reply.deleted", &board.reply_payload(topic, post, id, author));
                }
                7 if id != post => {
                    let payload = board.reply_payload(topic, post, id, author);
                    let count = i64::try_from(next(&mut seed) % 5).unwrap();
                    board.like(payload.clone(), by, true, count);
                    board.tell("forums.answer.chosen", &payload);
                }
                6 if next(&mut seed).is_multiple_of(4) && id == topic && id != Uuid::NIL => {
                    board.tell("forums.topic.deleted", &board.topic_payload(author, id, "One more"));
                }
                _ => {}
            }
            board.assert_counted();
        }
        let kinds = "SELECT count(DISTINCT kind || status) FROM things";
        let seen = board.host.query(kinds, &params![]).value::<i64>().unwrap();
        assert_eq!(seen, Some(6), "topics, posts and replies, there and gone");
    }
}
