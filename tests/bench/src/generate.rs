//! Makes the data set: people sign up and open topics through the features' own routes, on a clock that runs ahead, so
//! that rows, documents and events are those of the product whatever its tables become.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use p2p_context::{
    Actor, Clock as _, Deadline, FixedClock, Language, RequestContext, RequestId, Role, SystemClock,
};
use p2p_runtime::{FeatureRequest, Features as _, RouteMatch};
use p2p_tenants::Digest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::native::{Care, Twin};
use crate::places::Components;
use crate::stand::Site;

/// Of everybody.
pub const PASSWORD: &str = "correct horse 7 staple";
/// Posts of the last topic, its root post among them: as many as a page shows.
pub const BUSY_POSTS: usize = 20;
/// Replies to each of them.
pub const BUSY_REPLIES: usize = 3;
/// People, each with an organization.
const PEOPLE: u32 = 300;
const MINUTE: Duration = Duration::from_secs(60);
/// Changes when this file makes other data.
const VERSION: u32 = 2;

/// Some of those that there are.
pub const CATEGORIES: [&str; 5] = ["general", "questions", "manufacturing", "quality", "maintenance"];
/// What things are sorted under.
pub const TAGS: [&str; 6] = ["press", "bearings", "sensors", "كفاءة", "robots", "energy"];
const TITLES: [&str; 4] = [
    "Bearings of an old press run hot",
    "كيف نقلل توقف خط التعبئة؟",
    "Which vibration sensors survive a foundry",
    "خبرتكم مع الصيانة التنبؤية في المصانع الصغيرة",
];
const SENTENCES: [&str; 6] = [
    "The press on line two runs hot after the third shift, and **nobody** knows why.",
    "We changed the oil, the belt and the `PT100` sensor; readings stay at 84 °C when a < b.",
    "يتوقف الخط مرتين في الأسبوع، وكل توقف يكلفنا ساعتين من الإنتاج.",
    "- last overhaul in spring\n- load 70 %\n- ambient 38 °C",
    "جربنا ضبط السرعة وتنظيف الحساسات دون نتيجة واضحة حتى الآن.",
    "What would you look at first, and which supplier would you ask?",
];

/// The address of a person.
pub fn email(person: u32) -> String {
    format!("person{person}@works{person}.example")
}

/// Names a data set by the tables it has, so that a change of them makes another.
pub fn key(components: &Components, topics: u32) -> Result<String> {
    let mut tables = vec![json!([VERSION, topics, PEOPLE, BUSY_POSTS, BUSY_REPLIES])];
    for name in ["accounts", "forums"] {
        tables.push(serde_json::to_value(components.read(name)?.0.store_migrations())?);
    }
    let tables = serde_json::to_vec(&tables)?;
    Ok(Digest::of(&tables).short().to_owned())
}

/// Makes it: so many topics, each opened a minute after the one before, the last one with many posts.
pub async fn generate(data: &Path, site: Option<&Site>, components: &Components, topics: u32) -> Result<()> {
    fs::create_dir_all(data)?;
    let clock = Arc::new(FixedClock::at(SystemClock.now().minus(MINUTE * (topics + PEOPLE + 1))));
    let twin = Twin::open(data, site, components, Care::Little, clock.clone()).await?;
    let mut people = Vec::new();
    for person in 0..PEOPLE {
        clock.advance(MINUTE);
        people.push(sign_up(&twin, person).await?);
    }
    twin.relay().await?.drain().await?;
    for topic in 1..topics {
        clock.advance(MINUTE);
        let author = people.get((topic * 7 % PEOPLE) as usize).context("nobody there")?;
        ask(&twin, Some(author), "/forums/topics", &new_topic(topic)).await?;
        if (topic + 1) % 2_500 == 0 {
            println!("  {} topics", topic + 1);
        }
    }
    clock.advance(MINUTE);
    fill_busy(&twin, &people).await?;
    twin.relay().await?.drain().await
}

/// A topic of the first person, who will ask for it: an author's looks are not counted. The others post and reply.
async fn fill_busy(twin: &Twin, people: &[Actor]) -> Result<()> {
    let mut others = people.iter().cycle();
    let topic = ask(twin, others.next(), "/forums/topics", &new_topic(0)).await?;
    let topic = id(&topic)?;
    for number in 0..BUSY_POSTS {
        let post = if number == 0 {
            topic
        } else {
            let path = format!("/forums/topics/{topic}/posts");
            id(&ask(twin, others.next(), &path, &new_text(number, 5)).await?)?
        };
        for reply in 0..BUSY_REPLIES {
            let path = format!("/forums/posts/{post}/reply");
            ask(twin, others.next(), &path, &new_text(number + reply, 2)).await?;
        }
    }
    Ok(())
}

fn new_text(number: usize, sentences: usize) -> Value {
    let sentences: Vec<_> = SENTENCES.into_iter().cycle().skip(number % 6).take(sentences).collect();
    json!({ "content": sentences.join("\n\n") })
}

async fn sign_up(twin: &Twin, person: u32) -> Result<Actor> {
    signed_up(&ask(twin, None, "/auth/signup", &signing_up(person)).await?)
}

/// What a person signs up with.
pub fn signing_up(person: u32) -> Value {
    json!({
        "email": email(person), "password": PASSWORD, "firstName": "Sara", "lastName": format!("العتيبي {person}"),
        "organizationName": format!("Works {person}"), "industry": "Manufacturing", "size": "small",
        "country": "SA", "city": "Riyadh",
    })
}

/// Whoever was answered that they signed up.
pub fn signed_up(answer: &Value) -> Result<Actor> {
    let of = |what: &str| id(answer.get(what).with_context(|| format!("signing up answered no {what}"))?);
    Ok(Actor {
        user_id: of("user")?,
        organization_id: Some(of("organization")?),
        role: Role::Admin,
        platform_admin: false,
        verified: false,
        session: String::new(),
    })
}

/// The id of what was answered.
pub fn id(of: &Value) -> Result<Uuid> {
    Ok(of.get("id").and_then(Value::as_str).context("an answer without an id")?.parse()?)
}

fn new_topic(number: u32) -> Value {
    let pick =
        |from: &[&'static str], at: u32| from.get(at as usize % from.len()).copied().unwrap_or_default();
    let sentences: Vec<_> = (0..6 + number % 7).map(|at| pick(&SENTENCES, number + at)).collect();
    json!({
        "title": format!("{} ({number})", pick(&TITLES, number)),
        "content": sentences.join("\n\n"),
        "category": pick(&CATEGORIES, number),
        "tags": [pick(&TAGS, number), pick(&TAGS, number + 1)],
        "visibility": if number % 10 == 9 { "organization" } else { "network" },
    })
}

async fn ask(twin: &Twin, actor: Option<&Actor>, path: &str, body: &Value) -> Result<Value> {
    let context = RequestContext {
        request_id: RequestId::fresh(),
        tenant: twin.tenant.id.clone(),
        actor: actor.cloned(),
        deadline: Deadline::after(MINUTE),
        language: Language::En,
        address: None,
    };
    let RouteMatch::Found(target) = twin.features.route(&context.tenant, &http::Method::POST, path) else {
        bail!("nobody answers POST {path}");
    };
    let request = FeatureRequest {
        method: "POST".to_owned(),
        path: path.to_owned(),
        body: body.to_string().into(),
        ..FeatureRequest::default()
    };
    let answer = twin.features.handle(&context, &target, request).await?;
    if answer.status != 201 {
        bail!("POST {path} answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    }
    Ok(serde_json::from_slice(&answer.body)?)
}
