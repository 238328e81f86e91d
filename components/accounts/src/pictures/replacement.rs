//! Setting a picture in the place of another one: files before the commit that names them, the old one gone behind it, so
//! that every address that is told leads to a picture, whatever dies in between.

use p2p_sdk::host::BlobError;
use p2p_sdk::{Batch, Code, Ctx, Delivery, Heard, Problem, Request, Rule, Uuid};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{FILE_DROPPED, FILE_KEPT, Picture, SIDES, square};
use crate::organizations::count;

/// A file and how much room it takes, as its events tell.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    organization_id: Uuid,
    name: String,
    bytes: u64,
}

/// A picture that takes the place of another one.
#[derive(Debug)]
pub struct Replacement {
    new: File,
    old: Option<File>,
}

impl Replacement {
    /// Makes squares of the one file of the request.
    pub async fn of(
        ctx: &Ctx,
        request: &Request,
        (kind, owner, organization_id): (&str, Uuid, Uuid),
        old: Option<&Picture>,
    ) -> Result<Self, Problem> {
        let upload = request.uploads.first().ok_or_else(|| Problem::invalid("file", Rule::Required))?;
        let old = match old {
            Some(Picture(name)) => {
                let bytes = size(ctx, name).await?;
                Some(File { organization_id, name: name.clone(), bytes })
            }
            None => None,
        };
        let name = format!("{kind}/{owner}/{}", ctx.new_id());
        let squares = ctx.blobs().promote_squares(&upload.staged_id, &name, &SIDES).await;
        let squares = squares.map_err(|error| match error {
            BlobError::Rejected => Problem::new(Code::FileType),
            error => error.into(),
        })?;
        let bytes = squares.iter().map(|square| square.blob.size).sum();
        Ok(Self { new: File { organization_id, name, bytes }, old })
    }

    /// The new one.
    pub fn picture(&self) -> Picture {
        Picture(self.new.name.clone())
    }

    /// Commits the batch that names the new picture and no longer the old one. The old file goes by an event, once that
    /// stands; the new one goes when it does not.
    pub async fn commit(self, ctx: &Ctx, batch: Batch) -> Result<(), Problem> {
        let batch = batch.event(FILE_KEPT, &self.new.name, &self.new);
        let batch = match &self.old {
            Some(old) => batch.event(FILE_DROPPED, &old.name, old),
            None => batch,
        };
        if let Err(error) = batch.commit(ctx).await {
            if let Err(error) = delete(ctx, &self.new.name).await {
                ctx.warn("a picture that nobody shows stays behind", &cause(&self.new.name, error));
            }
            return Err(error.into());
        }
        Ok(())
    }
}

fn cause(name: &str, error: BlobError) -> serde_json::Value {
    json!({ "name": name, "cause": error.to_string() })
}

async fn size(ctx: &Ctx, name: &str) -> Result<u64, BlobError> {
    let mut bytes = 0;
    for side in SIDES {
        bytes += ctx.blobs().head(&square(name, side)).await?.map_or(0, |blob| blob.size);
    }
    Ok(bytes)
}

async fn delete(ctx: &Ctx, name: &str) -> Result<(), BlobError> {
    for side in SIDES {
        ctx.blobs().delete(&square(name, side)).await?;
    }
    Ok(())
}

/// Hears `FILE_DROPPED`. The commit that counts comes last: a handler that dies before it deletes once more.
pub async fn drop_file(ctx: &Ctx, event: Delivery) -> Heard {
    let File { name, .. } = event.read()?;
    delete(ctx, &name).await?;
    count(ctx, event).await
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Actor;
    use p2p_sdk::test_host::{Answered, TestHost};
    use serde_json::{Value, json};

    use crate::fixture::{execute, value, with_layla};

    fn send(host: &TestHost, by: &Actor, bytes: &[u8]) -> Answered {
        let upload = host.stage("file", "me.png", "image/png", bytes);
        host.post("/users/me/avatar").by(by).upload(upload).send()
    }

    /// Where the picture is shown, below `/api/v1`.
    fn path(answered: &Answered) -> String {
        answered.json()["avatar"].as_str().unwrap().strip_prefix("/api/v1").unwrap().to_owned()
    }

    fn status(host: &TestHost, path: &str) -> u16 {
        host.get(path).send().status
    }

    #[test]
    fn the_old_one_goes_by_its_event_and_room_is_counted() {
        let (host, layla) = with_layla();
        let hear_all = || {
            for event in host.events().into_iter().filter(|event| event.topic.contains(".file.")) {
                let payload: Value = serde_json::from_slice(&event.payload).unwrap();
                assert_eq!(host.hear(host.new_id(), &event.topic, &event.key, &payload), Ok(()));
            }
            value(&host, "SELECT value FROM organization_counters WHERE name = 'storage'")
        };
        let first = path(&send(&host, &layla, b"ten bytes."));
        assert_eq!(hear_all(), 20, "two squares");
        let second = path(&send(&host, &layla, b"twenty bytes, not 10"));
        assert_eq!(status(&host, &first), 302, "until the event is heard");
        assert_eq!(hear_all(), 40);
        assert_eq!((status(&host, &first), status(&host, &second)), (404, 302));
    }

    #[test]
    fn what_is_not_committed_leaves_no_file() {
        // Two hosts make the same ids in the same order: this is the name that the second one gives.
        let (host, layla) = with_layla();
        let path = path(&send(&host, &layla, b"\x89PNG"));
        let (host, layla) = with_layla();
        execute(
            &host,
            "CREATE TRIGGER full BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'no space left'); END",
        );
        assert_eq!((send(&host, &layla, b"\x89PNG").status, host.events().len()), (503, 0));
        assert_eq!(status(&host, &path), 404);
        execute(&host, "DROP TRIGGER full");
        assert_eq!(send(&host, &layla, b"\x89PNG").status, 200);
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let (host, layla) = with_layla();
        let send = |media_type: &str| {
            let upload = host.stage("file", "me", media_type, b"?");
            host.post("/users/me/avatar").by(&layla).upload(upload).send()
        };
        assert_eq!(send("text/plain").code(), "FILE_TYPE");
        let without = host.post("/users/me/avatar").by(&layla).json(&json!({})).send();
        assert_eq!(without.wrong_fields(), [("file".to_owned(), "REQUIRED".to_owned())]);
    }
}
