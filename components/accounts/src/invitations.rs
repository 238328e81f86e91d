//! Invitations: how somebody comes to belong to an organization that exists. One is a row as long as it waits for an
//! answer; whoever has its token may sign up with it once.

mod clear;
mod find;
mod invite;
mod letter;
mod list;
mod resend;
mod revoke;
mod row;
mod show;
mod token;

use std::time::Duration;

use p2p_sdk::{Access, Code, Feature, Page, delete, get, mail, post};

pub use find::find_open;
pub use list::pending;
pub use row::{Invitation, invitation_accept};

use invite::Invite;
use row::{ACCEPTED, CREATED, RESENT, REVOKED};
use show::OpenInvitation;

/// How long one can be accepted.
const LIFE_DAYS: u64 = 7;
const LIFE: Duration = Duration::from_secs(LIFE_DAYS * 24 * 60 * 60);

/// What invitations add to the feature.
pub fn routes(feature: Feature) -> Feature {
    let feature = feature
        .mails(&[mail!("mail", "invitation")])
        .audits(&[CREATED, RESENT, REVOKED, ACCEPTED])
        .on_event(CREATED, letter::send)
        .on_event(RESENT, letter::send)
        .schedule("invitations", clear::EVERY, clear::run);
    kept(feature)
        .route(
            post("/users/invite", invite::invite)
                .access(Access::Admin)
                .strict_rate()
                .idempotent()
                .summary("Invite somebody into one's own organization, by a letter that is good for 7 days.")
                .takes::<Invite>()
                .example(
                    r#"{"email": "omar@works.example", "firstName": "Omar", "lastName": "القحطاني", "role": "member"}"#,
                )
                .answers::<Invitation>(201)
                .fails(&[Code::NotFound, Code::EmailTaken]),
        )
        .route(
            get("/invitations/{token}", show::show)
                .access(Access::Public)
                .summary("What the bearer of a token is invited to.")
                .answers::<OpenInvitation>(200),
        )
}

fn kept(feature: Feature) -> Feature {
    feature
        .route(
            get("/users/invitations", list::list)
                .access(Access::Admin)
                .summary("Invitations that wait for an answer or have expired, newest first.")
                .paged()
                .answers::<Page<Invitation>>(200)
                .fails(&[Code::NotFound]),
        )
        .route(
            get("/users/invitations/{id}", list::one)
                .access(Access::Admin)
                .summary("An invitation of one's organization.")
                .answers::<Invitation>(200),
        )
        .route(
            delete("/users/invitations/{id}", revoke::revoke)
                .access(Access::Admin)
                .summary("Take an invitation back.")
                .answers_empty(204),
        )
        .route(
            post("/users/invitations/{id}/resend", resend::resend)
                .access(Access::Admin)
                .strict_rate()
                .summary("Send the letter again, for another 7 days. Once a minute.")
                .answers::<Invitation>(200),
        )
}
