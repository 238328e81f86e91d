//! The thin slice of the product through the real host: sign up, sign in, profile, forum topics.

#![cfg(test)]

use p2p_test_support::host::TestHost;
use p2p_test_support::people::{Person, signup, topic};
use reqwest::Method;
use serde_json::{Value, json};

async fn host() -> TestHost {
    TestHost::with(&["accounts", "forums"]).await
}

#[tokio::test]
async fn signing_up_makes_organization_admin_and_session() {
    let host = host().await;
    let sara = Person::founder(&host.url(""), "localhost", "Sara@Works.example").await;
    assert_eq!(sara.profile["user"]["email"], "sara@works.example");
    assert_eq!(sara.profile["user"]["role"], "admin");
    assert_eq!(sara.profile["user"]["lastName"], "العتيبي");
    assert_eq!(sara.profile["organization"]["domain"], "works.example");
    assert_eq!(sara.profile["organization"]["adminUserId"], sara.profile["user"]["id"]);
    let me = sara.get("/users/me").await.expect(200);
    assert_eq!(me.json["id"], sara.profile["user"]["id"]);
    assert!(me.headers.contains_key("etag"));
}

#[tokio::test]
async fn addresses_and_domains_are_taken_once() {
    let host = host().await;
    Person::founder(&host.url(""), "localhost", "a@works.example").await;
    let nobody = Person::nobody(&host.url(""), "localhost");
    assert_eq!(
        nobody.post("/auth/signup", &signup("A@works.example")).await.expect(409).code(),
        "EMAIL_TAKEN"
    );
    assert_eq!(
        nobody.post("/auth/signup", &signup("b@works.example")).await.expect(409).code(),
        "DOMAIN_TAKEN"
    );
    // The refused sign-up left nothing behind: the address is free under another domain's organization.
    assert_eq!(
        nobody
            .post("/auth/login", &json!({"email": "b@works.example", "password": "correct horse 7"}))
            .await
            .code(),
        "WRONG_CREDENTIALS"
    );
}

#[tokio::test]
async fn signing_in_answers_the_same_to_every_wrong_guess_and_then_locks() {
    let host = host().await;
    let (email, nobody) = ("a@works.example", Person::nobody(&host.url(""), "localhost"));
    Person::founder(&host.url(""), "localhost", email).await;
    let guess = |email: &str, password: &str| json!({"email": email, "password": password});
    let unknown =
        nobody.post("/auth/login", &guess("nobody@works.example", "wrong horse 7")).await.expect(400);
    let wrong = nobody.post("/auth/login", &guess(email, "wrong horse 7")).await.expect(400);
    assert_eq!(unknown.code(), "WRONG_CREDENTIALS");
    assert_eq!(unknown.json["message"], wrong.json["message"]);
    let right = nobody.post("/auth/login", &guess(email, "correct horse 7")).await.expect(200);
    assert!(nobody.signed_in(&right).token.is_some());
    for _ in 0..5 {
        nobody.post("/auth/login", &guess(email, "wrong horse 7")).await;
    }
    let locked = nobody.post("/auth/login", &guess(email, "correct horse 7")).await.expect(429);
    assert_eq!(locked.code(), "LOCKED_OUT");
    assert!(locked.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn refreshing_rotates_and_reuse_ends_the_family() {
    let host = host().await;
    let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
    let with = |token: &str| vec![("authorization".to_owned(), format!("Bearer {token}"))];
    let refresh = async |token: &str| {
        let headers = with(token);
        let headers: Vec<_> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let bare = sara.with_token(None);
        bare.send(Method::POST, "/auth/refresh", None, &headers).await
    };
    let first = sara.refresh.clone().unwrap();
    let second = sara.signed_in(&refresh(&first).await.expect(200));
    assert_ne!(second.refresh.as_ref(), Some(&first));
    let third = sara.signed_in(&refresh(second.refresh.as_ref().unwrap()).await.expect(200));
    third.get("/users/me").await.expect(200);
    // Two generations old: somebody else has it.
    let stolen = refresh(&first).await.expect(401);
    assert_eq!(stolen.headers["front-token"], "remove");
    refresh(third.refresh.as_ref().unwrap()).await.expect(401);
    third.get("/users/me").await.expect(401);
}

#[tokio::test]
async fn logging_out_ends_the_session_at_once_and_again_is_fine() {
    let host = host().await;
    let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
    sara.post("/auth/logout", &json!({})).await.expect(200);
    assert_eq!(sara.get("/users/me").await.status, 401);
    Person::nobody(&host.url(""), "localhost").post("/auth/logout", &json!({})).await.expect(200);
}

#[tokio::test]
async fn the_own_profile_changes_by_version_and_refuses_what_is_not_ones_own() {
    let host = host().await;
    let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
    let etag = sara.get("/users/me").await.headers["etag"].to_str().unwrap().to_owned();
    let change = json!({"bio": "Presses & pumps < 10 bar", "language": "ar"}).to_string();
    let patch = async |body: &str, etag: &str| {
        sara.send(Method::PATCH, "/users/me", Some(body.to_owned()), &[("if-match", etag)]).await
    };
    let changed = patch(&change, &etag).await.expect(200);
    assert_eq!(changed.json["bio"], "Presses & pumps < 10 bar");
    assert_eq!(patch(&change, &etag).await.expect(409).code(), "VERSION_CONFLICT");
    let refused =
        sara.patch("/users/me", &json!({"email": "x@y.example", "role": "member"})).await.expect(422);
    let fields: Vec<_> =
        refused.json["details"]["fields"].as_array().unwrap().iter().map(|f| f["field"].clone()).collect();
    assert!(fields.contains(&json!("email")) && fields.contains(&json!("role")), "{fields:?}");
}

#[tokio::test]
async fn topics_are_written_listed_in_pages_and_read() {
    let host = host().await;
    let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
    let mut written = Vec::new();
    for n in 0..5 {
        let answer =
            sara.post("/forums/topics", &topic(&format!("Bearing number {n} runs hot"))).await.expect(201);
        written.push(answer.json["id"].as_str().unwrap().to_owned());
    }
    let first = sara.get("/forums/topics?limit=3&count=true").await.expect(200);
    assert_eq!((first.json["total"].clone(), first.json["hasNext"].clone()), (json!(5), json!(true)));
    let cursor = first.json["nextCursor"].as_str().unwrap().to_owned();
    let second = sara.get(&format!("/forums/topics?limit=3&cursor={cursor}")).await.expect(200);
    let ids = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut seen = [ids(&first.json), ids(&second.json)].concat();
    written.reverse();
    assert_eq!(seen, written, "newest first, each once");
    assert_eq!(first.json["items"][0]["tags"], topic("")["tags"]);
    let id = seen.pop().unwrap();
    let read = sara.get(&format!("/forums/topics/{id}")).await.expect(200);
    assert_eq!(read.json["author"]["name"], "Sara العتيبي");
    assert!(read.json["contentHtml"].as_str().unwrap().contains("a &lt; b"));
    assert_eq!(read.json["content"], topic("")["content"]);
    assert_eq!(read.json["tags"], topic("")["tags"]);
    assert!(read.headers.contains_key("etag"));
}

#[tokio::test]
async fn the_same_idempotency_key_makes_one_topic() {
    let host = host().await;
    let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
    let body = topic("Written once, sent twice").to_string();
    let send = async |body: &str| {
        let headers = [("idempotency-key", "0b5ad4a6-key")];
        sara.send(Method::POST, "/forums/topics", Some(body.to_owned()), &headers).await
    };
    let (one, two) = tokio::join!(send(&body), send(&body));
    assert_eq!(one.expect(201).json["id"], two.expect(201).json["id"]);
    let other = send(&topic("Another body under the same key").to_string()).await;
    assert_eq!(other.status, 422, "{}", other.text);
    assert_eq!(sara.get("/forums/topics?count=true").await.json["total"], 1);
}

#[tokio::test]
async fn an_organizations_topic_does_not_exist_for_others() {
    let host = host().await;
    let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
    let omar = Person::founder(&host.url(""), "localhost", "b@mills.example").await;
    let mut inside = topic("Only for our own people");
    inside["visibility"] = json!("organization");
    let id = sara.post("/forums/topics", &inside).await.expect(201).json["id"].as_str().unwrap().to_owned();
    sara.get(&format!("/forums/topics/{id}")).await.expect(200);
    assert_eq!(omar.get(&format!("/forums/topics/{id}")).await.expect(404).code(), "NOT_FOUND");
    assert_eq!(omar.get("/forums/topics?count=true").await.json["total"], 0);
}

#[tokio::test]
async fn messages_follow_the_callers_language_and_codes_do_not() {
    let host = host().await;
    let nobody = Person::nobody(&host.url(""), "localhost");
    let ask = async |language: &str| {
        nobody.send(Method::GET, "/users/me", None, &[("accept-language", language)]).await.expect(401)
    };
    let (english, arabic) = (ask("en").await, ask("ar-SA,en;q=0.5").await);
    assert_eq!(english.code(), arabic.code());
    assert_ne!(english.json["message"], arabic.json["message"]);
}
