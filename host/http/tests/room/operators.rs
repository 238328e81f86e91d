//! What is for operators: health, readiness, figures, and who may see them.

use p2p_http::HttpOptions;

use crate::house::{House, request};

const THIS_MACHINE: [u8; 4] = [127, 0, 0, 1];

#[tokio::test]
async fn health_follows_the_stores_and_the_shutdown() {
    let house = House::new();
    let ready = house.send(request("GET", "/health/ready").body("").unwrap()).await;
    assert_eq!((ready.status(), ready.json()["checks"]["stores"].as_str()), (200, Some("ok")));
    let health = house.send(request("GET", "/health").body("").unwrap()).await;
    assert!(health.json()["version"].is_string());
    house.app.services().begin_drain();
    let draining = house.send(request("GET", "/health/ready").body("").unwrap()).await;
    assert_eq!(draining.error(), (503, "FEATURE_UNAVAILABLE".to_owned()));
    assert!(draining.header("retry-after").is_some());
    let live = house.send(request("GET", "/health/live").body("").unwrap()).await;
    assert_eq!(live.status(), 200, "it lives until it is gone");
}

#[tokio::test]
async fn stores_that_cannot_be_written_are_noticed() {
    let house = House::new();
    // A file where the folder was: nobody can write below it, not even root.
    let folder = house.data.path().to_owned();
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, b"").unwrap();
    let answer = house.send(request("GET", "/health/ready").body("").unwrap()).await;
    std::fs::remove_file(&folder).unwrap();
    assert_eq!(answer.error().0, 503);
    assert_eq!(answer.json()["details"]["reason"], "stores");
}

#[tokio::test]
async fn figures_are_for_this_machine_only() {
    let house = House::new();
    house.send(request("GET", "/api/v1/x").body("").unwrap()).await;
    let here = house.send_from(THIS_MACHINE, request("GET", "/metrics").body("").unwrap()).await;
    let text = String::from_utf8(here.0.body().to_vec()).unwrap();
    assert!(text.contains("p2p_http_requests_total{method=\"GET\",status=\"404\"} 1"), "{text}");
    assert!(text.contains("# TYPE p2p_calls counter") && text.ends_with("# EOF\n"), "{text}");
    let elsewhere = house.send(request("GET", "/metrics").body("").unwrap()).await;
    assert_eq!(elsewhere.status(), 404);
    let passed_on = request("GET", "/metrics").header("x-forwarded-for", "127.0.0.1").body("").unwrap();
    assert_eq!(house.send_from(THIS_MACHINE, passed_on).await.status(), 404);
}

#[tokio::test]
async fn figures_are_for_whoever_has_the_token() {
    let metrics_token = Some("correct-horse".to_owned());
    let house = House::with(HttpOptions { metrics_token, ..HttpOptions::default() });
    for (token, status) in [("Bearer correct-horse", 200), ("Bearer wrong", 404), ("correct-horse", 404)] {
        let ask = request("GET", "/metrics").header("authorization", token).body("").unwrap();
        assert_eq!(house.send(ask).await.status(), status, "{token}");
    }
    let none = request("GET", "/metrics").body("").unwrap();
    assert_eq!(house.send_from(THIS_MACHINE, none).await.status(), 404, "the token is asked of everybody");
}
