//! The pages that show the document: what they are made of, how long it may be kept, and what they may do in a browser.

use std::io::Read as _;

use flate2::read::GzDecoder;

use crate::house::{Answer, House, request};

const PAGES: [&str; 2] = ["/docs", "/redoc"];

async fn get(house: &House, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request =
        headers.iter().fold(request("GET", path), |request, (name, value)| request.header(*name, *value));
    house.send(request.body("").unwrap()).await
}

#[tokio::test]
async fn a_page_runs_nothing_but_scripts_of_this_server() {
    let house = House::new();
    for path in PAGES {
        let page = get(&house, path, &[]).await;
        assert_eq!((page.status(), page.header("content-type")), (200, Some("text/html; charset=utf-8")));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        assert_eq!(page.all("content-security-policy").len(), 1);
        let html = String::from_utf8(page.0.body().to_vec()).unwrap();
        assert!(
            html.contains("/api/v1/openapi.json") && !html.contains("<style") && !html.contains("style=")
        );
        assert!(
            html.split("<script").skip(1).all(|script| script.contains("></script>")),
            "no inline script"
        );
        assert!(!html.contains("//"), "nothing from elsewhere: {html}");
    }
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let house = House::new();
    for (path, caching) in [
        ("/docs", "no-cache"),
        ("/redoc", "no-cache"),
        ("/docs/swagger-ui.css", "public, max-age=3600"),
        ("/docs/redoc-start.js", "public, max-age=3600"),
    ] {
        let first = get(&house, path, &[]).await;
        assert_eq!((first.status(), first.header("cache-control")), (200, Some(caching)), "{path}");
        let etag = first.header("etag").unwrap();
        let list = format!("W/\"0\", {etag}");
        let again = get(&house, path, &[("if-none-match", &list)]).await;
        assert_eq!(
            (again.status(), again.0.body().len(), again.header("etag")),
            (304, 0, Some(etag)),
            "{path}"
        );
        let other = get(&house, path, &[("if-none-match", "W/\"0\"")]).await;
        assert_eq!((other.status(), other.0.body()), (200, first.0.body()), "{path}");
    }
}

#[tokio::test]
async fn a_script_travels_packed_to_whoever_can_unpack_it() {
    let house = House::new();
    for (path, least) in [("/docs/swagger-ui-bundle.js", 1 << 20), ("/docs/redoc.standalone.js", 1 << 20)] {
        let plain = get(&house, path, &[]).await;
        assert_eq!(plain.header("content-encoding"), None);
        assert_eq!(plain.header("content-type"), Some("text/javascript; charset=utf-8"));
        assert!(plain.0.body().len() > least);
        let packed = get(&house, path, &[("accept-encoding", "gzip, br")]).await;
        assert_eq!((packed.status(), packed.header("content-encoding")), (200, Some("gzip")));
        assert_eq!(
            (plain.header("vary"), packed.header("vary")),
            (Some("accept-encoding"), Some("accept-encoding"))
        );
        let mut unpacked = Vec::new();
        GzDecoder::new(packed.0.body().as_ref()).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked.as_slice(), plain.0.body().as_ref());
    }
}

#[tokio::test]
async fn there_are_pages_for_tenants_only_and_no_other_files() {
    let house = House::new();
    for path in PAGES {
        let stranger = http::Request::builder().uri(path).header("host", "nobody.example").body("").unwrap();
        assert_eq!(house.send(stranger).await.error(), (404, "NOT_FOUND".to_owned()));
    }
    for path in ["/docs/none.js", "/docs/docs.html", "/docs/..%2fCargo.toml", "/docs/a/b", "/redoc/x"] {
        assert_eq!(get(&house, path, &[]).await.error(), (404, "NOT_FOUND".to_owned()), "{path}");
    }
    let post = house.send(request("POST", "/docs").body("").unwrap()).await;
    assert_eq!(post.error(), (405, "METHOD_NOT_ALLOWED".to_owned()));
}
