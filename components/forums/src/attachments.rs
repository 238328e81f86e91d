//! Files in posts: sent first, then named in a post by whoever sent them. A file that no post names within a day goes.
//! This file knows what a file is and which are accepted; what happens to them stands beside it.

mod claim;
mod keep;
mod show;
mod sweep;

use p2p_sdk::media_type::DOCX;
use p2p_sdk::{Code, Feature, Uploads, Uuid, get, post};
use serde::{Deserialize, Serialize};

pub use claim::{check, claim};
pub use sweep::sweep;

use keep::Kept;

/// A file is there and takes room.
const FILE_KEPT: &str = "forums.file.kept";
/// A file is gone.
const FILE_DROPPED: &str = "forums.file.dropped";

const MIB: u64 = 1 << 20;

const UPLOADS: Uploads = Uploads {
    max_files: 5,
    max_bytes: 10 * MIB,
    media_types: &[
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "application/pdf",
        DOCX,
        "text/plain",
    ],
};

/// What a file is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = AttachmentType))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Image,
    Document,
}

/// A file as the document of its post has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub id: Uuid,
    #[serde(rename = "type")]
    pub kind: Kind,
    /// As the sender called it.
    pub filename: String,
    pub size: u64,
    pub mime_type: String,
}

/// A file as it is answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = Attachment))]
#[serde(rename_all = "camelCase")]
pub struct ShownAttachment {
    pub id: Uuid,
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Leads on to the file for whoever may see the post, or sent it.
    pub url: String,
    pub filename: String,
    pub size: u64,
    pub mime_type: String,
}

impl Attachment {
    /// As it is answered.
    pub fn show(self) -> ShownAttachment {
        let Self { id, kind, filename, size, mime_type } = self;
        ShownAttachment {
            id,
            kind,
            url: format!("/api/v1/forums/attachments/{id}"),
            filename,
            size,
            mime_type,
        }
    }
}

impl Kind {
    /// By the type that was found in the bytes.
    fn of(media_type: &str) -> Self {
        if media_type.starts_with("image/") { Self::Image } else { Self::Document }
    }

    const fn bytes_max(self) -> u64 {
        match self {
            Self::Image => 5 * MIB,
            Self::Document => 10 * MIB,
        }
    }
}

/// A file and how much room it takes, as its events tell.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    organization_id: Option<Uuid>,
    name: &'a str,
    bytes: u64,
}

/// The blob of a file.
fn blob(id: Uuid) -> String {
    format!("attachments/{id}")
}

/// What attachments add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature
        .route(
            post("/forums/attachments", keep::keep)
                .summary("Sends files, to be named in a post within a day.")
                .idempotent()
                .uploads(UPLOADS)
                .answers::<Kept>(201)
                .fails(&[Code::FileType, Code::TooLarge]),
        )
        .route(
            get("/forums/attachments/{id}", show::show)
                .summary("Leads on to a file of a post.")
                .answers_empty(302)
                .fails(&[Code::NotFound]),
        )
}
