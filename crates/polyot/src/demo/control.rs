//! Faults by HTTP, for tests of the pages: a port of its own on loopback, only when asked for.

use super::fault::Order;
use axum::extract::{DefaultBodyLimit, State, rejection::JsonRejection};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use axum::{Json, Router};
use devsim::Sim;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// An order is a few words, or the lines of one change.
const BODY_LEN_MAX: usize = 64 * 1024;

/// Serves until the returned task is dropped.
pub(super) async fn serve(sim: Arc<Sim>) -> Result<(SocketAddr, JoinSet<()>), String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| format!("no port for faults: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let router = Router::new().route("/", post(obey)).layer(DefaultBodyLimit::max(BODY_LEN_MAX)).with_state(sim);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::warn!(%error, "Faults are not taken any more");
        }
    });
    Ok((address, tasks))
}

/// `{"fault": "link-down", "device": "daisy-gw-1", "interface": "wan0"}`; the last two may be left out. JSON alone: a page of another
/// origin cannot send that without asking, and nobody answers its question.
async fn obey(State(sim): State<Arc<Sim>>, headers: HeaderMap, order: Result<Json<Order>, JsonRejection>) -> (StatusCode, Json<Value>) {
    if headers.contains_key(header::ORIGIN) {
        return refuse("a page of a browser may not break the network".to_owned());
    }
    let order = match order {
        Ok(Json(order)) => order,
        Err(rejection) => return refuse(rejection.body_text()),
    };
    match order.obey(&sim) {
        Ok(done) => {
            sim.settled().await;
            println!("{done}");
            (StatusCode::OK, Json(json!({ "done": done })))
        }
        Err(why) => refuse(why),
    }
}

fn refuse(why: String) -> (StatusCode, Json<Value>) {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why })))
}
