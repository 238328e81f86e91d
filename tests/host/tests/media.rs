//! Files of use cases from the form to the file: several in one request, pictures without what a camera wrote into them,
//! seen by everybody once the use case is published, and gone when it no longer names them.

#![cfg(test)]

use p2p_test_support::host::TestHost;
use p2p_test_support::people::Person;
use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

/// Four by four pixels of one colour; a comment goes between the two parts.
const HEAD: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x04\0\0\0\x04\x08\x02\0\0\0&\x93\t)";
const COMMENT: &[u8] = b"\x00\x00\x00\x14tEXtComment\x00SECRET-PLACE\x46\x0f\xf6\x75";
const TAIL: &[u8] =
    b"\0\0\0\x10IDATx\xdac8\x11\xa0\x01G\x0c\xc4q\0\x12R\x14\x01\xfc`\x17\x8a\0\0\0\0IEND\xaeB`\x82";

async fn host() -> (TestHost, Person, String) {
    let host = TestHost::with(&["accounts", "use-cases"]).await;
    let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
    let draft = json!({
        "title": "Camera over a mould", "industry": "Plastics", "technology": ["AI"], "problemStatement": "Short shots.",
        "solution": "A camera.", "outcomes": {"costSavings": "20%"},
        "location": {"city": "الرياض", "coordinates": [24.7136, 46.6753]},
    });
    let case = sara.post("/use-cases", &draft).await.expect(201).json["id"].as_str().unwrap().to_owned();
    (host, sara, case)
}

fn part(name: &str, bytes: &[u8]) -> Part {
    Part::bytes(bytes.to_vec()).file_name(name.to_owned())
}

/// A picture, a document, a text that calls itself a picture, and a picture that breaks off.
async fn send(sara: &Person, case: &str) -> Value {
    let picture = [HEAD, COMMENT, TAIL].concat();
    let form = Form::new()
        .part("files", part("line.png", &picture))
        .part("files", part("plan.pdf", b"%PDF-1.7\nplan"))
        .part("files", part("words.png", b"Only words, whatever the name says"))
        .part("files", part("broken.png", &picture[..60]))
        .text("caption", "Line two");
    sara.upload(&format!("/use-cases/{case}/media"), form).await.expect(201).json
}

async fn show(host: &TestHost, path: &str, token: Option<&String>) -> Response {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let request = client.get(host.url(path)).header("host", "localhost");
    let request = match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    };
    request.send().await.unwrap()
}

fn location(response: &Response) -> String {
    assert_eq!(response.status(), 302);
    response.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_file_is_judged_alone_and_pictures_tell_nothing() {
    let (host, sara, case) = host().await;
    let kept = send(&sara, &case).await;
    let names = |list: &str, field: &str| -> Vec<String> {
        kept[list].as_array().unwrap().iter().map(|file| file[field].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        (names("media", "filename"), names("failed", "code")),
        (vec!["line.png".into(), "plan.pdf".into()], vec!["FILE_TYPE".into(); 2])
    );
    let picture = &kept["media"][0];
    assert_eq!(
        (&picture["width"], &picture["height"], &picture["caption"]),
        (&json!(4), &json!(4), &json!("Line two"))
    );
    for field in ["url", "thumbnailUrl"] {
        let address = picture[field].as_str().unwrap();
        assert_eq!(show(&host, address, None).await.status(), 404, "a draft's");
        let file = show(&host, &location(&show(&host, address, sara.token.as_ref()).await), None).await;
        assert!(file.headers()["content-type"].to_str().unwrap().starts_with("image/"));
        let bytes = file.bytes().await.unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"SECRET") && !bytes.is_empty(), "{field}");
    }
    sara.post(&format!("/use-cases/{case}/publish"), &json!({})).await.expect(200);
    let card = Person::nobody(&host.url(""), "localhost").get("/use-cases").await.expect(200).json["items"]
        [0]
    .clone();
    assert_eq!(card["thumbnailUrl"], picture["thumbnailUrl"]);
    assert_eq!((&card["latitude"], &card["location"]["city"]), (&json!(24.7136), &json!("الرياض")));
    for file in kept["media"].as_array().unwrap() {
        let link = location(&show(&host, file["url"].as_str().unwrap(), None).await);
        assert_eq!(show(&host, &link, None).await.status(), 200, "everybody's");
    }
}

#[tokio::test]
async fn a_file_that_is_taken_away_goes_in_the_background() {
    let (host, sara, case) = host().await;
    let kept = send(&sara, &case).await;
    let address = kept["media"][0]["url"].as_str().unwrap();
    let (whole, small) = (address.to_owned(), format!("{address}?size=thumbnail"));
    let mut links = Vec::new();
    for path in [&whole, &small] {
        links.push(location(&show(&host, path, sara.token.as_ref()).await));
    }
    let path = address.strip_prefix("/api/v1").unwrap();
    sara.send(Method::DELETE, path, None, &[]).await.expect(204);
    for link in &links {
        assert_eq!(show(&host, link, None).await.status(), 200, "a page may still show it");
    }
    host.worker(&host.tenant()).await.drain().await.unwrap();
    for link in &links {
        assert_eq!(show(&host, link, None).await.status(), 404);
    }
    let stats = sara.get("/organizations/stats").await.expect(200).json;
    assert_eq!(
        (&stats["storageBytes"], &stats["useCases"]["draft"]),
        (&json!(13), &json!(1)),
        "the document is left"
    );
}

#[tokio::test]
async fn storms_of_files_and_edits_lose_nothing() {
    let (_host, sara, case) = host().await;
    let upload = async |n: usize| {
        let form = Form::new().part("file", part(&format!("{n}.pdf"), b"%PDF-1.7"));
        sara.upload(&format!("/use-cases/{case}/media"), form).await.expect(201);
    };
    let edit = async |n: usize| {
        let body = json!({"solution": format!("A camera, try {n}.")});
        sara.patch(&format!("/use-cases/{case}"), &body).await.expect(200);
    };
    // Whoever loses tries again, and each of the others is in their way once at most.
    futures::join!(upload(0), edit(0), upload(1), edit(1), upload(2));
    let found = sara.get(&format!("/use-cases/{case}")).await.expect(200);
    assert_eq!(
        (found.json["media"].as_array().unwrap().len(), &found.headers["etag"]),
        (3, &"\"6\"".parse().unwrap())
    );
}
