//! Rules of the blob port: an upload is whole or gone, a name is given once, names cannot leave their place.

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use p2p_context::Deadline;

use super::{Candidate, Verdict, open, rules};
use crate::ports::blobs::{BlobError, BlobInfo, BlobStore, ByteStream, StageLimits, Staged};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const LIMITS: StageLimits = StageLimits { bytes: 1 << 20 };

/// All rules.
pub async fn all(candidate: &Candidate) -> Verdict {
    rules!(
        candidate,
        [
            an_upload_is_promoted_and_read,
            an_empty_upload_is_one_too,
            a_promotion_may_be_asked_for_twice,
            a_name_is_given_to_one_content,
            rivals_for_a_name_do_not_mix,
            names_cannot_leave_their_place,
            broken_uploads_leave_nothing,
            rejected_uploads_are_gone,
            deleted_blobs_are_gone,
            links_need_a_blob_and_an_end,
            sweeping_takes_the_old_only,
            scopes_are_apart,
        ]
    )
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

fn body(pieces: &[&[u8]]) -> ByteStream {
    let pieces: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    stream::iter(pieces).boxed()
}

async fn stage(blobs: &dyn BlobStore, bytes: &[u8]) -> Result<Staged, BlobError> {
    blobs.stage("text/plain", body(&[bytes]), LIMITS, soon()).await
}

async fn read(blobs: &dyn BlobStore, name: &str) -> Result<(BlobInfo, Vec<u8>), Failure> {
    let (info, stream) = blobs.open(name).await?;
    let bytes: Vec<Bytes> = stream.try_collect().await?;
    Ok((info, bytes.concat()))
}

async fn an_upload_is_promoted_and_read(candidate: &Candidate) -> Verdict {
    let blobs = open(candidate, "blob-promote").await?.blobs;
    let bytes: Vec<u8> = (0..700_000_u32).map(|n| u8::try_from(n % 251).unwrap_or(0)).collect();
    let pieces: Vec<&[u8]> = bytes.chunks(9_999).collect();
    let staged = blobs.stage("image/png", body(&pieces), LIMITS, soon()).await?;
    assert_eq!(staged.size, 700_000);
    assert_eq!(Some(staged.head.as_slice()), bytes.get(..512));
    assert!(staged.id.len() >= 32, "unguessable");
    assert_eq!(blobs.head("2026/a.png").await?, None);
    let info = blobs.promote(&staged.id, "2026/a.png").await?;
    let expected = BlobInfo {
        name: "2026/a.png".to_owned(),
        media_type: "image/png".to_owned(),
        size: 700_000,
        sha256: staged.sha256.clone(),
    };
    assert_eq!(info, expected);
    assert_eq!(blobs.head("2026/a.png").await?, Some(expected.clone()));
    assert!(read(blobs.as_ref(), "2026/a.png").await? == (expected, bytes));
    Ok(())
}

/// The hash of nothing is known to everyone.
async fn an_empty_upload_is_one_too(candidate: &Candidate) -> Verdict {
    let blobs = open(candidate, "blob-empty").await?.blobs;
    let staged = blobs.stage("text/plain", body(&[]), LIMITS, soon()).await?;
    assert_eq!(staged.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    blobs.promote(&staged.id, "empty").await?;
    assert_eq!(read(blobs.as_ref(), "empty").await?.1, b"");
    Ok(())
}

async fn a_promotion_may_be_asked_for_twice(candidate: &Candidate) -> Verdict {
    let blobs = open(candidate, "blob-twice").await?.blobs;
    let staged = stage(blobs.as_ref(), b"hello").await?;
    let first = blobs.promote(&staged.id, "a").await?;
    assert_eq!(blobs.promote(&staged.id, "a").await?, first);
    assert_eq!(blobs.promote(&staged.id, "b").await, Err(BlobError::Missing), "it has its name");
    assert_eq!(blobs.promote("0123456789abcdef0123456789abcdef", "c").await, Err(BlobError::Missing));
    assert_eq!(blobs.promote("../../etc/passwd", "c").await, Err(BlobError::Missing));
    Ok(())
}

async fn a_name_is_given_to_one_content(candidate: &Candidate) -> Verdict {
    let blobs = open(candidate, "blob-taken").await?.blobs;
    let (one, same, other) = (
        stage(blobs.as_ref(), b"one").await?,
        stage(blobs.as_ref(), b"one").await?,
        stage(blobs.as_ref(), b"two").await?,
    );
    blobs.promote(&one.id, "a").await?;
    blobs.promote(&same.id, "a").await?;
    assert_eq!(blobs.promote(&other.id, "a").await, Err(BlobError::Exists));
    assert_eq!(read(blobs.as_ref(), "a").await?.1, b"one");
    blobs.promote(&other.id, "a/b").await?;
    assert_eq!(read(blobs.as_ref(), "a").await?.1, b"one", "a name may go on behind another");
    assert_eq!(read(blobs.as_ref(), "a/b").await?.1, b"two");
    Ok(())
}

async fn rivals_for_a_name_do_not_mix(candidate: &Candidate) -> Verdict {
    let blobs = open(candidate, "blob-rivals").await?.blobs;
    for round in 0..20 {
        let name = format!("n{round}");
        let (one, other) = (stage(blobs.as_ref(), b"one").await?, stage(blobs.as_ref(), b"two").await?);
        let (first, second) = futures::join!(blobs.promote(&one.id, &name), blobs.promote(&other.id, &name));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        let (info, bytes) = read(blobs.as_ref(), &name).await?;
        let winner = if first.is_ok() { (one.sha256, b"one") } else { (other.sha256, b"two") };
        assert_eq!((info.sha256, bytes.as_slice()), (winner.0, winner.1.as_slice()));
    }
    Ok(())
}

async fn names_cannot_leave_their_place(candidate: &Candidate) -> Verdict {
    let blobs = open(candidate, "blob-names").await?.blobs;
    let staged = stage(blobs.as_ref(), b"x").await?;
    let long = "a".repeat(129);
    for name in [
        "",
        "/a",
        "a/",
        "a//b",
        "..",
        "../a",
        "a/../../b",
        ".",
        "a b",
        "a\\b",
        "a\0",
        "é",
        "a?b",
        "a%2e",
        &long,
    ] {
        assert_eq!(blobs.promote(&staged.id, name).await, Err(BlobError::Rejected), "{name}");
        assert_eq!(blobs.head(name).await, Err(BlobError::Rejected), "{name}");
        assert_eq!(blobs.open(name).await.err(), Some(BlobError::Rejected), "{name}");
        assert_eq!(blobs.delete(name).await, Err(BlobError::Rejected), "{name}");
        assert_eq!(blobs.url(name, Duration::from_secs(1)).await, Err(BlobError::Rejected), "{name}");
    }
    blobs.promote(&staged.id, "fine.txt").await?;
    Ok(())
}

async fn broken_uploads_leave_nothing(candidate: &Candidate) -> Verdict {
    let blobs = open(candidate, "blob-broken").await?.blobs;
    let small = StageLimits { bytes: 4 };
    let exact = blobs.stage("a/b", body(&[b"12", b"34"]), small, soon()).await?;
    blobs.reject(&exact.id).await?;
    let outcome = blobs.stage("a/b", body(&[b"12", b"345"]), small, soon()).await;
    assert_eq!(outcome, Err(BlobError::TooLarge));
    let cut = stream::iter([Ok(Bytes::from_static(b"12")), Err(std::io::Error::other("gone"))]).boxed();
    assert_eq!(blobs.stage("a/b", cut, LIMITS, soon()).await, Err(BlobError::Truncated));
    let slow = body(&[b"12"]).chain(stream::pending()).boxed();
    let short = Deadline::after(Duration::from_millis(30));
    assert_eq!(blobs.stage("a/b", slow, LIMITS, short).await, Err(BlobError::Timeout));
    assert_eq!(blobs.stage("a\r\nb", body(&[b"1"]), LIMITS, soon()).await, Err(BlobError::Rejected));
    assert_eq!(blobs.sweep(Duration::ZERO).await?, 0, "nothing is left to sweep");
    Ok(())
}

async fn rejected_uploads_are_gone(candidate: &Candidate) -> Verdict {
    let blobs = open(candidate, "blob-reject").await?.blobs;
    let staged = stage(blobs.as_ref(), b"x").await?;
    blobs.reject(&staged.id).await?;
    blobs.reject(&staged.id).await?;
    blobs.reject("../kept").await?;
    assert_eq!(blobs.promote(&staged.id, "a").await, Err(BlobError::Missing));
    Ok(())
}

async fn deleted_blobs_are_gone(candidate: &Candidate) -> Verdict {
    let blobs = open(candidate, "blob-delete").await?.blobs;
    for content in [b"one", b"two"] {
        let staged = stage(blobs.as_ref(), content).await?;
        blobs.promote(&staged.id, "a/b").await?;
        assert_eq!(read(blobs.as_ref(), "a/b").await?.1, content);
        blobs.delete("a/b").await?;
        blobs.delete("a/b").await?;
        assert_eq!(blobs.head("a/b").await?, None);
        assert_eq!(blobs.open("a/b").await.err(), Some(BlobError::Missing));
    }
    assert_eq!(blobs.sweep(Duration::ZERO).await?, 0, "nothing is left to sweep");
    Ok(())
}

async fn links_need_a_blob_and_an_end(candidate: &Candidate) -> Verdict {
    let blobs = open(candidate, "blob-links").await?.blobs;
    assert_eq!(blobs.url("a", Duration::from_secs(60)).await, Err(BlobError::Missing));
    let staged = stage(blobs.as_ref(), b"x").await?;
    blobs.promote(&staged.id, "a").await?;
    for ttl in [0, 86_401] {
        assert_eq!(blobs.url("a", Duration::from_secs(ttl)).await, Err(BlobError::Rejected));
    }
    let link = blobs.url("a", Duration::from_secs(60)).await?;
    assert!(link.starts_with('/') || link.starts_with("http"), "{link}");
    Ok(())
}

async fn sweeping_takes_the_old_only(candidate: &Candidate) -> Verdict {
    let blobs = open(candidate, "blob-sweep").await?.blobs;
    assert_eq!(blobs.sweep(Duration::ZERO).await?, 0);
    let (kept, idle) = (stage(blobs.as_ref(), b"x").await?, stage(blobs.as_ref(), b"y").await?);
    blobs.promote(&kept.id, "a").await?;
    assert_eq!(blobs.sweep(Duration::from_secs(3600)).await?, 0);
    let mut swept = 0;
    // The clock of a file system may lag behind by some milliseconds.
    while swept == 0 {
        swept = blobs.sweep(Duration::ZERO).await?;
    }
    assert_eq!(swept, 1);
    assert_eq!(blobs.promote(&idle.id, "b").await, Err(BlobError::Missing));
    assert!(blobs.head("a").await?.is_some());
    Ok(())
}

async fn scopes_are_apart(candidate: &Candidate) -> Verdict {
    let one = open(candidate, "blob-apart-one").await?.blobs;
    let other = open(candidate, "blob-apart-other").await?.blobs;
    let staged = stage(one.as_ref(), b"x").await?;
    assert_eq!(other.promote(&staged.id, "a").await, Err(BlobError::Missing));
    other.reject(&staged.id).await?;
    one.promote(&staged.id, "a").await?;
    assert_eq!(other.head("a").await?, None);
    Ok(())
}
