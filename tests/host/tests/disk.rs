//! A disk that fills up under a running host: writes are refused with a clear 503, reads go on, nothing acknowledged is
//! lost, and writing works again as soon as there is space.

#![cfg(test)]

use std::path::Path;
use std::process::Command;

use p2p_test_support::host::TestHost;
use p2p_test_support::people::{Person, topic};
use tempfile::TempDir;

/// A file system of its own, of a few megabytes.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// None where nothing may be mounted.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=12m", "tmpfs"]).arg(folder.path());
        mount.output().is_ok_and(|done| done.status.success()).then_some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all the space that is left; answers the file that has it.
    fn fill(&self) -> std::path::PathBuf {
        let file = self.path().join("ballast");
        let mut size = 12 << 20;
        let mut ballast = Vec::new();
        while size > 512 {
            let mut tried = ballast.clone();
            tried.resize(ballast.len() + size, 1);
            match std::fs::write(&file, &tried) {
                Ok(()) => ballast = tried,
                Err(_) => size /= 2,
            }
        }
        std::fs::write(&file, &ballast).unwrap();
        file
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_is_a_clear_503_and_ends_when_space_returns() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: a small disk can be mounted by root only");
        return;
    };
    let host = TestHost::on(disk.path(), &["accounts", "forums"]).await;
    let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
    let before = sara.post("/forums/topics", &topic("Written while there was space")).await.expect(201);
    let ballast = disk.fill();

    let mut acknowledged = 1;
    let refused = loop {
        let answer = sara.post("/forums/topics", &topic(&format!("Written as number {acknowledged}"))).await;
        if answer.status != 201 {
            break answer;
        }
        acknowledged += 1;
        assert!(acknowledged < 2_000, "the disk is not full");
    };
    let refused = refused.expect(503);
    assert!(matches!(refused.code(), "FEATURE_UNAVAILABLE" | "BUSY"), "{}", refused.text);
    assert!(!refused.text.to_lowercase().contains("sqlite"), "{}", refused.text);
    let id = before.json["id"].as_str().unwrap();
    sara.get(&format!("/forums/topics/{id}")).await.expect(200);

    std::fs::remove_file(ballast).unwrap();
    sara.post("/forums/topics", &topic("Written when space had returned")).await.expect(201);
    let total = sara.get("/forums/topics?count=true").await.expect(200).json["total"].clone();
    assert_eq!(total, acknowledged + 1, "exactly what was acknowledged is there");
}
