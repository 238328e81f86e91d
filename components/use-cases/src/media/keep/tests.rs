//! Files that are kept, refused, and left behind.

use std::time::Duration;

use p2p_sdk::test_host::{Answered, Sending};
use p2p_sdk::{Actor, Language, Role};
use serde_json::{Value, json};

use super::*;
use crate::fixture::{Atlas, complete, draft};

const PNG: (&str, &str) = ("pump.PNG", "image/png");
const PDF: (&str, &str) = ("دليل.pdf", "application/pdf");
const MP4: (&str, &str) = ("tour.mp4", "video/mp4");

fn sending<'a>(atlas: &'a Atlas, by: &Actor, case: Uuid, files: &[(&str, &str)], size: usize) -> Sending<'a> {
    let post = atlas.host.post(&format!("/use-cases/{case}/media")).by(by);
    let staged = files.iter().map(|(name, kind)| atlas.host.stage("files", name, kind, &vec![7; size]));
    staged.fold(post, Sending::upload)
}

fn send(atlas: &Atlas, case: Uuid, files: &[(&str, &str)], size: usize) -> Answered {
    sending(atlas, &atlas.huda, case, files, size).send()
}

#[test]
fn files_are_kept_in_their_order_and_told_of() {
    let atlas = Atlas::new();
    let case = atlas.begun(&atlas.huda, &draft("With files"));
    atlas.told();
    let answer = sending(&atlas, &atlas.huda, case, &[PDF, PNG, MP4], 10)
        .json(&json!({ "caption": ["", " Line two "] }));
    let answer = answer.send();
    assert_eq!(answer.status, 201);
    let kept = answer.json();
    let id = kept["media"][1]["id"].as_str().unwrap();
    let url = format!("/api/v1/use-cases/{case}/media/{id}");
    let wanted = json!({ "id": id, "type": "image", "url": url, "thumbnailUrl": format!("{url}?size=thumbnail"),
        "caption": "Line two", "filename": "pump.PNG", "size": 10, "mimeType": "image/png", "width": 800, "height": 600 });
    assert_eq!((&kept["media"][1], &kept["failed"]), (&wanted, &json!([])));
    let kinds: Vec<_> = kept["media"].as_array().unwrap().iter().map(|file| file["type"].clone()).collect();
    assert_eq!(kinds, ["document", "image", "video"]);
    let read = atlas.read(Some(&atlas.huda), case);
    assert_eq!((&read.json()["media"], read.header("etag")), (&kept["media"], Some("\"2\"")));
    assert_eq!(read.json()["thumbnailUrl"], wanted["thumbnailUrl"]);
    let told = atlas.told();
    let wanted = json!({ "organizationId": atlas.huda.organization_id, "name": format!("media/{case}/{id}"), "bytes": 20 });
    assert_eq!((told.len(), &told[1]), (3, &("use-cases.file.kept".to_owned(), wanted)));
    assert_eq!(atlas.pending(), 0);
    assert_eq!(atlas.documents(), 1);
}

#[test]
fn an_edit_keeps_the_files() {
    let atlas = Atlas::new();
    let case = atlas.published(&atlas.huda, &complete("With files"));
    let file = atlas.file(case, "a.png", "image/png");
    let edit = atlas
        .host
        .patch(&format!("/use-cases/{case}"))
        .by(&atlas.huda)
        .json(&json!({ "title": "Another title" }));
    assert_eq!(edit.send().json()["media"][0]["id"], json!(file));
    let card = &atlas.list(None, "").json()["items"][0];
    assert_eq!(card["thumbnailUrl"], format!("/api/v1/use-cases/{case}/media/{file}?size=thumbnail"));
}

#[test]
fn each_file_is_judged_alone() {
    let atlas = Atlas::new();
    let case = atlas.begun(&atlas.huda, &draft("With files"));
    atlas.told();
    let exe = ("pump.exe", "image/png");
    let answer = send(&atlas, case, &[exe, PDF, PNG, MP4], 6 << 20);
    let kept = answer.json();
    assert_eq!((answer.status, kept["media"].as_array().unwrap().len()), (201, 2));
    let failed: Vec<_> = kept["failed"].as_array().unwrap().iter().map(|file| file["code"].clone()).collect();
    assert_eq!((failed, atlas.told().len()), (vec![json!("FILE_TYPE"), json!("TOO_LARGE")], 2));
    for (files, status, code) in [
        (&[exe, PNG][..], 415, "FILE_TYPE"),
        (&[PNG][..], 413, "TOO_LARGE"),
        (&[("a.csv", "text/plain")][..], 415, "FILE_TYPE"),
        (&[("pdf", "application/pdf")][..], 415, "FILE_TYPE"),
        (&[("a.png", "video/mp4")][..], 415, "FILE_TYPE"),
        (&[][..], 422, "VALIDATION"),
    ] {
        let answer = send(&atlas, case, files, 6 << 20);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{files:?}");
    }
    assert_eq!(send(&atlas, case, &[PDF], 11 << 20).code(), "TOO_LARGE");
    assert!(atlas.told().is_empty());
}

#[test]
fn what_failed_is_told_in_the_callers_language() {
    let atlas = Atlas::new();
    let case = atlas.begun(&atlas.huda, &draft("With files"));
    let files = [("a.txt", "text/plain"), ("a.exe", "text/plain")];
    let failed =
        sending(&atlas, &atlas.huda, case, &files, 1).language(Language::Ar).send().json()["failed"].take();
    let message = Code::FileType.message(Language::Ar);
    assert_eq!(failed, json!([{ "filename": "a.exe", "code": "FILE_TYPE", "message": message }]));
}

#[test]
fn a_picture_that_is_none_fails_alone() {
    let atlas = Atlas::new();
    let case = atlas.begun(&atlas.huda, &draft("With files"));
    // The fake host takes empty bytes for what does not decode.
    let post = sending(&atlas, &atlas.huda, case, &[PNG], 0).upload(atlas.host.stage(
        "files",
        "b.pdf",
        "application/pdf",
        b"b",
    ));
    let kept = post.send().json();
    assert_eq!(
        (&kept["failed"][0]["code"], &kept["media"][0]["filename"]),
        (&json!("FILE_TYPE"), &json!("b.pdf"))
    );
}

#[test]
fn its_author_and_their_admins_may() {
    let atlas = Atlas::new();
    let published = atlas.published(&atlas.huda, &complete("For all to see"));
    let begun = atlas.begun(&atlas.huda, &draft("Not yet ready"));
    let member = atlas.host.colleague(&atlas.huda, Role::Member);
    for (by, case, status) in [
        (&atlas.stranger, published, 403),
        (&member, published, 403),
        (&member, begun, 404),
        (&atlas.omar, begun, 201),
        (&atlas.platform_admin, published, 201),
        (&atlas.huda, atlas.host.new_id(), 404),
    ] {
        assert_eq!(sending(&atlas, by, case, &[PDF], 3).send().status, status);
    }
    let upload = atlas.host.stage("file", "a.txt", "text/plain", b"a");
    assert_eq!(atlas.host.post(&format!("/use-cases/{published}/media")).upload(upload).send().status, 401);
    let long =
        sending(&atlas, &atlas.huda, begun, &[PDF], 3).json(&json!({ "caption": "x".repeat(301) })).send();
    assert_eq!(long.wrong_fields(), [("caption".into(), "TOO_LONG".into())]);
}

#[test]
fn there_is_room_for_thirty() {
    let atlas = Atlas::new();
    let case = atlas.begun(&atlas.huda, &draft("With many files"));
    for _ in 0..3 {
        assert_eq!(send(&atlas, case, &[PDF; 10], 3).status, 201);
    }
    assert_eq!(send(&atlas, case, &[PDF], 3).wrong_fields(), [("file".into(), "TOO_MANY".into())]);
}

#[test]
fn many_at_once_lose_nothing() {
    let atlas = Atlas::new();
    let case = atlas.begun(&atlas.huda, &draft("With many files"));
    let each = |n: usize| {
        sending(&atlas, &atlas.huda, case, &[PDF, PNG], 3 + n).header("idempotency-key", &format!("k-{n}"))
    };
    let answers = each(0).send_with((1..6).map(each));
    assert!(answers.iter().all(|answer| answer.status == 201));
    let read = atlas.read(Some(&atlas.huda), case);
    assert_eq!((read.json()["media"].as_array().unwrap().len(), read.header("etag")), (12, Some("\"7\"")));
    assert_eq!((atlas.documents(), atlas.pending()), (1, 0));
    for (n, answer) in answers.iter().enumerate() {
        // Also those that had to try again kept their answer under their key.
        assert_eq!(each(n).send().body, answer.body);
    }
    assert_eq!(atlas.read(Some(&atlas.huda), case).header("etag"), Some("\"7\""));
}

#[test]
fn the_same_key_keeps_once_also_at_the_same_time() {
    let atlas = Atlas::new();
    let case = atlas.begun(&atlas.huda, &draft("With a file"));
    atlas.told();
    let each = || sending(&atlas, &atlas.huda, case, &[PDF], 3).header("idempotency-key", "k-1");
    let answers = each().send_with([each(), each()]);
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.body == answers[0].body));
    assert_eq!(each().send().body, answers[0].body);
    assert_eq!(atlas.told().len(), 1);
    let media = atlas.read(Some(&atlas.huda), case).json()["media"].clone();
    assert_eq!((media.as_array().unwrap().len(), &media), (1, &answers[0].json()["media"]));
}

#[test]
fn what_is_not_committed_leaves_no_file() {
    let atlas = Atlas::new();
    let case = atlas.begun(&atlas.huda, &draft("With a file"));
    atlas.told();
    let full = "CREATE TRIGGER full BEFORE UPDATE ON use_cases BEGIN SELECT RAISE(ABORT, 'full'); END";
    atlas.host.execute(full, params![]);
    assert!(send(&atlas, case, &[PDF], 3).status >= 500);
    atlas.host.execute("DROP TRIGGER full", params![]);
    assert!(atlas.told().is_empty());
    let name: String =
        atlas.host.query("SELECT name FROM pending_files", &params![]).value().unwrap().unwrap();
    assert!(!atlas.blob(&name), "dropped at once");
    assert_eq!(atlas.read(Some(&atlas.huda), case).json()["media"], json!([]));
}

#[test]
fn what_a_call_that_died_had_kept_is_swept() {
    let atlas = Atlas::new();
    let case = atlas.begun(&atlas.huda, &draft("With a file"));
    let file = atlas.file(case, "b.pdf", "application/pdf");
    let name = format!("media/{case}/{file}");
    // As it stood between the file and the commit that names it.
    atlas.host.execute(
        "INSERT INTO pending_files (name, created_at) VALUES ($1, $2)",
        params![name, atlas.host.now()],
    );
    let sweep = |after: u64| {
        atlas.host.advance(Duration::from_secs(after));
        assert_eq!(atlas.host.run_job("sweep", atlas.host.now()), Ok(()));
        (atlas.blob(&name), atlas.pending())
    };
    assert_eq!(sweep(3_600), (true, 1));
    assert_eq!(sweep(1), (false, 0));
}

#[test]
fn a_picture_of_another_type_is_called_so() {
    let blob = |media_type: &str| p2p_sdk::host::Blob {
        name: String::new(),
        media_type: media_type.to_owned(),
        size: 5,
        sha256: String::new(),
    };
    let file = StoredMedia {
        id: Uuid::NIL,
        kind: Kind::Image,
        filename: "plan.v2.webp".to_owned(),
        mime_type: "image/webp".to_owned(),
        size: 9,
        bytes: 9,
        caption: None,
        width: None,
        height: None,
    };
    let copies = [
        Picture { blob: blob("image/jpeg"), width: 3, height: 4 },
        Picture { blob: blob("image/jpeg"), width: 1, height: 1 },
    ];
    let drawn = drawn(file, &copies);
    assert_eq!(
        (drawn.filename.as_str(), drawn.mime_type.as_str(), drawn.size, drawn.bytes),
        ("plan.v2.jpg", "image/jpeg", 5, 10)
    );
    let value: Value = serde_json::to_value(&drawn).unwrap();
    assert_eq!((&value["width"], &value["height"]), (&json!(3), &json!(4)));
}
