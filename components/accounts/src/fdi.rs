//! The routes that SuperTokens' browser SDKs call, below the host's auth base path: the same acts as under `/auth`, in
//! the words of that protocol. Whatever comes of an act is HTTP 200 with a `status`; only what no form could have sent
//! is 400. Refresh and sign-out are the host's own.

mod exists;
mod form;
mod reset;
mod signin;
mod signup;
mod user;
mod verify;
mod version;

use p2p_sdk::{Access, Feature, Response, Route, get, post};
use serde::Serialize;

/// Adds the routes.
pub fn routes(feature: Feature) -> Feature {
    let open = [
        post("/fdi/signup", signup::signup),
        post("/fdi/signin", signin::signin),
        get("/fdi/emailpassword/email/exists", exists::exists),
        get("/fdi/signup/email/exists", exists::exists),
        post("/fdi/user/password/reset/token", reset::send_token),
        post("/fdi/user/password/reset", reset::reset),
    ];
    let open = open.map(|route| route.access(Access::Public).strict_rate());
    let verification = [
        post("/fdi/user/email/verify/token", verify::send_token).strict_rate(),
        post("/fdi/user/email/verify", verify::verify).access(Access::Optional).strict_rate(),
        get("/fdi/user/email/verify", verify::is_verified),
    ];
    feature.with(open.into_iter().chain(verification).map(of_protocol))
}

/// The protocol describes them, and asks for no claims.
fn of_protocol(route: Route) -> Route {
    route.undocumented().unverified().answers_empty(200)
}

#[derive(Serialize)]
struct Status<'a> {
    status: &'a str,
}

/// An answer that is no more than its status.
fn status(status: &str) -> Response {
    Response::ok(&Status { status })
}

fn ok() -> Response {
    status("OK")
}
