//! What must follow from what was written: found, counted, told and mailed, each once. Asks nobody.

use super::effects::{Counts, activity, counted, found, letter, told, unread};
use super::truth::{Case, Post, Reply, Truth};

/// A line for everything, sorted.
pub fn wanted(truth: &Truth) -> Vec<String> {
    let mut lines = finds(truth);
    lines.extend(activities(truth));
    lines.extend(notifications(truth));
    lines.extend(numbers(truth));
    lines.sort();
    lines
}

fn finds(truth: &Truth) -> Vec<String> {
    let topics = truth.topics.iter().map(|id| found("topic", id));
    let posts = truth.posts.iter().map(|post| found("post", &post.id));
    let replies = truth.replies.iter().map(|reply| found("reply", &reply.id));
    let cases = truth.cases.iter().filter(|case| case.is_published).map(|case| found("useCase", &case.id));
    topics.chain(posts).chain(replies).chain(cases).collect()
}

fn activities(truth: &Truth) -> Vec<String> {
    let mut lines = vec![
        activity("sara", "user_joined", &truth.sara, None),
        activity("omar", "user_joined", &truth.omar, None),
    ];
    lines.extend(truth.topics.iter().map(|id| activity("sara", "topic_created", id, Some(id))));
    for Post { id, topic } in &truth.posts {
        lines.push(activity("omar", "post_created", id, Some(topic)));
    }
    for Reply { id, topic, is_by_sara, is_best } in &truth.replies {
        let by = if *is_by_sara { "sara" } else { "omar" };
        lines.push(activity(by, "reply_created", id, Some(topic)));
        lines.extend(is_best.then(|| activity(by, "best_answer", id, Some(topic))));
    }
    for Case { id, is_published } in &truth.cases {
        lines.push(activity("omar", "use_case_submitted", id, None));
        lines.extend(is_published.then(|| activity("omar", "use_case_published", id, None)));
    }
    lines.extend(truth.messages.iter().map(|message| activity("omar", "message_sent", &message.id, None)));
    lines
}

/// Whom, of what and about what. Each of them has a letter of its own.
fn causes(truth: &Truth) -> Vec<(&'static str, &'static str, &str)> {
    let mut causes: Vec<_> = truth.posts.iter().map(|post| ("sara", "reply", post.id.as_str())).collect();
    for Reply { id, is_by_sara, is_best, .. } in &truth.replies {
        causes.push((if *is_by_sara { "omar" } else { "sara" }, "reply", id));
        causes.extend(is_best.then_some(("omar", "bestAnswer", id.as_str())));
    }
    causes
}

fn notifications(truth: &Truth) -> Vec<String> {
    let mut lines = Vec::new();
    let causes = causes(truth);
    for (who, kind, entity) in &causes {
        lines.push(told(who, kind, entity, 1));
        lines.push(letter(who, entity));
    }
    // One for all messages, which counts those she has not read, and waits for a summary.
    let unread_messages = truth.unread();
    lines.extend((!truth.messages.is_empty()).then(|| told("sara", "message", &truth.omar, unread_messages)));
    for (who, more) in [("sara", usize::from(unread_messages > 0)), ("omar", 0)] {
        lines.push(unread(who, more + causes.iter().filter(|cause| cause.0 == who).count()));
    }
    lines
}

fn numbers(truth: &Truth) -> Vec<String> {
    let replies = |is_by_sara| truth.replies.iter().filter(|reply| reply.is_by_sara == is_by_sara).count();
    let published = truth.cases.iter().filter(|case| case.is_published).count();
    let sara = Counts {
        topics: truth.topics.len(),
        replies: replies(true),
        unread_messages: truth.unread(),
        ..Counts::default()
    };
    let omar = Counts {
        posts: truth.posts.len(),
        replies: replies(false),
        best_answers: truth.replies.iter().filter(|reply| reply.is_best).count(),
        drafts: truth.cases.len() - published,
        published,
        messages: truth.messages.len(),
        ..Counts::default()
    };
    let lines = |(who, counts): (&str, Counts)| {
        let organization = counts.of_organization();
        [
            counted(who, "on the dashboard", &counts.of_person()),
            counted(who, "in these weeks", &counts.of_weeks()),
            counted(who, "in the organization, by the dashboard", &organization),
            counted(who, "in the organization, by accounts", &organization),
        ]
    };
    [("sara", sara), ("omar", omar)].into_iter().flat_map(lines).collect()
}
