//! Serving one collector: its plan down, its reports up.

use crate::DispatchError;
use crate::ingest::Ingest;
use crate::job::scope;
use crate::planning::{self, KeyOpener};
use crate::references::References;
use crate::tasks::AnswerSealer;
use link::{CentreEnd, Report, Task};
use model::observation::{Heartbeat, Sight};
use model::{CollectorId, Timestamp};
use series::Series;
use std::time::Duration;
use store::Store;
use tokio::sync::mpsc;
use tokio::time::Instant;
use work::Shutdown;

/// The register is looked at after every commit, and at least this often.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// At least this long between two plans: an import of a thousand devices is not a thousand plans.
const REPLAN_PAUSE: Duration = Duration::from_secs(1);
/// How often "last heard" is written down.
const SEEN_EVERY: Duration = Duration::from_secs(10);
/// How often a collector's row says that it lives, unless something changed.
const COLLECTOR_ROW_EVERY: Duration = Duration::from_secs(15);

/// Counted since the start, for /metrics.
#[derive(Debug, Default)]
pub struct Told {
    pub observations: std::sync::atomic::AtomicU64,
    pub heartbeats: std::sync::atomic::AtomicU64,
}

/// Up to which event the register has been looked at, and whether it brought a new plan.
struct Looked {
    up_to: i64,
    is_new: bool,
}

/// The row of the collector.
#[derive(Default)]
struct Row {
    /// `None` until it could be read.
    references: Option<References>,
    /// When it was last written, and its note.
    written: Option<(Timestamp, String)>,
}

/// The centre's side of one collector.
pub struct Dispatch {
    pub store: Store,
    pub series: Series,
    pub collector: CollectorId,
    pub open_key: KeyOpener,
    pub seal_answer: AnswerSealer,
    pub profiles: std::sync::Arc<profiles::Profiles>,
    /// To monitor. Bounded: when monitor falls behind, the link sheds the oldest observations and counts them.
    pub sights: mpsc::Sender<Sight>,
    pub told: std::sync::Arc<Told>,
}

impl Dispatch {
    /// Runs until told to stop or until the collector is gone.
    pub async fn run(self, end: CentreEnd, shutdown: Shutdown) {
        let mut ingest = Ingest::new(std::sync::Arc::clone(&self.profiles));
        let mut row = Row::default();
        let mut commits = self.store.commits();
        let mut planned: Option<i64> = None;
        let mut seen_timer = tokio::time::interval(SEEN_EVERY);
        let mut look_at = Instant::now();
        // The end of the pause after the last plan.
        let mut rested_at = look_at;
        loop {
            if Instant::now() >= look_at {
                // Before the look: a change during it is looked at again.
                commits.mark_unchanged();
                self.recall(&mut row).await;
                match self.replan(&end, planned, &mut row).await {
                    Ok(looked) => {
                        if looked.is_new {
                            ingest.forget();
                            rested_at = Instant::now() + REPLAN_PAUSE;
                        }
                        planned = Some(looked.up_to);
                    }
                    Err(error) => tracing::warn!(collector = %self.collector, %error, "The plan could not be renewed; it is tried again"),
                }
                if let Err(error) = self.hand_out(&end).await {
                    tracing::warn!(collector = %self.collector, %error, "Tasks could not be handed out; it is tried again");
                }
                look_at = Instant::now() + LOOK_AGAIN;
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep_until(look_at) => {}
                _ = commits.changed() => look_at = look_at.min(rested_at),
                _ = seen_timer.tick() => {
                    if let Err(error) = ingest.write_seen(&self.store).await {
                        tracing::warn!(%error, "When devices were last heard could not be written; it is tried again");
                    }
                }
                report = end.recv() => match report {
                    Ok(report) => self.take(&mut ingest, &mut row, report).await,
                    Err(link::LinkError::Closed) => return,
                    Err(error) => tracing::error!(collector = %self.collector, %error, "A report could not be read and is dropped"),
                },
            }
        }
    }

    /// Reads once what the row of the collector knows.
    async fn recall(&self, row: &mut Row) {
        if row.references.is_some() {
            return;
        }
        let read = async { self.store.read(&scope()).await?.collector(self.collector).await };
        match read.await {
            Ok(known) => row.references = Some(References::from_note(known.as_ref().map_or("[]", |known| &known.note))),
            Err(error) => {
                tracing::warn!(collector = %self.collector, %error, "The row of the collector could not be read; it is tried again")
            }
        }
    }

    /// Sends a new plan when the register has changed since event `planned`.
    async fn replan(&self, end: &CentreEnd, planned: Option<i64>, row: &mut Row) -> Result<Looked, DispatchError> {
        if let Some(seq) = planned {
            let (has_changed, up_to) = self.store.read(&scope()).await?.register_changed_since(seq).await?;
            if !has_changed {
                return Ok(Looked { up_to, is_new: false });
            }
        }
        let plan = planning::plan(&self.store, self.collector, &self.open_key).await?;
        let revision = i64::try_from(plan.revision).unwrap_or(i64::MAX);
        tracing::info!(collector = %self.collector, revision, devices = plan.devices.len(), "Sent a plan of {} devices", plan.devices.len());
        if let Some(references) = &mut row.references {
            references.configure(&plan.references);
        }
        end.send(Task::Plan(plan)).await?;
        Ok(Looked { up_to: revision, is_new: true })
    }

    async fn take(&self, ingest: &mut Ingest, row: &mut Row, report: Report) {
        use std::sync::atomic::Ordering::Relaxed;
        let sight = match report {
            Report::Backup(answer) => {
                let task = answer.task;
                if let Err(error) = self.keep_answer(*answer).await {
                    tracing::error!(%task, %error, "The answer to a task could not be kept; it is asked again");
                }
                return;
            }
            Report::Observation(observation) => {
                self.told.observations.fetch_add(1, Relaxed);
                // Rows first: monitor finds interfaces by their rows.
                if let Err(error) = ingest.take(&self.store, &self.series, &observation).await {
                    tracing::warn!(device = %observation.device, %error, "An observation could not be written down");
                }
                Sight::Observation(observation)
            }
            Report::Heartbeat(heartbeat) => {
                self.told.heartbeats.fetch_add(1, Relaxed);
                // Nothing is written before the row was read: what it knows must not be lost.
                self.recall(row).await;
                let follows_plan = heartbeat.plan_revision > 0;
                let references = match &mut row.references {
                    Some(known) => known.hear(heartbeat.references, follows_plan),
                    None => References::default().hear(heartbeat.references, follows_plan),
                };
                let heartbeat = Heartbeat { collector: self.collector, at: heartbeat.at, references };
                if let Err(error) = self.write_row(row).await {
                    tracing::warn!(collector = %self.collector, %error, "A sign of life could not be written down");
                }
                Sight::Heartbeat(heartbeat)
            }
        };
        // Waits while monitor is busy; it only fails when the product stops.
        let _ = self.sights.send(sight).await;
    }

    async fn write_row(&self, row: &mut Row) -> Result<(), DispatchError> {
        let Some(references) = &row.references else { return Ok(()) };
        let note = references.note();
        let now = self.store.clock().now();
        if row.written.as_ref().is_some_and(|(at, before)| before == note && now.since(*at) < COLLECTOR_ROW_EVERY) {
            return Ok(());
        }
        let mut tx = self.store.write(&scope()).await?;
        tx.note_collector(self.collector, now, note).await?;
        tx.commit().await?;
        row.written = Some((now, note.to_owned()));
        Ok(())
    }
}
