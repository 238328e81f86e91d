//! Signing up, in and out, proving an address, setting passwords. The host keeps credentials and sessions; what stands
//! here is when to ask it. This file is the table of what there is; each act stands in a file of its own.

mod activate;
mod change_password;
mod email;
mod end_sessions;
mod letter;
mod login;
mod logout;
mod minute;
pub mod password;
mod refresh;
pub mod reset;
pub mod session;
mod sessions;
mod signup;
pub mod verification;
mod verify_email;

use p2p_sdk::{Access, Code, Feature, delete, get, mail, post};
use serde::Serialize;

pub use activate::SIGNED_UP;
pub use email::normalized;
pub use letter::link;
pub use login::{Login, signed_in};
pub use minute::is_first;
pub use signup::{Signup, signed_up};

use change_password::PasswordChange;
use end_sessions::{PASSWORD_CHANGED, PASSWORD_RESET};
use login::LOGGED_IN;
use reset::{RESET_REQUESTED, Reset, ResetRequest};
use session::SignedIn;
use sessions::{OwnSessions, REVOKED};
use verification::VERIFIED;
use verify_email::VerifyEmail;

/// Who founds an organization says all of this; who is invited says `inviteToken` and nothing of the organization.
const SIGNUP: &str = r#"{
    "email": "sara@works.example", "password": "correct horse 7", "firstName": "Sara", "lastName": "العتيبي",
    "organizationName": "Riyadh Press Works", "industry": "Manufacturing", "size": "medium", "country": "SA", "city": "Riyadh"
}"#;

/// It was done, and there is nothing to tell of it: `{}`, since clients read JSON from every answer.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Done {}

/// Adds the routes, what is heard, the letters and what is audited.
pub fn routes(feature: Feature) -> Feature {
    let feature = feature
        .mails(&[mail!("mail", "verify-email"), mail!("mail", "reset-password")])
        .audits(&[SIGNED_UP, LOGGED_IN, VERIFIED, PASSWORD_RESET, PASSWORD_CHANGED, REVOKED])
        .on_event(SIGNED_UP, activate::activate_signed_up)
        .on_event(RESET_REQUESTED, reset::mail_reset)
        .on_event(PASSWORD_RESET, end_sessions::end_older_sessions)
        .on_event(PASSWORD_CHANGED, end_sessions::end_older_sessions);
    proof_routes(session_routes(entry_routes(feature)))
}

fn entry_routes(feature: Feature) -> Feature {
    feature
        .route(
            post("/auth/signup", signup::signup)
                .access(Access::Public)
                .strict_rate()
                .summary(
                    "Register an organization, with oneself as its administrator; or accept an invitation.",
                )
                .takes::<Signup>()
                .example(SIGNUP)
                .changes_session()
                .answers::<SignedIn>(201)
                .fails(&[Code::EmailDomainBlocked, Code::TokenInvalid, Code::EmailTaken, Code::DomainTaken]),
        )
        .route(
            post("/auth/login", login::login)
                .access(Access::Public)
                .strict_rate()
                .summary("Open a session with e-mail and password.")
                .takes::<Login>()
                .example(r#"{"email": "sara@works.example", "password": "correct horse 7"}"#)
                .changes_session()
                .answers::<SignedIn>(200)
                .fails(&[Code::WrongCredentials, Code::LockedOut]),
        )
        .route(
            post("/auth/logout", logout::logout)
                .access(Access::Public)
                .unverified()
                .summary("End the session, if there is one.")
                .changes_session()
                .answers::<Done>(200),
        )
        .route(
            post("/auth/refresh", refresh::refresh)
                .access(Access::Public)
                .unverified()
                .wide_rate()
                .summary("Trade the refresh token for a new pair of tokens.")
                .changes_session()
                .answers::<Done>(200)
                .fails(&[Code::Unauthenticated, Code::SessionExpired]),
        )
}

fn session_routes(feature: Feature) -> Feature {
    feature
        .route(
            get("/auth/sessions", sessions::list)
                .unverified()
                .summary("One's own open sessions, newest first.")
                .answers::<OwnSessions>(200),
        )
        .route(
            delete("/auth/sessions/{handle}", sessions::revoke)
                .unverified()
                .summary("End one of one's own sessions.")
                .answers_empty(204),
        )
        .route(
            post("/auth/sessions/revoke-others", sessions::revoke_others)
                .unverified()
                .summary("End all of one's own sessions but this one.")
                .answers::<Done>(200),
        )
}

fn proof_routes(feature: Feature) -> Feature {
    feature
        .route(
            post("/auth/verify-email", verify_email::verify_email)
                .access(Access::Optional)
                .strict_rate()
                .unverified()
                .summary("Prove one's address with the token of a mail; without a token, have that mail sent again.")
                .may_take::<VerifyEmail>()
                .example(r#"{"token": "of the link in the letter"}"#)
                .changes_session()
                .answers::<Done>(200)
                .fails(&[Code::TokenInvalid, Code::Unauthenticated]),
        )
        .route(
            post("/auth/reset-password", reset::request_reset)
                .access(Access::Public)
                .strict_rate()
                .summary("Have a link mailed that sets a new password. Unknown addresses get the same answer.")
                .takes::<ResetRequest>()
                .example(r#"{"email": "sara@works.example"}"#)
                .answers::<Done>(200),
        )
        .route(
            post("/auth/reset-password/confirm", reset::confirm_reset)
                .access(Access::Public)
                .strict_rate()
                .summary("Set a new password with the token of a mail. Every session of the user ends.")
                .takes::<Reset>()
                .example(r#"{"token": "of the link in the letter", "newPassword": "better horse 8"}"#)
                .answers::<Done>(200)
                .fails(&[Code::TokenInvalid]),
        )
        .route(
            post("/auth/password", change_password::change_password)
                .strict_rate()
                .unverified()
                .summary("Change one's own password. Every other session ends.")
                .takes::<PasswordChange>()
                .example(r#"{"oldPassword": "correct horse 7", "newPassword": "better horse 8"}"#)
                .answers::<Done>(200)
                .fails(&[Code::WrongCredentials, Code::LockedOut]),
        )
}
