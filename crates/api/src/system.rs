//! Whether this installation works, or only shows pages because it may be a copy of another one.

use futures::future::BoxFuture;
use model::system::Cold;
use std::sync::Arc;
use tokio::sync::watch;

/// Writes down that this folder on this machine is the place from now on. The error is a sentence.
pub type Settle = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// Shared by the pages and whoever starts the engine.
#[derive(Clone)]
pub struct System {
    cold: Arc<watch::Sender<Option<Cold>>>,
    settle: Settle,
}

impl System {
    pub fn new(cold: Option<Cold>, settle: Settle) -> Self {
        Self { cold: Arc::new(watch::Sender::new(cold)), settle }
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

    /// It was taken into service by somebody with a shell.
    pub fn settled_elsewhere(&self) {
        self.cold.send_replace(None);
    }

    /// Takes it into service.
    pub async fn take_into_service(&self) -> Result<(), String> {
        (self.settle)().await?;
        self.cold.send_replace(None);
        Ok(())
    }
}
