//! The first that a request meets: a page that is kept is given out at once; everything else goes through the layers.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::serve::IncomingStream;
use futures_util::future::Either;
use http::StatusCode;
use metrics::{Counter, Histogram};
use tokio::net::{TcpListener, UnixListener};
use tower::Service;
use web::Shared;

use crate::router::{self, REQUEST_ID};

/// Who speaks through the socket is on this machine: the proxy that the configuration trusts.
const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The way in. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    shared: Shared,
    rest: Router,
    from: ConnectInfo<SocketAddr>,
}

impl Door {
    /// Pages that are kept before `rest`.
    pub fn new(shared: Shared, rest: Router) -> Self {
        Self { shared, rest, from: ConnectInfo(HERE) }
    }

    /// What needs no layer: neither an id for the log, which it is not in, nor the other audience.
    #[expect(clippy::disallowed_methods, reason = "the time a request took is telemetry")]
    fn at_once(&self, request: &Request) -> Option<Response> {
        let headers = request.headers();
        if headers.contains_key(REQUEST_ID) || federation::accepts_activity(headers) {
            return None;
        }
        let began = Instant::now();
        let response = self.shared.answer(request)?;
        count(response.status(), began.elapsed());
        Some(response)
    }
}

impl Service<Request> for Door {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Result<Response, Infallible>>, <Router as Service<Request>>::Future>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        if let Some(response) = self.at_once(&request) {
            return Either::Left(ready(Ok(response)));
        }
        request.extensions_mut().insert(self.from);
        Either::Right(self.rest.call(request))
    }
}

/// Gives every connection its door.
pub struct Entrance(pub Door);

impl Service<IncomingStream<'_, TcpListener>> for Entrance {
    type Response = Door;
    type Error = Infallible;
    type Future = Ready<Result<Door, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, stream: IncomingStream<'_, TcpListener>) -> Self::Future {
        ready(Ok(Door { from: ConnectInfo(*stream.remote_addr()), ..self.0.clone() }))
    }
}

impl Service<IncomingStream<'_, UnixListener>> for Entrance {
    type Response = Door;
    type Error = Infallible;
    type Future = Ready<Result<Door, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: IncomingStream<'_, UnixListener>) -> Self::Future {
        ready(Ok(self.0.clone()))
    }
}

/// The counts of the two answers, looked up once.
static GIVEN: LazyLock<(Counter, Histogram)> = LazyLock::new(|| router::meters("GET", StatusCode::OK));
static HELD: LazyLock<(Counter, Histogram)> = LazyLock::new(|| router::meters("GET", StatusCode::NOT_MODIFIED));

fn count(status: StatusCode, took: Duration) {
    let (requests, seconds) = if status == StatusCode::OK { &*GIVEN } else { &*HELD };
    requests.increment(1);
    seconds.record(took);
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use http::header::{ACCEPT, COOKIE, ETAG, IF_NONE_MATCH, VARY};
    use model::debate::forum::Visibility;
    use model::testing::World;
    use tower::ServiceExt as _;

    use super::*;

    /// The node's door before the pages of that world, and documents that say what they are.
    fn door(world: &World) -> Door {
        let app = web::App::new(world.store.clone(), world.clock.clone(), web::Settings::default());
        let documents = Router::new().route("/f/{slug}", get(|| async { "activity" }));
        let rest = router::router(web::router(app.clone()), move || documents.clone(), Router::new());
        Door::new(Shared::of(&app), rest)
    }

    async fn ask(door: &Door, headers: &[(http::HeaderName, &str)]) -> Response {
        let request = headers.iter().fold(Request::get("/f/square"), |all, (name, value)| all.header(name, *value));
        door.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// Only what went through the layers has an id.
    fn at_once(response: &Response) -> bool {
        !response.headers().contains_key(REQUEST_ID)
    }

    #[tokio::test]
    async fn a_page_that_is_kept_is_given_out_at_once_and_to_nobody_else() {
        let world = World::sqlite().await;
        world.forum("square", Visibility::Public).await;
        let door = door(&world);
        // The very first tells in which language the node speaks; who names an id goes through the layers.
        ask(&door, &[]).await;
        let first = ask(&door, &[(REQUEST_ID, "told")]).await;
        assert!(!at_once(&first) && first.status() == StatusCode::OK);
        let again = ask(&door, &[]).await;
        assert!(at_once(&again) && again.status() == StatusCode::OK);
        let same = |name| again.headers().get_all(name).iter().collect::<Vec<_>>();
        assert_eq!(same(VARY), first.headers().get_all(VARY).iter().collect::<Vec<_>>());
        assert!(again.headers().contains_key("content-security-policy"));
        let tag = again.headers()[ETAG].to_str().unwrap();
        let held = ask(&door, &[(IF_NONE_MATCH, tag)]).await;
        assert!(at_once(&held) && held.status() == StatusCode::NOT_MODIFIED);
        assert_eq!(held.headers()[ETAG], again.headers()[ETAG]);
        for (name, value) in [
            (ACCEPT, "application/activity+json"),
            (COOKIE, "session=0198c1c2"),
            (REQUEST_ID, "told"),
            (COOKIE, "theme=dark"),
        ] {
            let response = ask(&door, &[(name.clone(), value)]).await;
            assert!(!at_once(&response), "{name}: {value}");
        }
    }
}
