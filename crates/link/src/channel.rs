//! The in-process link: bytes through a bounded queue. What is full is defined here, once for every kind of link:
//! a plan replaces the unread one (only the newest counts, so none is lost), "poll now" is refused, a heartbeat replaces the unread one,
//! observations push out the oldest; a backup task is refused, the answer to a task waits until there is room.

use crate::{ANSWERS_WAITING_MAX, BACKUPS_WAITING_MAX, LinkError, POLL_WISHES_MAX, QUEUE_SIZE_BYTES_MAX, Report, Task};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use zeroize::Zeroizing;

type Bytes = Zeroizing<Vec<u8>>;

/// What the centre holds. Sending and receiving may happen in different tasks (share it by `Arc`); dropping it closes the link.
#[derive(Debug)]
pub struct CentreEnd(Arc<Shared>);

/// What the collector holds. Sending and receiving may happen in different tasks (share it by `Arc`); dropping it closes the link.
#[derive(Debug)]
pub struct CollectorEnd(Arc<Shared>);

/// One direction's newest-only slot and its queue.
#[derive(Default)]
struct Lane {
    newest: Option<Bytes>,
    /// Tasks and their answers: bounded, never shed.
    tasks: VecDeque<Bytes>,
    queue: VecDeque<Bytes>,
    queue_size_bytes: usize,
    is_closed: bool,
}

struct Shared {
    capacity: usize,
    down: Mutex<Lane>,
    up: Mutex<Lane>,
    down_ready: Notify,
    up_ready: Notify,
    /// An answer was taken.
    answer_taken: Notify,
    shed: AtomicU64,
    refused: AtomicU64,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "link of {} reports, {} shed", self.capacity, self.shed.load(Ordering::Relaxed))
    }
}

/// A link inside this process that holds at most `capacity` observations (and [`QUEUE_SIZE_BYTES_MAX`] of them).
pub fn in_process(capacity: usize) -> (CentreEnd, CollectorEnd) {
    let shared = Arc::new(Shared {
        capacity: capacity.max(1),
        down: Mutex::default(),
        up: Mutex::default(),
        down_ready: Notify::new(),
        up_ready: Notify::new(),
        answer_taken: Notify::new(),
        shed: AtomicU64::new(0),
        refused: AtomicU64::new(0),
    });
    (CentreEnd(Arc::clone(&shared)), CollectorEnd(shared))
}

impl CentreEnd {
    /// A plan is always taken; a "poll now" is refused with [`LinkError::Full`] when [`POLL_WISHES_MAX`] wait.
    pub async fn send(&self, task: Task) -> Result<(), LinkError> {
        let bytes = task.to_bytes()?;
        let mut lane = lock(&self.0.down);
        if lane.is_closed {
            return Err(LinkError::Closed);
        }
        match task {
            Task::Plan(_) => lane.newest = Some(bytes),
            Task::PollNow(_) if lane.queue.len() >= POLL_WISHES_MAX => {
                self.0.refused.fetch_add(1, Ordering::Relaxed);
                return Err(LinkError::Full { what: "poll wishes", waiting: lane.queue.len() });
            }
            Task::PollNow(_) => lane.queue.push_back(bytes),
            Task::Backup(_) if lane.tasks.len() >= BACKUPS_WAITING_MAX => {
                return Err(LinkError::Full { what: "backup tasks", waiting: lane.tasks.len() });
            }
            Task::Backup(_) => lane.tasks.push_back(bytes),
        }
        drop(lane);
        self.0.down_ready.notify_one();
        Ok(())
    }

    /// The next report; a heartbeat overtakes observations. [`LinkError::Closed`] ends the stream, any other error concerns one message only.
    /// Cancel safe. One receiver at a time.
    pub async fn recv(&self) -> Result<Report, LinkError> {
        let bytes = next(&self.0.up, &self.0.up_ready).await?;
        self.0.answer_taken.notify_one();
        Report::from_bytes(&bytes)
    }

    /// Observations thrown away, oldest first, because the centre did not keep up.
    pub fn shed(&self) -> u64 {
        self.0.shed.load(Ordering::Relaxed)
    }
    /// "Poll now" wishes refused.
    pub fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }
}

impl CollectorEnd {
    /// Never waits but with the answer to a task: when the link is full the oldest observations are shed and counted.
    pub async fn send(&self, report: Report) -> Result<(), LinkError> {
        let bytes = report.to_bytes()?;
        if matches!(report, Report::Backup(_)) {
            return self.send_answer(bytes).await;
        }
        let mut lane = lock(&self.0.up);
        if lane.is_closed {
            return Err(LinkError::Closed);
        }
        match report {
            Report::Heartbeat(_) => lane.newest = Some(bytes),
            Report::Observation(_) => {
                lane.queue_size_bytes += bytes.len();
                lane.queue.push_back(bytes);
                // The newest always stays: one message is smaller than the queue.
                while lane.queue.len() > self.0.capacity || lane.queue_size_bytes > QUEUE_SIZE_BYTES_MAX {
                    let Some(oldest) = lane.queue.pop_front() else { break };
                    lane.queue_size_bytes -= oldest.len();
                    self.0.shed.fetch_add(1, Ordering::Relaxed);
                }
            }
            Report::Backup(_) => lane.tasks.push_back(bytes),
        }
        drop(lane);
        self.0.up_ready.notify_one();
        Ok(())
    }

    async fn send_answer(&self, bytes: Bytes) -> Result<(), LinkError> {
        loop {
            {
                let mut lane = lock(&self.0.up);
                if lane.is_closed {
                    return Err(LinkError::Closed);
                }
                if lane.tasks.len() < ANSWERS_WAITING_MAX {
                    lane.tasks.push_back(bytes);
                    drop(lane);
                    self.0.up_ready.notify_one();
                    // Whoever waits as well may find room too.
                    self.0.answer_taken.notify_one();
                    return Ok(());
                }
            }
            self.0.answer_taken.notified().await;
        }
    }

    /// The next task; a plan overtakes wishes. [`LinkError::Closed`] ends the stream, any other error concerns one message only.
    /// Cancel safe. One receiver at a time.
    pub async fn recv(&self) -> Result<Task, LinkError> {
        Task::from_bytes(&next(&self.0.down, &self.0.down_ready).await?)
    }

    /// Observations thrown away, oldest first, because the centre did not keep up.
    pub fn shed(&self) -> u64 {
        self.0.shed.load(Ordering::Relaxed)
    }
}

impl Drop for CentreEnd {
    fn drop(&mut self) {
        close(&self.0);
    }
}
impl Drop for CollectorEnd {
    fn drop(&mut self) {
        close(&self.0);
    }
}

/// What was sent before still arrives.
fn close(shared: &Shared) {
    lock(&shared.down).is_closed = true;
    lock(&shared.up).is_closed = true;
    shared.down_ready.notify_one();
    shared.up_ready.notify_one();
    shared.answer_taken.notify_waiters();
    shared.answer_taken.notify_one();
}

async fn next(lane: &Mutex<Lane>, ready: &Notify) -> Result<Bytes, LinkError> {
    loop {
        {
            let mut lane = lock(lane);
            if let Some(bytes) = lane.newest.take() {
                return Ok(bytes);
            }
            if let Some(bytes) = lane.tasks.pop_front() {
                return Ok(bytes);
            }
            if let Some(bytes) = lane.queue.pop_front() {
                lane.queue_size_bytes = lane.queue_size_bytes.saturating_sub(bytes.len());
                return Ok(bytes);
            }
            if lane.is_closed {
                return Err(LinkError::Closed);
            }
        }
        // `notify_one` before this line leaves a permit, so no wake-up is lost between the look and the wait.
        ready.notified().await;
    }
}

/// A panic elsewhere while holding the lock leaves the queue whole: every change of it is a single step.
fn lock(lane: &Mutex<Lane>) -> MutexGuard<'_, Lane> {
    lane.lock().unwrap_or_else(PoisonError::into_inner)
}
