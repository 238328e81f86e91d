//! Files in memory: staged, promoted, deleted, as the contract says.

use std::collections::HashMap;
use std::rc::Rc;

use sha2::{Digest, Sha256};

use super::state::State;
use crate::Upload;
use crate::host::{Answer, Blob, BlobError, Blobs, Picture};

/// Staged uploads by id, kept files by name.
#[derive(Default)]
pub(super) struct Files {
    staged: HashMap<String, Blob>,
    kept: HashMap<String, Blob>,
}

const HEAD: usize = 512;
const SEGMENT_MAX: usize = 128;

pub(super) fn stage(state: &State, field: &str, filename: &str, media_type: &str, bytes: &[u8]) -> Upload {
    let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let staged_id = state.new_id().to_string();
    let blob = Blob {
        name: String::new(),
        media_type: media_type.to_owned(),
        size: bytes.len() as u64,
        sha256: sha256.clone(),
    };
    state.files.borrow_mut().staged.insert(staged_id.clone(), blob);
    Upload {
        field: field.to_owned(),
        filename: filename.to_owned(),
        media_type: media_type.to_owned(),
        size: bytes.len() as u64,
        sha256,
        head: bytes.iter().take(HEAD).copied().collect(),
        staged_id,
    }
}

struct Fake(Rc<State>);

pub(super) fn fake(state: &Rc<State>) -> Rc<dyn Blobs> {
    Rc::new(Fake(Rc::clone(state)))
}

fn is_name(name: &str) -> bool {
    let segment = |segment: &str| {
        (1..=SEGMENT_MAX).contains(&segment.len())
            && segment != "."
            && segment != ".."
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    name.split('/').all(segment)
}

impl Fake {
    fn keep(&self, staged_id: &str, name: &str) -> Result<Blob, BlobError> {
        if !is_name(name) {
            return Err(BlobError::Rejected);
        }
        let mut files = self.0.files.borrow_mut();
        let staged = files.staged.get(staged_id).cloned().ok_or(BlobError::Missing)?;
        match files.kept.get(name) {
            Some(kept) if kept.sha256 == staged.sha256 => return Ok(kept.clone()),
            Some(_) => return Err(BlobError::Exists),
            None => {}
        }
        files.staged.remove(staged_id);
        let blob = Blob { name: name.to_owned(), ..staged };
        files.kept.insert(name.to_owned(), blob.clone());
        Ok(blob)
    }
}

impl Blobs for Fake {
    fn promote<'a>(&'a self, staged_id: &'a str, name: &'a str) -> Answer<'a, Result<Blob, BlobError>> {
        Answer::ready(self.keep(staged_id, name))
    }

    fn reject<'a>(&'a self, staged_id: &'a str) -> Answer<'a, Result<(), BlobError>> {
        self.0.files.borrow_mut().staged.remove(staged_id);
        Answer::ready(Ok(()))
    }

    fn head<'a>(&'a self, name: &'a str) -> Answer<'a, Result<Option<Blob>, BlobError>> {
        Answer::ready(Ok(self.0.files.borrow().kept.get(name).cloned()))
    }

    fn delete<'a>(&'a self, name: &'a str) -> Answer<'a, Result<(), BlobError>> {
        self.0.files.borrow_mut().kept.remove(name);
        Answer::ready(Ok(()))
    }

    fn url<'a>(&'a self, name: &'a str, ttl_seconds: u32) -> Answer<'a, Result<String, BlobError>> {
        let known = self.0.files.borrow().kept.contains_key(name);
        Answer::ready(if known {
            Ok(format!("/files/{name}?ttl={ttl_seconds}"))
        } else {
            Err(BlobError::Missing)
        })
    }

    /// Nothing is decoded: the type tells a picture, and every square is the whole of it.
    fn promote_squares<'a>(
        &'a self,
        staged_id: &'a str,
        name: &'a str,
        sides: &'a [u32],
    ) -> Answer<'a, Result<Vec<Picture>, BlobError>> {
        let copies = sides.iter().map(|side| (format!("{name}-{side}"), *side, *side));
        Answer::ready(self.draw(staged_id, name, copies.collect()))
    }

    /// Nothing is decoded: every picture is four by three.
    fn promote_picture<'a>(
        &'a self,
        staged_id: &'a str,
        name: &'a str,
        sides: &'a [u32],
    ) -> Answer<'a, Result<Vec<Picture>, BlobError>> {
        let copies = sides.iter().map(|side| (format!("{name}-{side}"), *side, side * 3 / 4));
        let whole = (name.to_owned(), 800, 600);
        Answer::ready(self.draw(staged_id, name, std::iter::once(whole).chain(copies).collect()))
    }
}

impl Fake {
    /// Keeps a staged picture once under each name, of this width and height. Empty bytes are no picture.
    fn draw(
        &self,
        staged_id: &str,
        name: &str,
        copies: Vec<(String, u32, u32)>,
    ) -> Result<Vec<Picture>, BlobError> {
        let mut files = self.0.files.borrow_mut();
        let staged = files.staged.get(staged_id).cloned().ok_or(BlobError::Missing)?;
        if !staged.media_type.starts_with("image/") || staged.size == 0 || !is_name(name) {
            return Err(BlobError::Rejected);
        }
        files.staged.remove(staged_id);
        let mut keep = |(name, width, height): (String, u32, u32)| {
            let blob = Blob { name, ..staged.clone() };
            files.kept.insert(blob.name.clone(), blob.clone());
            Picture { blob, width, height }
        };
        Ok(copies.into_iter().map(&mut keep).collect())
    }
}
