//! On the way to a feature: who may call, how much may come, what arrives; and on the way back, how it went.

use std::sync::Arc;
use std::time::Duration;

use http::Request;
use p2p_context::{Deadline, FeatureName, Language, Scope, TenantId};
use p2p_http::HttpOptions;
use p2p_storage::{BlobError, Migrations, StoreLimits};
use serde_json::json;

use crate::house::{House, request};
use crate::stand_in::StandIn;

fn house() -> (House, Arc<StandIn>) {
    let feature = StandIn::new();
    (House::over(HttpOptions::default(), Arc::clone(&feature) as _), feature)
}

fn get(path: &str) -> Request<&'static str> {
    request("GET", path).body("").unwrap()
}

#[tokio::test]
async fn a_failed_call_is_answered_by_what_happened_to_it() {
    let (house, _) = house();
    for (path, status, code, retry) in [
        ("/api/v1/say/busy", 503, "BUSY", Some("1")),
        ("/api/v1/say/deadline", 504, "DEADLINE", None),
        ("/api/v1/say/memory", 500, "INTERNAL", None),
        ("/api/v1/say/trapped", 500, "INTERNAL", None),
        ("/api/v1/say/gone", 404, "NOT_FOUND", None),
        ("/api/v1/say/unsupported", 503, "FEATURE_UNAVAILABLE", Some("30")),
        ("/api/v1/say/panic", 500, "INTERNAL", None),
    ] {
        let answer = house.send(get(path)).await;
        assert_eq!(answer.error(), (status, code.to_owned()));
        assert_eq!(answer.header("retry-after"), retry, "{path}");
    }
}

#[tokio::test]
async fn a_problem_of_a_feature_gets_the_envelope_and_keeps_its_words() {
    let (house, _) = house();
    let answer = house.send(get("/api/v1/say/problem")).await;
    assert_eq!(answer.error(), (409, "BAD_STATE".to_owned()));
    assert_eq!(
        (&answer.json()["message"], &answer.json()["details"]["state"]),
        (&json!("Zu spät"), &json!("locked"))
    );
}

#[tokio::test]
async fn routes_are_for_whom_their_manifest_says() {
    let (house, _) = house();
    let member = house.token(json!({"role": "member"})).await;
    let admin = house.token(json!({"role": "admin"})).await;
    let platform = house.token(json!({"platformAdmin": true})).await;
    for (path, expected) in [
        ("/api/v1/say/hello", [200, 200, 200, 200]),
        ("/api/v1/say/signed-in/hello", [401, 200, 200, 200]),
        ("/api/v1/say/admin/hello", [401, 403, 200, 200]),
        ("/api/v1/say/platform/hello", [401, 403, 403, 200]),
    ] {
        let mut answers = vec![house.send(get(path)).await.status()];
        for token in [&member, &admin, &platform] {
            let ask =
                request("GET", path).header("authorization", format!("Bearer {token}")).body("").unwrap();
            answers.push(house.send(ask).await.status());
        }
        assert_eq!(answers, expected, "{path}");
    }
    let nobody = house.send(get("/api/v1/say/signed-in/hello")).await;
    assert_eq!(nobody.error(), (401, "UNAUTHENTICATED".to_owned()));
}

#[tokio::test]
async fn the_feature_gets_the_request_as_the_contract_says() {
    let (house, feature) = house();
    let token = house.token(json!({"role": "admin", "verified": true})).await;
    let ask = request("HEAD", "/api/v1/say/a%20b/?x=1&y=%20").header("accept-language", "ar");
    let ask = ask.header("authorization", format!("Bearer {token}")).body("").unwrap();
    let answer = house.send(ask).await;
    assert_eq!((answer.status(), answer.0.body().len()), (200, 0));
    let (context, asked) = feature.last();
    assert_eq!(
        (asked.method.as_str(), asked.path.as_str(), asked.query.as_str()),
        ("GET", "/say/a%20b", "x=1&y=%20")
    );
    assert_eq!((context.tenant.as_str(), context.language), ("acme", Language::Ar));
    assert_eq!(Some(context.request_id.as_str()), answer.header("x-request-id"));
    assert!(context.actor.is_some_and(|actor| actor.verified));
    assert!(context.deadline.remaining() <= Duration::from_secs(30));
}

#[tokio::test]
async fn other_methods_are_told_and_options_are_answered() {
    let (house, _) = house();
    let put = house.send(request("PUT", "/api/v1/say/hello").body("").unwrap()).await;
    assert_eq!(put.error(), (405, "METHOD_NOT_ALLOWED".to_owned()));
    assert_eq!(put.header("allow"), Some("GET, POST, HEAD, OPTIONS"));
    let options = house.send(request("OPTIONS", "/api/v1/say/hello").body("").unwrap()).await;
    assert_eq!((options.status(), options.header("allow")), (204, Some("GET, POST, HEAD, OPTIONS")));
}

#[tokio::test]
async fn a_body_is_taken_up_to_the_limit_of_its_route() {
    let (house, feature) = house();
    let post = |body: &'static str| request("POST", "/api/v1/say/hello").body(body).unwrap();
    assert_eq!(house.send(post("12345678")).await.status(), 200);
    assert_eq!(feature.last().1.body, "12345678");
    assert_eq!(house.send(post("123456789")).await.error(), (413, "TOO_LARGE".to_owned()));
    assert!(feature.asked.lock().unwrap().is_none(), "what is refused never arrives");
}

#[tokio::test]
async fn a_stale_session_stands_in_the_way_of_nothing_public() {
    let (house, _) = house();
    let token = house.token(json!({})).await;
    let (signed, _) = token.rsplit_once('.').unwrap();
    let forged = |method: &str, path: &str| {
        request(method, path).header("authorization", format!("Bearer {signed}.AAAA")).body("").unwrap()
    };
    for method in ["GET", "POST"] {
        assert_eq!(house.send(forged(method, "/api/v1/say/hello")).await.status(), 200, "{method}");
    }
    let signed_in = house.send(forged("GET", "/api/v1/say/signed-in/hello")).await;
    assert_eq!(signed_in.error(), (401, "TRY_REFRESH".to_owned()));
}

#[tokio::test]
async fn long_answers_of_features_are_compressed() {
    let (house, _) = house();
    let ask = request("GET", "/api/v1/say/long").header("accept-encoding", "gzip").body("").unwrap();
    let answer = house.send(ask).await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert!(answer.0.body().len() < 1_000);
}

#[tokio::test]
async fn uploads_are_staged_for_the_feature_and_dropped_when_it_refuses() {
    let (house, feature) = house();
    let scope = Scope { tenant: TenantId::new("acme").unwrap(), feature: FeatureName::new("say").unwrap() };
    let stores = house.stores.open(&scope, &Migrations::default(), StoreLimits::default()).await.unwrap();
    feature.keep_files_in(Arc::clone(&stores.blobs));
    let form =
        "--x\r\ncontent-disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\nhello\r\n--x--\r\n";
    let post = |path: &str| {
        request("POST", path).header("content-type", "multipart/form-data; boundary=x").body(form).unwrap()
    };
    for (path, status, promoted) in [
        ("/api/v1/say/upload/hello", 200, true),
        ("/api/v1/say/upload/refuse", 422, false),
        ("/api/v1/say/upload/trapped", 500, false),
    ] {
        assert_eq!(house.send(post(path)).await.status(), status);
        let (_, asked) = feature.last();
        let [upload] = asked.uploads.as_slice() else { panic!("one file") };
        assert_eq!((upload.media_type.as_str(), upload.head.as_slice()), ("text/plain", b"hello".as_slice()));
        let kept = stores.blobs.promote(&upload.staged_id, "kept").await;
        assert_eq!(kept.as_ref().err(), (!promoted).then_some(&BlobError::Missing), "{path}");
    }
    let plain = request("POST", "/api/v1/say/upload/hello").body("hello").unwrap();
    assert_eq!(house.send(plain).await.error(), (415, "FILE_TYPE".to_owned()));
}

#[tokio::test]
async fn too_many_files_are_refused_in_the_language_of_the_reader() {
    let (house, feature) = house();
    let scope = Scope { tenant: TenantId::new("acme").unwrap(), feature: FeatureName::new("say").unwrap() };
    let stores = house.stores.open(&scope, &Migrations::default(), StoreLimits::default()).await.unwrap();
    feature.keep_files_in(Arc::clone(&stores.blobs));
    let form = "--x\r\ncontent-disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\nhello\r\n\
                --x\r\ncontent-disposition: form-data; name=\"f\"; filename=\"b.txt\"\r\n\r\nhello\r\n--x--\r\n";
    for (language, message) in [("en", "takes at most 1 files"), ("ar", "يجب ألا يزيد عدد الملفات عن 1")]
    {
        let post = request("POST", "/api/v1/say/upload/hello").header("accept-language", language);
        let post = post.header("content-type", "multipart/form-data; boundary=x").body(form).unwrap();
        let answer = house.send(post).await;
        assert_eq!(answer.error(), (422, "VALIDATION".to_owned()));
        let fields = json!([{"field": "f", "message": message, "code": "TOO_MANY"}]);
        assert_eq!(answer.json()["details"]["fields"], fields, "{language}");
    }
}

#[tokio::test]
async fn a_signed_link_serves_the_file_on_the_hosts_of_its_tenant_until_it_ends() {
    let (house, feature) = house();
    let scope = Scope { tenant: TenantId::new("acme").unwrap(), feature: FeatureName::new("say").unwrap() };
    let stores = house.stores.open(&scope, &Migrations::default(), StoreLimits::default()).await.unwrap();
    feature.keep_files_in(Arc::clone(&stores.blobs));
    let bytes = Box::pin(futures::stream::iter([Ok(bytes::Bytes::from_static(b"hello"))]));
    let (limits, soon) = (p2p_storage::StageLimits { bytes: 100 }, Deadline::after(Duration::from_secs(60)));
    let staged = stores.blobs.stage("text/plain", bytes, limits, soon).await.unwrap();
    stores.blobs.promote(&staged.id, "notes/a.txt").await.unwrap();
    let link = stores.blobs.url("notes/a.txt", Duration::from_secs(60)).await.unwrap();
    let served = house.send(get(&link)).await;
    assert_eq!((served.status(), served.0.body().as_ref()), (200, b"hello".as_slice()));
    assert_eq!(served.header("content-type"), Some("text/plain"));
    assert_eq!(served.header("content-disposition"), Some("inline; filename=\"a.txt\""));
    assert_eq!(served.header("x-content-type-options"), Some("nosniff"));
    assert!(served.header("content-security-policy").unwrap().contains("sandbox"));
    let known =
        request("GET", &link).header("if-none-match", served.header("etag").unwrap()).body("").unwrap();
    assert_eq!(house.send(known).await.status(), 304);
    assert_eq!(house.send(get(&link.replace("a.txt", "b.txt"))).await.status(), 404, "another name");
    assert_eq!(house.send(get(&link.replace("expires=", "expires=9"))).await.status(), 404, "another time");
    let elsewhere = Request::get(&link).header("host", "globex.example").body("").unwrap();
    assert_eq!(house.send(elsewhere).await.status(), 404, "another tenant's host");
}
