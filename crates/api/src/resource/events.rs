//! The stream of events: what changed, as it changes, as far as the caller may see it.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::Filter;
use crate::look::Look;
use crate::who::Who;
use access::{Action, Caller};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event as Frame, KeepAlive, Sse};
use futures::Stream;
use futures::stream::unfold;
use model::event::{Event, EventKind};
use model::notice::NoticeState;
use model::{PersonId, Problem, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::PoisonError;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use utoipa::{IntoParams, ToSchema};

/// Open streams of one person: tabs and scripts; the next one is refused.
pub const STREAMS_PER_PERSON_MAX: usize = 16;
/// A comment when nothing else was said, so that the other side knows that the line is alive.
const BEAT: Duration = Duration::from_secs(5);
/// Another centre's commits arrive only by looking.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// A session that ended closes its streams at the latest after this time, at once when there is something to say.
const SESSION_CHECK: Duration = Duration::from_secs(2);
/// Events read at once.
const BATCH: usize = 200;

/// `data` of an event; its name is the kind, its id the number.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventView {
    id: i64,
    #[schema(value_type = EventKind)]
    kind: EventKind,
    /// Prefixed id of the object.
    object: String,
    tenant: TenantId,
    /// Version of the object after the change.
    version: i64,
    at: Timestamp,
    fields: Value,
}

/// `data` of the first event, `hello`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HelloView {
    /// The stream goes on from here.
    seq: i64,
    /// Events between the one asked for and the oldest kept are gone: read everything anew.
    missed: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventQuery {
    /// Number of the last event seen; the header Last-Event-ID goes before it. Without either: from now on.
    after: Option<i64>,
}

/// What one must be allowed to read to hear of such an event.
fn sight(kind: EventKind) -> Action {
    match kind {
        EventKind::TenantChanged => Action::ReadTenants,
        EventKind::PersonChanged => Action::ReadPeople,
        EventKind::ContactChanged => Action::ReadContacts,
        EventKind::CredentialChanged => Action::ReadCredentials,
        EventKind::ServiceChanged => Action::ReadServices,
        EventKind::SettingsChanged => Action::ReadSettings,
        EventKind::CollectorState => Action::ReadCollectors,
        EventKind::DeviceChanged | EventKind::DeviceRemoved | EventKind::DeviceState | EventKind::InterfaceState => Action::ReadDevices,
        EventKind::AlarmRaised
        | EventKind::AlarmChanged
        | EventKind::AlarmCleared
        | EventKind::IncidentOpened
        | EventKind::IncidentChanged
        | EventKind::IncidentClosed
        | EventKind::IncidentMerged
        | EventKind::ImpactOpened
        | EventKind::ImpactClosed => Action::ReadAlarms,
        EventKind::NoticeChanged => Action::ReadNotices,
        EventKind::TicketChanged => Action::ReadTickets,
        EventKind::TaskAnswered | EventKind::ConfigChanged | EventKind::BackupChanged => Action::ReadConfigs,
        EventKind::MaintenanceChanged => Action::ReadMaintenance,
        EventKind::SourceChanged => Action::ReadSources,
        EventKind::ImportChanged => Action::WriteDevices,
        EventKind::SystemChanged => Action::ReadSettings,
    }
}

/// A place among the streams of a person, given back when the stream ends however it ends.
struct Place {
    app: App,
    person: PersonId,
}

impl Place {
    fn take(app: &App, person: PersonId) -> ApiResult<Self> {
        let mut streams = app.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let open = streams.entry(person).or_default();
        if *open >= STREAMS_PER_PERSON_MAX {
            let detail = format!("You have {STREAMS_PER_PERSON_MAX} streams open already; close one.");
            return Err(ApiError::RateLimited { detail, wait: Duration::from_secs(1) });
        }
        *open += 1;
        Ok(Self { app: app.clone(), person })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut streams = self.app.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = streams.get_mut(&self.person) {
            *open -= 1;
            if *open == 0 {
                streams.remove(&self.person);
            }
        }
    }
}

struct Line {
    app: App,
    caller: Caller,
    checked_at: Instant,
    seq: i64,
    ready: VecDeque<Frame>,
    commits: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    _place: Place,
}

impl Line {
    /// The next frame; `None` ends the stream.
    async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.ready.pop_front() {
                return Some(frame);
            }
            if *self.stopping.borrow() {
                return None;
            }
            match self.fill().await {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    // The database is away: the line stays, and is tried again with the next look.
                    tracing::debug!("A stream of events cannot read: {error:?}");
                    self.wait().await;
                    continue;
                }
            }
            if self.ready.is_empty() {
                self.wait().await;
            }
        }
    }

    async fn wait(&mut self) {
        let stopping = &mut self.stopping;
        let stop = async {
            // Nobody left who could stop us: then this never wakes.
            if stopping.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            _ = self.commits.changed() => {}
            () = stop => {}
            () = tokio::time::sleep(LOOK_INTERVAL) => {}
        }
    }

    /// Reads what is new. False: the session has ended.
    async fn fill(&mut self) -> ApiResult<bool> {
        let mut tx = self.app.store.read(&self.caller.scope()).await?;
        // Taken before reading: what commits meanwhile is read next time.
        let last = tx.last_event().await?;
        let events = if last > self.seq { tx.events_after(self.seq, BATCH).await? } else { Vec::new() };
        if events.is_empty() && self.checked_at.elapsed() < SESSION_CHECK {
            self.seq = self.seq.max(last);
            return Ok(true);
        }
        drop(tx);
        let Some(caller) = self.app.access.again(&self.caller).await? else { return Ok(false) };
        self.caller = caller;
        self.checked_at = Instant::now();
        let is_whole = events.len() < BATCH;
        if let Some(newest) = events.last() {
            self.seq = newest.seq;
        }
        let mut frames = VecDeque::new();
        let mut tx = self.app.store.read(&self.caller.scope()).await?;
        let mut look = Look::new(&self.caller);
        for event in events {
            if is_for(&mut tx, &mut look, &event).await? {
                let fields = look.without_foreign(&mut tx, event.fields.clone()).await?;
                frames.extend(frame(Event { fields, ..event }));
            }
        }
        if is_whole {
            // Events of others need not be looked at again.
            self.seq = self.seq.max(last);
        }
        self.ready = frames;
        Ok(true)
    }
}

async fn is_for(tx: &mut store::Tx, look: &mut Look<'_>, event: &Event) -> ApiResult<bool> {
    // A notice that was not sent (yet) is nothing for the client.
    let is_unsent =
        event.kind == EventKind::NoticeChanged && event.fields.get("state").and_then(Value::as_str) != Some(NoticeState::Sent.as_str());
    let action = if is_unsent { Action::ReadUnsentNotices } else { sight(event.kind) };
    Ok(look.may(tx, action, event.tenant).await?)
}

fn frame(event: Event) -> Option<Frame> {
    let (id, name) = (event.seq.to_string(), event.kind.as_str());
    let view = EventView {
        id: event.seq,
        kind: event.kind,
        object: event.object,
        tenant: event.tenant,
        version: event.version,
        at: event.at,
        fields: event.fields,
    };
    Frame::default().id(id).event(name).json_data(view).ok()
}

/// Server-sent events: first `hello`, then one event per change, a comment at least every 5 s.
#[utoipa::path(get, path = "/api/v1/events", tag = "monitor", operation_id = "stream_events", params(EventQuery, ("Last-Event-ID" = Option<i64>, Header)),
    responses((status = 200, description = "One event per change", body = EventView, content_type = "text/event-stream")))]
pub(crate) async fn stream(
    State(app): State<App>,
    who: Who,
    headers: HeaderMap,
    Filter(query): Filter<EventQuery>,
) -> ApiResult<Sse<impl Stream<Item = Result<Frame, Infallible>>>> {
    let after = match headers.get("last-event-id").map(|value| value.to_str().ok().and_then(|text| text.parse::<i64>().ok())) {
        Some(Some(seq)) => Some(seq),
        Some(None) => return Err(ApiError::bad(Problem::new("bad_value", "is not the number of an event").at("Last-Event-ID"))),
        None => query.after,
    };
    let place = Place::take(&app, who.person)?;
    // Before reading, so that a commit in between wakes the line.
    let (commits, stopping) = (app.store.commits(), app.stopping.clone());
    let mut tx = app.store.read(&who.scope()).await?;
    let (first, last) = (tx.first_event().await?, tx.last_event().await?);
    let seq = after.unwrap_or(last).clamp(0, last);
    let missed = after.is_some_and(|seq| seq + 1 < first || seq > last);
    drop(tx);
    let hello = Frame::default().id(seq.to_string()).event("hello").json_data(HelloView { seq, missed }).map_err(ApiError::internal)?;
    let line = Line {
        app: app.clone(),
        caller: who.0,
        checked_at: Instant::now(),
        seq,
        ready: VecDeque::from([hello]),
        commits,
        stopping,
        _place: place,
    };
    let frames = unfold(line, |mut line| async move { line.next().await.map(|frame| (Ok(frame), line)) });
    Ok(Sse::new(frames).keep_alive(KeepAlive::new().interval(BEAT).text("beat")))
}
