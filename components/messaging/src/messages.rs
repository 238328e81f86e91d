//! Messages: sent, read and deleted. One verb a file; the rules they share stand beside them.

mod delete;
mod find;
mod history;
mod read;
mod send;

use p2p_sdk::{Code, Feature, Page, delete, get, patch, post};

use crate::message::Message;
use history::Listing;
use send::NewMessage;

/// What messages add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature
        .route(
            post("/messages", send::send)
                .summary("Writes to somebody.")
                .idempotent_sealed()
                .takes::<NewMessage>()
                .example(
                    r#"{"receiverId": "0198c5a0-0000-7000-8000-000000000001", "content": "Could you send me the **drawing** of the gearbox?"}"#,
                )
                .answers::<Message>(201)
                .fails(&[Code::SelfAction, Code::NotFound, Code::Blocked]),
        )
        .route(
            get("/messages/{id}", history::history)
                .summary("What the caller and the person with this id wrote to each other, newest first.")
                .query::<Listing>()
                .paged()
                .answers::<Page<Message>>(200)
                .fails(&[Code::NotFound]),
        )
        .route(
            patch("/messages/{id}/read", read::read)
                .summary("Marks a message to the caller as read, and all before it in its conversation.")
                .answers::<Message>(200)
                .fails(&[Code::NotFound, Code::Forbidden]),
        )
        .route(
            delete("/messages/{id}", delete::delete)
                .summary(
                    "Removes a message for both when its sender asks within 15 minutes, otherwise for the caller only.",
                )
                .answers_empty(204)
                .fails(&[Code::NotFound]),
        )
}
