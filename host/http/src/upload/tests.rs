//! Forms over a real folder of files.

use std::time::Duration;

use futures::stream;
use http::HeaderValue;
use p2p_context::{FeatureName, Scope, SystemClock, TenantId};
use p2p_storage::embedded::{EmbeddedConfig, EmbeddedStores};
use p2p_storage::{Migrations, StoreLimits, Stores as _};
use serde_json::json;
use tempfile::TempDir;

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and then some";

struct Folder {
    blobs: Arc<dyn BlobStore>,
    data: TempDir,
}

async fn folder() -> Folder {
    let data = tempfile::tempdir().unwrap();
    let stores =
        EmbeddedStores::new(data.path().to_owned(), EmbeddedConfig::new([1; 32], Arc::new(SystemClock)));
    let scope = Scope { tenant: TenantId::new("t").unwrap(), feature: FeatureName::new("f").unwrap() };
    let opened = stores.open(&scope, &Migrations::default(), StoreLimits::default()).await.unwrap();
    Folder { blobs: opened.blobs, data }
}

fn rules() -> UploadRules {
    UploadRules {
        max_files: 2,
        max_bytes: 64 << 10,
        media_types: vec!["image/png".into(), "text/plain".into()],
    }
}

fn part(disposition: &str, content: &[u8]) -> Vec<u8> {
    let mut part = format!("--x\r\ncontent-disposition: form-data; {disposition}\r\n\r\n").into_bytes();
    part.extend_from_slice(content);
    part.extend_from_slice(b"\r\n");
    part
}

fn form(parts: &[Vec<u8>]) -> Vec<u8> {
    [parts.concat(), b"--x--\r\n".to_vec()].concat()
}

/// In small pieces, as a network would.
async fn send(folder: &Folder, bytes: Vec<u8>) -> (Result<Form, Problem>, Staging) {
    let pieces: Vec<_> =
        bytes.chunks(7_000).map(|piece| Ok::<_, io::Error>(Bytes::copy_from_slice(piece))).collect();
    let content_type = HeaderValue::from_static("multipart/form-data; boundary=x");
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, content_type)]);
    let rules = rules();
    let limits = Limits { rules: &rules, fields: 100, deadline: Deadline::after(Duration::from_secs(20)) };
    let mut staging = Staging::new(Arc::clone(&folder.blobs));
    let form = read(&headers, Body::from_stream(stream::iter(pieces)), &limits, &mut staging).await;
    (form, staging)
}

fn is_staged(folder: &std::path::Path, id: &str) -> bool {
    std::fs::read_dir(folder).unwrap().map(Result::unwrap).any(|entry| {
        entry.file_name().to_string_lossy().contains(id)
            || (entry.path().is_dir() && is_staged(&entry.path(), id))
    })
}

async fn refused(parts: &[Vec<u8>]) -> u16 {
    let folder = folder().await;
    let (form, staging) = send(&folder, form(parts)).await;
    let ids = staging.ids.clone();
    staging.abandon().await;
    for id in ids {
        let promoted = folder.blobs.promote(&id, "kept").await;
        assert_eq!(promoted, Err(BlobError::Missing), "a refused upload is dropped");
    }
    form.err().map_or(200, |problem| problem.status.as_u16())
}

#[tokio::test]
async fn files_are_staged_and_fields_become_json() {
    let folder = folder().await;
    let mut long = PNG.to_vec();
    long.resize(60_000, b'z');
    let parts = [
        part("name=\"tag\"", b"one"),
        part("name=\"file\"; filename=\"C:\\temp\\a\tb.png\"", &long),
        part("name=\"tag\"", "اثنان".as_bytes()),
    ];
    let (form, _staging) = send(&folder, form(&parts)).await;
    let Form { fields, uploads } = form.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&fields).unwrap(), json!({"tag": ["one", "اثنان"]}));
    let [upload] = uploads.as_slice() else { panic!("one file") };
    assert_eq!((upload.field.as_str(), upload.filename.as_str()), ("file", "ab.png"));
    assert_eq!((upload.media_type.as_str(), upload.size), ("image/png", 60_000));
    let kept = folder.blobs.promote(&upload.staged_id, "a.png").await.unwrap();
    assert_eq!((kept.size, kept.sha256), (60_000, upload.sha256.clone()));
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_and_leaves_nothing() {
    let file = |name: &str, content: &[u8]| part(&format!("name=\"f\"; filename=\"{name}\""), content);
    let large = [PNG, &[b'z'; 70_000]].concat();
    for (parts, status) in [
        (vec![file("a.png", PNG), file("b.png", b"MZ\x90\x00 not a picture")], 415),
        (vec![file("a.png", b"<html><script>")], 415),
        (vec![file("a.png", PNG), file("b.png", &large)], 413),
        (vec![file("a.png", PNG), file("b.png", PNG), file("c.png", PNG)], 422),
        (vec![part("name=\"long\"", &[b'x'; 101])], 413),
        (vec![part("name=\"bytes\"", b"\xff\xfe")], 400),
        (vec![part("filename=\"\"", PNG)], 200),
    ] {
        assert_eq!(refused(&parts).await, status, "{} parts", parts.len());
    }
}

#[tokio::test]
async fn forms_that_end_early_or_hide_behind_headers_are_refused() {
    let folder = folder().await;
    let cut = part("name=\"f\"; filename=\"a.png\"", PNG);
    assert_eq!(send(&folder, cut).await.0.err().unwrap().status, 400);
    let endless = [b"--x\r\nx-long: ".as_slice(), &vec![b'y'; 1 << 20]].concat();
    let status = send(&folder, endless).await.0.err().unwrap().status;
    assert!(status == 400 || status == 413, "{status}");
    let rules = rules();
    let limits = Limits { rules: &rules, fields: 1, deadline: Deadline::after(Duration::from_secs(5)) };
    let mut staging = Staging::new(Arc::clone(&folder.blobs));
    let not_a_form = read(&HeaderMap::new(), Body::empty(), &limits, &mut staging).await;
    assert_eq!(not_a_form.err().unwrap().status, 415);
}

#[tokio::test]
async fn a_request_that_goes_away_leaves_no_file() {
    let folder = folder().await;
    let parts = [part("name=\"f\"; filename=\"a.png\"", PNG)];
    let (_, handed_over) = send(&folder, form(&parts)).await;
    let kept = handed_over.ids[0].clone();
    handed_over.hand_over();
    let (_, dropped) = send(&folder, form(&parts)).await;
    let id = dropped.ids[0].clone();
    assert!(is_staged(folder.data.path(), &id));
    drop(dropped);
    let gone = async {
        while is_staged(folder.data.path(), &id) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.unwrap();
    assert!(folder.blobs.promote(&kept, "kept").await.is_ok());
}
