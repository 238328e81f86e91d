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

use crate::native::{Care, Twin, tenant};
use crate::places::Components;

/// Of everybody.
pub const PASSWORD: &str = "correct horse 7 staple";
/// Topics, each opened a minute after the one before.
const TOPICS: u32 = 10_000;
/// People, each with an organization.
const PEOPLE: u32 = 300;
const MINUTE: Duration = Duration::from_secs(60);
/// Changes when this file makes other data.
const VERSION: u32 = 1;

const CATEGORIES: [&str; 5] = ["general", "questions", "manufacturing", "quality", "maintenance"];
const TAGS: [&str; 6] = ["press", "bearings", "sensors", "كفاءة", "robots", "energy"];
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
pub fn key(components: &Components) -> Result<String> {
    let mut tables = vec![json!([VERSION, TOPICS, PEOPLE])];
    for name in ["accounts", "forums"] {
        tables.push(serde_json::to_value(components.read(name)?.0.store_migrations())?);
    }
    let tables = serde_json::to_vec(&tables)?;
    Ok(Digest::of(&tables).short().to_owned())
}

/// Makes it.
pub async fn generate(data: &Path, components: &Components) -> Result<()> {
    fs::create_dir_all(data)?;
    let clock = Arc::new(FixedClock::at(SystemClock.now().minus(MINUTE * (TOPICS + PEOPLE + 1))));
    let twin = Twin::open(data, components, Care::Little, clock.clone()).await?;
    let mut people = Vec::new();
    for person in 0..PEOPLE {
        clock.advance(MINUTE);
        people.push(sign_up(&twin, person).await?);
    }
    twin.relay().await?.drain().await?;
    for topic in 0..TOPICS {
        clock.advance(MINUTE);
        let author = people.get((topic * 7 % PEOPLE) as usize).context("nobody there")?;
        ask(&twin, Some(author), "/forums/topics", &new_topic(topic)).await?;
        if (topic + 1) % 2_500 == 0 {
            println!("  {} topics", topic + 1);
        }
    }
    twin.relay().await?.drain().await
}

async fn sign_up(twin: &Twin, person: u32) -> Result<Actor> {
    let wanted = json!({
        "email": email(person), "password": PASSWORD, "firstName": "Sara", "lastName": format!("العتيبي {person}"),
        "organizationName": format!("Works {person}"), "industry": "Manufacturing", "size": "small",
        "country": "SA", "city": "Riyadh",
    });
    let answer = ask(twin, None, "/auth/signup", &wanted).await?;
    let id = |of: &str| -> Result<Uuid> {
        let id = answer.get(of).and_then(|found| found.get("id")).and_then(Value::as_str);
        Ok(id.with_context(|| format!("signing up answered no {of}"))?.parse()?)
    };
    Ok(Actor {
        user_id: id("user")?,
        organization_id: Some(id("organization")?),
        role: Role::Admin,
        platform_admin: false,
        verified: false,
        session: String::new(),
    })
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
        tenant: tenant(),
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
