//! Whether this installation works, or only shows pages because it may be a copy of another one.

use futures::future::BoxFuture;
use model::system::Cold;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

/// Writes down that this folder on this machine is the place from now on. The error is a sentence.
pub type Settle = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// Shared by the pages and whoever starts the engine.
#[derive(Clone)]
pub struct System {
    cold: Arc<watch::Sender<Option<Cold>>>,
    settle: Settle,
    /// Somebody is at it: one word, one row in the trail.
    is_taken: Arc<AtomicBool>,
}

impl System {
    pub fn new(cold: Option<Cold>, settle: Settle) -> Self {
        Self { cold: Arc::new(watch::Sender::new(cold)), settle, is_taken: Arc::default() }
    }

    /// One that is where it belongs.
    pub fn warm() -> Self {
        Self::new(None, Arc::new(|| Box::pin(async { Ok(()) })))
    }

    pub fn cold(&self) -> Option<Cold> {
        *self.cold.borrow()
    }

    /// Turns `None` when the engine may start.
    pub fn watch(&self) -> watch::Receiver<Option<Cold>> {
        self.cold.subscribe()
    }

    /// Whoever gets this may take it into service; `None` while another is at it.
    pub fn take(&self) -> Option<Taking> {
        let is_free = self.is_taken.compare_exchange(false, true, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        is_free.then(|| Taking { system: self.clone() })
    }
}

/// The right to take it into service; given back when dropped.
pub struct Taking {
    system: System,
}

impl Taking {
    /// From now on this is the place.
    pub async fn settle(self) -> Result<(), String> {
        (self.system.settle)().await?;
        self.system.cold.send_replace(None);
        Ok(())
    }

    /// Somebody with a shell has said so already.
    pub fn settled_elsewhere(self) {
        self.system.cold.send_replace(None);
    }
}

impl Drop for Taking {
    fn drop(&mut self) {
        self.system.is_taken.store(false, Ordering::SeqCst);
    }
}
