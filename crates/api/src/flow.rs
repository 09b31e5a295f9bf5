//! The few looks at the whole installation that no person asks for by name: health, numbers, and the first set-up, when there is nobody yet.

use crate::app::App;
use crate::error::ApiResult;
use access::{Opened, Origin};
use model::Scope;
use model::scope::Reason;
use register::FirstSetUp;
use store::{StoreError, Summary};

const WATCHING: Scope = Scope::installation(Reason("health and metrics"));
const SETTING_UP: Scope = Scope::installation(Reason("the first set-up"));

/// Counts of everything, no names.
pub(crate) struct Counts {
    pub summary: Summary,
    pub deliveries_open: i64,
    pub last_event: i64,
}

pub(crate) async fn counts(app: &App) -> Result<Counts, StoreError> {
    let mut tx = app.store.read(&WATCHING).await?;
    Ok(Counts { summary: tx.summary().await?, deliveries_open: tx.open_deliveries().await?, last_event: tx.last_event().await? })
}

/// Whether the database answers a small question.
pub(crate) async fn ask_database(app: &App) -> Result<(), StoreError> {
    app.store.read(&WATCHING).await?.last_event().await?;
    Ok(())
}

pub(crate) async fn is_set_up(app: &App) -> Result<bool, StoreError> {
    app.store.read(&SETTING_UP).await?.has_people().await
}

/// Provider, first administrator and his session, or nothing of it.
pub(crate) async fn set_up(app: &App, input: &FirstSetUp, from: &Origin) -> ApiResult<Opened> {
    let hash = app.access.hash(input.password.clone()).await?;
    let mut tx = app.store.write(&SETTING_UP).await?;
    let person = register::set_up(&mut tx, input, &hash).await?;
    let session = app.access.open_session(&mut tx, person, from).await?;
    tx.commit().await?;
    Ok(session)
}
