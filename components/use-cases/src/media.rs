//! Files of use cases: pictures, films and documents. This file knows what a file is and which are accepted; what happens
//! to them stands beside it.

mod drop;
mod keep;
mod remove;
mod show;
mod written;

use p2p_sdk::host::Event;
use p2p_sdk::media_type::DOCX;
use p2p_sdk::{Access, Code, Feature, Uploads, Uuid, delete as delete_route, get, post};
use serde::{Deserialize, Serialize};

pub use drop::delete;

use crate::cases::StoredMedia;
use keep::{Kept, Words};
use show::Wanted;

/// A file is there and takes room.
const FILE_KEPT: &str = "use-cases.file.kept";
/// A file is gone, or goes now.
const FILE_DROPPED: &str = "use-cases.file.dropped";

/// Files of one use case.
const MEDIA_MAX: usize = 30;
/// Pixels of the longer side of a small copy.
const SMALL: u32 = 480;

const MIB: u64 = 1 << 20;

const UPLOADS: Uploads = Uploads {
    max_files: 10,
    max_bytes: 50 * MIB,
    media_types: &[
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "video/mp4",
        "video/webm",
        "application/pdf",
        DOCX,
        "text/plain",
    ],
};

/// What a file is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = MediaType))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Image,
    Video,
    Document,
}

impl Kind {
    /// By the type that was found in the bytes.
    fn of(media_type: &str) -> Self {
        match media_type.split_once('/') {
            Some(("image", _)) => Self::Image,
            Some(("video", _)) => Self::Video,
            _ => Self::Document,
        }
    }

    const fn bytes_max(self) -> u64 {
        match self {
            Self::Image => 5 * MIB,
            Self::Video => 50 * MIB,
            Self::Document => 10 * MIB,
        }
    }
}

/// A file as it is answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = Media))]
#[serde(rename_all = "camelCase")]
pub struct ShownMedia {
    pub id: Uuid,
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Leads on to the file for whoever may see the use case.
    pub url: String,
    /// The same for a small copy of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    pub filename: String,
    pub size: u64,
    pub mime_type: String,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

impl ShownMedia {
    /// A file of this use case.
    pub fn of(case: Uuid, file: &StoredMedia) -> Self {
        let StoredMedia { id, kind, filename, mime_type, size, caption, width, height, .. } = file.clone();
        Self {
            id,
            kind,
            url: url(case, id),
            thumbnail_url: (kind == Kind::Image).then(|| thumbnail_url(case, id)),
            caption,
            filename,
            size,
            mime_type,
            width,
            height,
        }
    }
}

fn url(case: Uuid, id: Uuid) -> String {
    format!("/api/v1/use-cases/{case}/media/{id}")
}

/// Where a small copy of a picture is shown.
pub fn thumbnail_url(case: Uuid, id: Uuid) -> String {
    format!("{}?size=thumbnail", url(case, id))
}

/// The blob of a file.
fn blob(case: Uuid, id: Uuid) -> String {
    format!("media/{case}/{id}")
}

/// The blob of the small copy of a picture, as the host names it.
fn small(name: &str) -> String {
    format!("{name}-{SMALL}")
}

/// A file and how much room it takes, as its events tell.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    organization_id: Option<Uuid>,
    name: &'a str,
    bytes: u64,
}

fn told(topic: &str, case: Uuid, organization_id: Option<Uuid>, file: &StoredMedia) -> Event {
    let told = File { organization_id, name: &blob(case, file.id), bytes: file.bytes };
    Event::new(topic, file.id, &told)
}

/// Lets a file go once what names it is gone.
pub fn dropped(case: Uuid, organization_id: Option<Uuid>, file: &StoredMedia) -> Event {
    told(FILE_DROPPED, case, organization_id, file)
}

/// What files add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature
        .route(
            post("/use-cases/{id}/media", keep::keep)
                .summary("Adds files to a use case, each judged alone; for its author and their admins.")
                .idempotent()
                .uploads(UPLOADS)
                .takes::<Words>()
                .answers::<Kept>(201)
                .fails(&[
                    Code::NotFound,
                    Code::Forbidden,
                    Code::FileType,
                    Code::TooLarge,
                    Code::VersionConflict,
                ]),
        )
        .route(
            get("/use-cases/{id}/media/{mediaId}", show::show)
                .access(Access::Optional)
                .summary("Leads on to a file of a use case.")
                .query::<Wanted>()
                .answers_empty(302)
                .fails(&[Code::NotFound]),
        )
        .route(
            delete_route("/use-cases/{id}/media/{mediaId}", remove::remove)
                .summary("Takes a file away; for the author of the use case and their admins.")
                .answers_empty(204)
                .fails(&[Code::NotFound, Code::Forbidden, Code::VersionConflict]),
        )
        .on_event(FILE_DROPPED, drop::drop_file)
}
