//! Use cases: listed, begun, read, changed, published and let go. One verb a file; what they share stands beside them.

mod card;
mod complete;
mod create;
mod delete;
mod derived;
mod detail;
mod draft;
mod filter;
mod found;
mod list;
mod publish;
mod read;
mod selection;
mod update;
mod viewer;
mod whole;

use p2p_sdk::{Access, Code, Feature, Page, delete, get, patch, post};

pub use card::{Card, Status, columns};
pub use derived::cover;
pub use detail::{COLLECTION, Detail, StoredMedia, forget, insert, present};
pub use found::{Found, seen};
pub use list::show as show_page;
pub use viewer::Viewer;

use draft::{NewUseCase, UseCaseChanges};
use filter::Filter;
use whole::UseCase;

/// The longest texts, every character written as the longest escape of JSON, and what stands around them.
const BODY_LIMIT: usize = 640 << 10;

const EXAMPLE: &str = r#"{"title": "Fewer rejects by camera inspection", "industry": "Plastics", "technology": ["Computer vision", "Edge computing"], "problemStatement": "One part in twenty left the line with a **short shot** that nobody saw.", "solution": "A camera over each mould and a model that was trained on two weeks of parts.", "outcomes": {"costSavings": "SAR 480,000 a year", "efficiencyGain": "4.2 % more good parts", "roiTimeline": "9 months"}, "vendorInfo": {"name": "Sahm Vision", "contact": "sales@sahm.example"}, "location": {"city": "Riyadh", "coordinates": [24.7136, 46.6753]}, "tags": ["quality-control", "automation"]}"#;

/// What use cases add to the feature.
pub fn routes(feature: Feature) -> Feature {
    let feature = feature.collection(COLLECTION, &[&["submission_id", "updated_at"], &["updated_at"]]);
    governed(feature)
        .route(
            get("/use-cases", list::list)
                .access(Access::Optional)
                .summary("Published use cases; with `status` or `mine` also what the caller may see of others.")
                .query::<Filter>()
                .paged()
                .answers::<Page<Card<'static>>>(200),
        )
        .route(
            post("/use-cases", create::create)
                .summary("Begins a use case: a draft that its author and their admins see. Only a title is needed.")
                .idempotent()
                .body_limit(BODY_LIMIT)
                .takes::<NewUseCase>()
                .example(EXAMPLE)
                .answers::<UseCase<'static>>(201),
        )
        .route(
            get("/use-cases/{id}", read::read)
                .access(Access::Optional)
                .summary("A use case with all that was written.")
                .answers::<UseCase<'static>>(200)
                .fails(&[Code::NotFound]),
        )
}

/// What is done to use cases that are there.
fn governed(feature: Feature) -> Feature {
    feature
        .route(
            patch("/use-cases/{id}", update::update)
                .summary("Changes a use case; for its author and their admins.")
                .body_limit(BODY_LIMIT)
                .takes::<UseCaseChanges>()
                .example(r#"{"outcomes": {"costSavings": "SAR 510,000 a year"}, "tags": ["quality-control"]}"#)
                .answers::<UseCase<'static>>(200)
                .fails(&[Code::NotFound, Code::Forbidden, Code::VersionConflict]),
        )
        .route(
            delete("/use-cases/{id}", delete::delete)
                .summary("Archives a use case that is published and deletes a draft; an archived one goes only with If-Match. For its author and their admins.")
                .answers_empty(204)
                .fails(&[Code::NotFound, Code::Forbidden, Code::VersionConflict]),
        )
        .route(
            post("/use-cases/{id}/publish", publish::publish)
                .summary("Publishes a use case that is complete; for its author and their admins.")
                .answers::<UseCase<'static>>(200)
                .fails(&[Code::NotFound, Code::Forbidden, Code::BadState, Code::Validation, Code::VersionConflict]),
        )
}
