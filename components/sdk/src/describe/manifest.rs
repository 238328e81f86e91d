//! The manifest of a feature, as `wit/README.md` lays it down. Printed natively by the feature's own `…-describe`
//! program; the build puts it into the component.

use std::process::ExitCode;

use serde_json::{Map, Value, json};

use super::mistakes::mistakes;
use super::openapi;
use crate::feature::{Access, Feature, MailTemplate, Migration, OWN, Route};

/// The version of `wit/` that the SDK is built against.
const CONTRACT: &str = "0.1.1";

/// Prints the manifest of a feature: the whole of a `<package>-describe` program.
pub fn main(feature: &Feature) -> ExitCode {
    let mistakes = mistakes(feature);
    if mistakes.is_empty() {
        println!("{:#}", manifest(feature));
        return ExitCode::SUCCESS;
    }
    for mistake in mistakes {
        eprintln!("{}: {mistake}", feature.name);
    }
    ExitCode::FAILURE
}

/// The manifest of a feature.
pub fn manifest(feature: &Feature) -> Value {
    let mut manifest = json!({
        "contract": CONTRACT,
        "name": feature.name,
        "version": feature.version,
        "summary": feature.summary,
        "routes": feature.routes.iter().map(route).collect::<Vec<_>>(),
        "channels": feature.channels,
        "migrations": migrations(feature),
        "collections": feature.collections.iter()
            .map(|collection| json!({ "name": collection.name, "indexes": collection.indexes }))
            .collect::<Vec<_>>(),
        "directory": feature.directory,
        "mails": feature.mails.iter().map(MailTemplate::described).collect::<Vec<_>>(),
        "audits": feature.audits,
        "openapi": openapi::fragment(feature),
    });
    if let Value::Object(manifest) = &mut manifest {
        #[cfg(feature = "events")]
        manifest.insert("subscribes".to_owned(), feature.topics().collect());
        #[cfg(feature = "schedule")]
        manifest.insert("schedules".to_owned(), feature.jobs.iter().map(job).collect());
        if let Some(settings) = &feature.settings {
            manifest.insert("settings".to_owned(), settings.whole());
        }
    }
    manifest
}

#[cfg(feature = "schedule")]
fn job(job: &crate::schedule::Job) -> Value {
    json!({ "name": job.name, "everyMinutes": job.every.as_secs() / 60 })
}

fn route(route: &Route) -> Value {
    let access = match route.access {
        Access::Public => "public",
        Access::Optional => "optional",
        Access::Session => "session",
        Access::Admin => "admin",
        Access::PlatformAdmin => "platform-admin",
    };
    let mut members = Map::new();
    members.insert("method".to_owned(), json!(route.method.as_str()));
    members.insert("path".to_owned(), json!(route.path));
    members.insert("access".to_owned(), json!(access));
    if route.unverified {
        members.insert("unverified".to_owned(), json!(true));
    }
    if let Some(rate) = route.rate {
        members.insert("rate".to_owned(), json!(rate));
    }
    if let Some(limit) = route.body_limit {
        members.insert("bodyLimit".to_owned(), json!(limit));
    }
    if let Some(uploads) = route.uploads {
        let rules = json!({
            "maxFiles": uploads.max_files, "maxBytes": uploads.max_bytes, "mediaTypes": uploads.media_types,
        });
        members.insert("uploads".to_owned(), rules);
    }
    Value::Object(members)
}

/// The SDK's own step first, if the feature keeps tables or idempotency keys: then its own steps keep their places
/// whatever routes come later.
fn migrations(feature: &Feature) -> Vec<Value> {
    steps(feature)
        .zip(1..)
        .map(|(step, version): (Migration, u32)| {
            json!({ "version": version, "name": step.name(), "sqlite": step.sqlite, "postgres": step.postgres })
        })
        .collect()
}

fn steps(feature: &Feature) -> impl Iterator<Item = Migration> {
    let own = feature.needs_own_table().then_some(OWN);
    own.into_iter().chain(feature.migrations.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::{get, patch, post};
    use crate::{Code, Ctx, Page, Problem, Request, Response, Uuid};

    async fn nothing(_: &Ctx, _: Request) -> Result<Response, Problem> {
        Ok(Response::no_content())
    }

    fn feature() -> Feature {
        Feature::new("things", "1.2.3", "Keeps things.")
            .migrations(&[Migration { file: "0001_things", sqlite: "CREATE 1", postgres: "CREATE 2" }])
            .collection("bodies", &[&["a", "b.c"]])
            .route(get("/things/{id}", nothing).answers::<Uuid>(200))
            .route(get("/things", nothing).access(Access::Public).paged().answers::<Page<Uuid>>(200))
            .route(
                post("/things", nothing).access(Access::Admin).idempotent().answers_empty(201).body_limit(10),
            )
    }

    #[test]
    fn the_sdk_comes_before_the_feature() {
        let manifest = manifest(&feature());
        assert_eq!(manifest["migrations"][0]["name"], "sdk_idempotency");
        let own = json!({ "version": 2, "name": "things", "sqlite": "CREATE 1", "postgres": "CREATE 2" });
        assert_eq!(manifest["migrations"][1], own);
        assert_eq!(manifest["collections"], json!([{ "name": "bodies", "indexes": [["a", "b.c"]] }]));
        let post = json!({ "method": "POST", "path": "/things", "access": "admin", "bodyLimit": 10 });
        assert!(manifest["routes"].as_array().unwrap().contains(&post));
        assert_eq!(mistakes(&feature()), Vec::<String>::new());
    }

    #[test]
    fn every_reference_of_the_fragment_is_kept() {
        let openapi = manifest(&feature())["openapi"].clone();
        let schemas = openapi["components"]["schemas"].as_object().unwrap();
        let text = openapi.to_string();
        let references: Vec<_> = text.split("\"$ref\":\"#/components/schemas/").skip(1).collect();
        assert!(references.len() > 3);
        let responses = openapi["components"]["responses"].as_object().unwrap();
        for reference in text.split("\"$ref\":\"#/components/responses/").skip(1) {
            assert!(responses.contains_key(reference.split('"').next().unwrap()));
        }
        for reference in references {
            let name = reference.split('"').next().unwrap();
            assert!(schemas.contains_key(name), "{name}");
        }
        let list = &openapi["paths"]["/things"]["get"];
        assert!(list.get("security").is_none());
        assert_eq!(list["parameters"][0]["name"], "limit");
        let create = &openapi["paths"]["/things"]["post"];
        assert!(create["responses"].get("422").is_some() && create["responses"].get("201").is_some());
        let invalid = responses["things.VALIDATION"].clone();
        assert_eq!(invalid["x-error-codes"], json!(["VALIDATION"]));
    }

    #[derive(utoipa::ToSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Change {
        name: String,
    }

    fn edited() -> Feature {
        let change = || {
            patch("/things/{id}", nothing)
                .takes::<Change>()
                .answers::<Uuid>(200)
                .fails(&[Code::VersionConflict])
        };
        feature().route(change().example(r#"{"name": "Press"}"#))
    }

    #[test]
    fn an_example_is_shown_and_a_wrong_one_told() {
        let paths = &manifest(&edited())["openapi"]["paths"];
        let content = &paths["/things/{id}"]["patch"]["requestBody"]["content"]["application/json"];
        assert_eq!(content["example"], json!({ "name": "Press" }));
        assert_eq!(mistakes(&edited()), Vec::<String>::new());
        let wrong = feature()
            .route(post("/a", nothing).takes::<Change>().answers_empty(204).example("{name}"))
            .route(post("/b", nothing).answers_empty(204).example("{}"));
        assert_eq!(mistakes(&wrong).len(), 2, "{:?}", mistakes(&wrong));
    }

    #[test]
    fn what_can_be_edited_tells_its_version_and_takes_it_back() {
        let paths = &manifest(&edited())["openapi"]["paths"];
        let etag = |path: &str, method: &str, status: &str| {
            paths[path][method]["responses"][status]["headers"].get("ETag").is_some()
        };
        assert!(etag("/things/{id}", "get", "200") && etag("/things/{id}", "patch", "200"));
        assert!(etag("/things", "post", "201") && !etag("/things", "get", "200"));
        let parameters = paths["/things/{id}"]["patch"]["parameters"].as_array().unwrap();
        assert!(parameters.iter().any(|parameter| parameter["name"] == "If-Match"));
        let untouched = &manifest(&feature())["openapi"]["paths"]["/things/{id}"]["get"]["responses"]["200"];
        assert!(untouched.get("headers").is_none());
    }

    #[test]
    fn mistakes_are_told() {
        let wrong = feature()
            .migrations(&[Migration { file: "0002_things", sqlite: "", postgres: "" }])
            .route(get("/things", nothing).idempotent());
        assert_eq!(mistakes(&wrong).len(), 4, "{:?}", mistakes(&wrong));
    }

    #[cfg(feature = "schedule")]
    #[test]
    fn jobs_are_told_with_their_minutes_and_wrong_ones_are_mistakes() {
        use std::time::Duration;

        async fn idle(_: &Ctx, _: crate::Timestamp) -> crate::Heard {
            Ok(())
        }
        let of = |name, every| feature().schedule(name, every, idle);
        let hourly = of("sweep", Duration::from_secs(3_600));
        assert_eq!(manifest(&hourly)["schedules"], json!([{ "name": "sweep", "everyMinutes": 60 }]));
        assert_eq!(mistakes(&hourly), Vec::<String>::new());
        let month = Duration::from_secs(31 * 24 * 3_600);
        assert_eq!(mistakes(&of("sweep", month)), Vec::<String>::new());
        for wrong in [
            of("Sweep", month),
            of("", month),
            of("sweep", Duration::ZERO),
            of("sweep", Duration::from_secs(90)),
            of("sweep", month + Duration::from_secs(60)),
        ] {
            assert_eq!(mistakes(&wrong).len(), 1, "{:?}", wrong.jobs);
        }
    }
}
