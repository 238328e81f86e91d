//! People named in a text: `@huda.salem` or `@huda_salem` names whoever is called so and nobody else. The directory knows
//! the names; a name that several people answer to names none of them.

use p2p_sdk::{Actor, Ctx, People, Person, Problem, Uuid, fold};

/// People that one text may name.
const COUNT_MAX: usize = 10;
/// Characters of a name that are looked for.
const NAME_MAX: usize = 100;
/// Namesakes that are looked at: more than one is as good as many, and some may only begin alike.
const NAMESAKES: u32 = 10;

/// Whom the text names, the author left out. `within` is the organization that alone may read it: nobody else hears of it.
pub async fn find(
    ctx: &Ctx,
    actor: &Actor,
    within: Option<Uuid>,
    content: &str,
) -> Result<Vec<Uuid>, Problem> {
    let mut found = Vec::new();
    for name in names(content) {
        let rows = ctx.directory().search(&name, NAMESAKES).await?;
        let Some(person) = only(&name, &People::read(&rows)?) else { continue };
        let reads =
            within.is_none_or(|own| person.organization.is_some_and(|organization| organization.id == own));
        if reads && person.id != actor.user_id && !found.contains(&person.id) {
            found.push(person.id);
        }
    }
    Ok(found)
}

/// The one person of this name: who bears exactly this one, or else whose name alone begins so.
fn only<'a>(name: &str, found: &People<'a>) -> Option<Person<'a>> {
    let mut exact = found.iter().filter(|person| fold(person.name) == fold(name));
    match (exact.next(), exact.next()) {
        (Some(person), None) => Some(*person),
        (Some(_), Some(_)) => None,
        (None, _) => {
            let mut all = found.iter();
            let first = all.next();
            first.filter(|_| all.next().is_none()).copied()
        }
    }
}

/// The names in a text, each once, in lower case, in their order.
fn names(content: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut before = ' ';
    for (at, c) in content.char_indices() {
        if c == '@' && !before.is_alphanumeric() {
            let name = name(content.get(at + 1..).unwrap_or_default());
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        if names.len() == COUNT_MAX {
            break;
        }
        before = c;
    }
    names
}

/// The name that a text begins with. What ends a sentence is no part of it.
fn name(text: &str) -> String {
    let within = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name: String = text.chars().take(NAME_MAX).take_while(within).collect();
    name.trim_end_matches(['.', '_', '-']).replace(['.', '_'], " ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Role;
    use p2p_sdk::test_host::Card;
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::{Forum, draft, with};

    #[test]
    fn names_are_found_in_any_script_and_end_where_a_sentence_does() {
        for (text, wanted) in [
            ("@huda.salem, look", vec!["huda salem"]),
            ("(@Huda_Salem) and @anne-marie.", vec!["huda salem", "anne-marie"]),
            ("شكراً @هدى_سالم!", vec!["هدى سالم"]),
            ("@a @A @a.", vec!["a"]),
            ("mail me: huda@acme.com, or @ nobody", vec![]),
            ("@@huda", vec!["huda"]),
        ] {
            assert_eq!(names(text), wanted, "{text}");
        }
    }

    #[test]
    fn ten_are_enough() {
        let text: String = (0..20).map(|n| format!("@p{n} ")).collect();
        assert_eq!(names(&text).len(), COUNT_MAX);
    }

    /// Whom the event of a topic with this content names.
    fn named(forum: &Forum, visibility: &str, content: &str) -> Value {
        let topic = with(draft("Who knows more?"), "visibility", json!(visibility));
        let content = format!("{content} may know more about it.");
        forum.opened(&forum.huda, &with(topic, "content", json!(content)));
        let event = forum.host.events().pop().unwrap();
        let told: Value = serde_json::from_slice(&event.payload).unwrap();
        told.get("mentions").cloned().unwrap_or_else(|| json!([]))
    }

    fn introduce(forum: &Forum, name: &str, organization: Option<Uuid>) -> Uuid {
        let id = forum.host.new_id();
        let organization = organization.map(|id| (id, "Acme".to_owned()));
        let (title, name) = (None, name.to_owned());
        forum.host.introduce(Card {
            id,
            name,
            title,
            verified: true,
            active: true,
            role: Role::Member,
            organization,
        });
        id
    }

    #[test]
    fn the_one_who_is_called_so_is_named() {
        let forum = Forum::new();
        let anne = introduce(&forum, "Anne Lee", forum.huda.organization_id);
        let leena = introduce(&forum, "لينا الأحمد", forum.stranger.organization_id);
        introduce(&forum, "Ben Ali", None);
        let ben = introduce(&forum, "Ben", None);
        for (content, wanted) in [
            ("@anne.lee", json!([anne])),
            ("@Anne_Lee and @ANNE.LEE and @anne", json!([anne])),
            ("@لينا.الأحمد", json!([leena])),
            ("@ben", json!([ben])),
            ("@be", json!([])),
            ("@huda.salem", json!([])),
            ("@omar.aziz", json!([])),
            ("@nobody", json!([])),
        ] {
            assert_eq!(named(&forum, "network", content), wanted, "{content}");
        }
    }

    #[test]
    fn what_one_may_not_read_one_does_not_hear_of() {
        let forum = Forum::new();
        let inside = introduce(&forum, "Anne Lee", forum.huda.organization_id);
        let outside = introduce(&forum, "Cem Ak", forum.stranger.organization_id);
        let content = "@anne.lee @cem.ak";
        assert_eq!(named(&forum, "network", content), json!([inside, outside]));
        assert_eq!(named(&forum, "organization", content), json!([inside]));
    }
}
