//! From a request to the answer of its route; from an event to its handler. What a feature got wrong becomes a problem
//! here, and what of it is not for callers goes to the log.

use serde_json::json;

use crate::feature::{Feature, Route};
use crate::problem::{Code, Kind, Problem};
use crate::request::PathParam;
use crate::{Ctx, Request, Response, idempotency};

impl Feature {
    /// Answers a request.
    pub async fn handle(&self, ctx: &Ctx, mut request: Request) -> Response {
        let outcome = match self.find(&request) {
            Ok((route, params)) => {
                request.params = params;
                run(ctx, route, request).await
            }
            Err(problem) => Err(problem),
        };
        match outcome {
            Ok(response) => response,
            Err(problem) => {
                note(ctx, &problem);
                problem.into_response(ctx.call().language)
            }
        }
    }

    fn find(&self, request: &Request) -> Result<(&Route, Vec<PathParam>), Problem> {
        let mut code = Code::NotFound;
        for route in &self.routes {
            if Some(route.method) == request.method {
                if let Some(params) = route.matches(&request.path) {
                    return Ok((route, params));
                }
            } else if code == Code::NotFound && route.matches(&request.path).is_some() {
                code = Code::MethodNotAllowed;
            }
        }
        Err(Problem::new(code))
    }
}

async fn run(ctx: &Ctx, route: &Route, request: Request) -> Result<Response, Problem> {
    route.admit(ctx)?;
    if route.idempotent {
        idempotency::once(ctx, route, request).await
    } else {
        route.call(ctx, request).await
    }
}

fn note(ctx: &Ctx, problem: &Problem) {
    if matches!(problem.code().kind(), Kind::Internal | Kind::Unavailable) {
        ctx.error(
            "the feature failed",
            &json!({ "code": problem.code().as_str(), "cause": problem.cause() }),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::rc::Rc;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::feature::{Access, get, post};
    use crate::request::Method;
    use crate::{Call, Uuid};

    async fn one(_: &Ctx, request: Request) -> Result<Response, Problem> {
        Ok(Response::ok(&json!({ "id": request.segment("id")? })))
    }

    async fn typed(_: &Ctx, request: Request) -> Result<Response, Problem> {
        request.id::<Uuid>("id").map(|_| Response::no_content())
    }

    async fn mine(_: &Ctx, _: Request) -> Result<Response, Problem> {
        Ok(Response::no_content())
    }

    async fn broken(_: &Ctx, _: Request) -> Result<Response, Problem> {
        Err(Problem::internal("secret"))
    }

    fn answer(method: Method, path: &str) -> Response {
        let feature = Feature::new("t", "0", "")
            .route(get("/t/{id}", one).access(Access::Public))
            .route(get("/t/mine", mine).access(Access::Public))
            .route(get("/t/{id}/typed", typed).access(Access::Public))
            .route(post("/t/broken", broken).access(Access::Public))
            .route(post("/t/closed", mine));
        let ctx = Ctx::new(Rc::default(), Call::default());
        let mut handled = pin!(feature.handle(&ctx, Request::new(method, path)));
        match handled.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(response) => response,
            Poll::Pending => unreachable!("nothing here waits"),
        }
    }

    #[test]
    fn literals_win_over_parameters() {
        assert_eq!(answer(Method::Get, "/t/mine").status, 204);
        assert_eq!(answer(Method::Get, "/t/%D8%B3").body, "{\"id\":\"س\"}".as_bytes());
    }

    #[test]
    fn what_is_not_there_is_a_problem() {
        for (method, path, status) in [
            (Method::Get, "/t", 404),
            (Method::Delete, "/t/mine", 405),
            (Method::Get, "/t/%FF", 404),
            (Method::Get, "/t/7/typed", 404),
            (Method::Post, "/t/closed", 401),
            (Method::Post, "/t/broken", 500),
        ] {
            let response = answer(method, path);
            assert_eq!(response.status, status, "{path}");
            assert_eq!(response.headers.get("content-type"), Some("application/problem+json"));
            assert!(!String::from_utf8_lossy(&response.body).contains("secret"));
        }
    }
}
