//! Which address means which route, and that everything else is a plain 404.

use p2p_http::{BasePath, HttpOptions};

use super::Stage;
use crate::house::{House, request};

#[tokio::test]
async fn a_features_routes_lie_below_the_base_path_with_or_without_a_tenant() {
    let Stage { house, feature, .. } = Stage::new();
    for path in ["/auth/signin", "/auth/signin/", "/auth/public/signin", "/auth/acme/signin?a=1"] {
        let answer = house.send(request("POST", path).body("").unwrap()).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
        let (_, asked) = feature.last();
        assert_eq!((asked.path.as_str(), asked.query.as_str() == "a=1"), ("/fdi/signin", path.contains('?')));
    }
}

#[tokio::test]
async fn a_path_is_taken_as_it_is_before_a_tenant_is_looked_for() {
    let Stage { house, feature, .. } = Stage::new();
    for (path, declared) in [
        ("/auth/public/hello", "/fdi/public/hello"),
        ("/auth/acme/hello", "/fdi/hello"),
        ("/auth/acme/public/hello", "/fdi/public/hello"),
    ] {
        house.send(request("GET", path).body("").unwrap()).await;
        assert_eq!(feature.last().1.path, declared);
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_plain_404_whatever_the_method() {
    let Stage { house, .. } = Stage::new();
    for (method, path) in [
        ("GET", "/auth/signin"),
        ("PUT", "/auth/signin"),
        ("OPTIONS", "/auth/signin"),
        ("POST", "/auth/globex/signin"),
        ("POST", "/auth/acme/acme/signin"),
        ("POST", "/auth/fdi/signin"),
        ("GET", "/auth/nothing"),
        ("GET", "/auth/session/refresh"),
        ("DELETE", "/auth/signout"),
        ("POST", "/auth/jwt/jwks.json"),
        ("POST", "/auth/loginmethods"),
    ] {
        let answer = house.send(request(method, path).body("").unwrap()).await;
        let expected = (404, "There is nothing at this address.".to_owned());
        assert_eq!(answer.protocol_error(), expected, "{method} {path}");
        assert_eq!(answer.header("allow"), None);
    }
}

#[tokio::test]
async fn the_protocol_is_not_reached_beside_its_base_path() {
    let Stage { house, .. } = Stage::new();
    for (method, path) in [
        ("POST", "/api/v1/fdi/signin"),
        ("POST", "/api/v1/%66di/signin"),
        ("GET", "/api/v1/fdi"),
        ("POST", "/fdi/signin"),
        ("GET", "/auth"),
        ("POST", "/authority/signin"),
    ] {
        let answer = house.send(request(method, path).body("").unwrap()).await;
        assert_eq!(answer.error(), (404, "NOT_FOUND".to_owned()), "{method} {path}");
    }
    let elsewhere = http::Request::post("/auth/signin").header("host", "other.example").body("").unwrap();
    assert_eq!(house.send(elsewhere).await.status(), 404, "nobody's host");
    let globex = http::Request::post("/auth/signin").header("host", "globex.example").body("").unwrap();
    assert_eq!(house.send(globex).await.status(), 404, "a tenant without the feature");
}

#[tokio::test]
async fn the_base_path_is_the_operators() {
    let options =
        HttpOptions { auth_base_path: BasePath::parse("/people/in").unwrap(), ..HttpOptions::default() };
    let Stage { house, .. } =
        Stage::with(options, |sessions| sessions.api_base_path = "/people/in".to_owned());
    for (path, status) in [("/people/in/signin", 200), ("/people/in/acme/signin", 200), ("/auth/signin", 404)]
    {
        let answer = house.send(request("POST", path).body("").unwrap()).await;
        assert_eq!(answer.status(), status, "{path}");
    }
    let methods = house.send(request("GET", "/people/in/loginmethods").body("").unwrap()).await;
    assert_eq!(methods.json()["status"], "OK");
}

#[tokio::test]
async fn a_problem_of_a_feature_keeps_its_words() {
    let Stage { house, .. } = Stage::new();
    let answer = house.send(request("POST", "/auth/problem").body("").unwrap()).await;
    assert_eq!(answer.protocol_error(), (409, "Zu spät".to_owned()));
}

#[tokio::test]
async fn what_cannot_be_decoded_is_refused_in_english() {
    let ask = request("POST", "/auth/%zz").header("accept-language", "ar").body("").unwrap();
    let answer = House::new().send(ask).await;
    assert_eq!(answer.protocol_error(), (400, "The request could not be understood.".to_owned()));
}
