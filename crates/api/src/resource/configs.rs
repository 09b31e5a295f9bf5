//! Configurations of devices: revisions, differences, and how the backup stands.

use crate::answer::{ListOf, Plain, Work};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, Id, Posted, page};
use crate::look::Look;
use crate::resource::notices::EmptyInput;
use crate::view::{Can, Ref};
use crate::who::Who;
use access::Action;
use axum::extract::State;
use axum::response::Response;
use model::config::{Backup, BackupProblem, BackupSource, BackupState, SshLevel};
use model::{ConfigId, DeviceId, TenantId, Timestamp};
use profiles::diff::{Diff, LineKind};
use serde::{Deserialize, Serialize};
use store::{ConfigFilter, ConfigListed, Tx};
use utoipa::{IntoParams, ToSchema};

/// One text that a device's configuration once was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConfigView {
    id: ConfigId,
    device: Ref,
    /// 1, 2, … per device.
    number: i64,
    /// First seen, …
    taken_at: Timestamp,
    /// … and last.
    seen_at: Timestamp,
    source: BackupSource,
    /// Who asked, when somebody did whom I may see.
    by: Option<Ref>,
    /// Device profile that read it.
    profile: String,
    lines: i64,
    size_bytes: i64,
    /// Lines against the revision before; 0 for the first.
    added: i64,
    removed: i64,
    is_latest: bool,
}

/// A revision with its text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConfigTextView {
    #[serde(flatten)]
    config: ConfigView,
    /// Secrets are masked as `<secret hidden>`.
    text: String,
}

/// What changed between two revisions of a device; secrets are masked on both sides.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConfigDiffView {
    base: Option<ConfigView>,
    target: ConfigView,
    added: usize,
    removed: usize,
    /// Only a masked secret changed: there is nothing to show.
    hides_change: bool,
    hunks: Vec<HunkView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HunkView {
    /// The line that opens the section in which the change stands.
    section: Option<String>,
    /// First line, from 1.
    old_start: usize,
    old_lines: usize,
    new_start: usize,
    new_lines: usize,
    lines: Vec<DiffLineView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DiffKind {
    Same,
    Added,
    Removed,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiffLineView {
    kind: DiffKind,
    /// Its number in the base.
    old: Option<usize>,
    /// Its number in the target.
    new: Option<usize>,
    spans: Vec<SpanView>,
}

/// A piece of a line; `changed` pieces differ from the line that stands for it on the other side.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpanView {
    text: String,
    changed: bool,
}

/// How the backup of a device stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BackupView {
    device: Ref,
    state: BackupState,
    tried_at: Option<Timestamp>,
    succeeded_at: Option<Timestamp>,
    /// Null while a person must decide first.
    next_at: Option<Timestamp>,
    latest: Option<ConfigView>,
    problem: Option<BackupProblemView>,
    /// Last lines of the session that failed, secrets masked.
    tail: Option<String>,
    ssh: Option<SshView>,
    host_key: HostKeyView,
    can: BackupCan,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BackupProblemView {
    code: BackupProblem,
    detail: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SshView {
    level: SshLevel,
    algorithms: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HostKeyState {
    None,
    Pinned,
    Changed,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HostKeyView {
    state: HostKeyState,
    /// SHA-256 fingerprint that is trusted.
    fingerprint: Option<String>,
    /// Another one that the device shows now.
    offered: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BackupCan {
    back_up: Can,
    decide: Can,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigQuery {
    device: Option<DeviceId>,
    client: Option<TenantId>,
    /// First seen at this time or later.
    since: Option<Timestamp>,
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffQuery {
    /// Another revision of the same device; the one before when absent.
    base: Option<ConfigId>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HostKeyInput {
    /// The fingerprint that you saw and trust.
    accept: String,
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, listed: &ConfigListed) -> ApiResult<ConfigView> {
    let revision = &listed.revision;
    let by = match revision.by {
        Some(id) => look.person(tx, id).await?.map(|person| Ref::new(person.id, person.email)),
        None => None,
    };
    Ok(ConfigView {
        id: revision.id,
        device: Ref::new(revision.device, &listed.device_name),
        number: revision.number,
        taken_at: revision.taken_at,
        seen_at: revision.seen_at,
        source: revision.source,
        by,
        profile: revision.profile.clone(),
        lines: revision.lines,
        size_bytes: revision.size_bytes,
        added: revision.added,
        removed: revision.removed,
        is_latest: listed.is_latest,
    })
}

fn hunks(diff: Diff) -> Vec<HunkView> {
    let kind = |kind| match kind {
        LineKind::Same => DiffKind::Same,
        LineKind::Added => DiffKind::Added,
        LineKind::Removed => DiffKind::Removed,
    };
    diff.hunks
        .into_iter()
        .map(|hunk| HunkView {
            section: hunk.section,
            old_start: hunk.old_start,
            old_lines: hunk.old_lines,
            new_start: hunk.new_start,
            new_lines: hunk.new_lines,
            lines: hunk
                .lines
                .into_iter()
                .map(|line| DiffLineView {
                    kind: kind(line.kind),
                    old: line.old,
                    new: line.new,
                    spans: line.spans.into_iter().map(|span| SpanView { text: span.text, changed: span.changed }).collect(),
                })
                .collect(),
        })
        .collect()
}

/// A wish that the job has not turned into a task yet is queued already for whoever wished.
fn state_now(backup: &Backup, now: Timestamp) -> BackupState {
    let is_wished = backup.source == BackupSource::Demand && backup.task.is_none() && backup.next_at.is_some_and(|at| at <= now);
    if is_wished { BackupState::Queued } else { backup.state }
}

async fn backup_view(tx: &mut Tx, look: &mut Look<'_>, id: DeviceId) -> ApiResult<BackupView> {
    let device = tx.device(id).await?.ok_or_else(|| ApiError::not_found("device"))?;
    let backup = tx.backup(id).await?.unwrap_or_else(|| Backup::never(id));
    let latest = match tx.latest_config(id).await? {
        Some(listed) => Some(view(tx, look, &listed).await?),
        None => None,
    };
    let has_credential = tx.has_ssh_credential(id).await?;
    let may = look.may(tx, Action::BackUp, device.site).await?;
    let must_decide = backup.host_key_offered.is_some();
    let is_paused = backup.paused_until(tx.now()).is_some();
    let state = match (&backup.host_key, must_decide) {
        (_, true) => HostKeyState::Changed,
        (Some(_), false) => HostKeyState::Pinned,
        (None, false) => HostKeyState::None,
    };
    Ok(BackupView {
        device: Ref::new(id, device.name),
        state: if has_credential { state_now(&backup, tx.now()) } else { BackupState::Impossible },
        tried_at: backup.tried_at,
        succeeded_at: backup.succeeded_at,
        next_at: backup.next_at,
        latest,
        problem: backup.problem.map(|code| BackupProblemView { code, detail: backup.detail.unwrap_or_default() }),
        tail: backup.tail,
        ssh: backup.level.map(|level| SshView { level, algorithms: backup.algorithms.unwrap_or_default() }),
        host_key: HostKeyView { state, fingerprint: backup.host_key, offered: backup.host_key_offered },
        can: BackupCan { back_up: Can::when(may, has_credential && !must_decide && !is_paused), decide: Can::when(may, must_decide) },
    })
}

/// Newest first.
#[utoipa::path(get, path = "/api/v1/configs", tag = "manage", operation_id = "list_configs", params(ConfigQuery),
    responses((status = 200, body = ListOf<ConfigView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<ConfigQuery>) -> ApiResult<ListOf<ConfigView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let filter = ConfigFilter { device: query.device, client: query.client, since: query.since };
    let mut tx = app.store.read(&who.scope_for(Action::ReadConfigs)).await?;
    let found = tx.configs(&filter, page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for listed in &found.items {
        items.push(view(&mut tx, &mut look, listed).await?);
    }
    Ok(ListOf::page(items, &found))
}

/// With the text, secrets masked.
#[utoipa::path(get, path = "/api/v1/configs/{id}", tag = "manage", operation_id = "get_config", params(("id" = ConfigId, Path)),
    responses((status = 200, body = ConfigTextView)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<ConfigId>) -> ApiResult<Plain<ConfigTextView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadConfigs)).await?;
    let (listed, text) = manage::read_masked(&mut tx, id).await?;
    Ok(Plain(ConfigTextView { config: view(&mut tx, &mut Look::new(&who), &listed).await?, text }))
}

/// Compared on the server, by line and word.
#[utoipa::path(get, path = "/api/v1/configs/{id}/diff", tag = "manage", operation_id = "diff_config", params(("id" = ConfigId, Path), DiffQuery),
    responses((status = 200, body = ConfigDiffView)))]
pub(crate) async fn diff(
    State(app): State<App>,
    who: Who,
    Id(id): Id<ConfigId>,
    Filter(query): Filter<DiffQuery>,
) -> ApiResult<Plain<ConfigDiffView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadConfigs)).await?;
    let compared = manage::compare(&mut tx, id, query.base).await?;
    let mut look = Look::new(&who);
    let base = match &compared.base {
        Some(base) => Some(view(&mut tx, &mut look, base).await?),
        None => None,
    };
    Ok(Plain(ConfigDiffView {
        base,
        target: view(&mut tx, &mut look, &compared.target).await?,
        added: compared.diff.added,
        removed: compared.diff.removed,
        hides_change: compared.hides_change,
        hunks: hunks(compared.diff),
    }))
}

/// How the backup of a device stands.
#[utoipa::path(get, path = "/api/v1/devices/{id}/backup", tag = "manage", operation_id = "get_backup", params(("id" = DeviceId, Path)),
    responses((status = 200, body = BackupView)))]
pub(crate) async fn state(State(app): State<App>, who: Who, Id(id): Id<DeviceId>) -> ApiResult<Plain<BackupView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadConfigs)).await?;
    Ok(Plain(backup_view(&mut tx, &mut Look::new(&who), id).await?))
}

/// Fetches the configuration now. Refused while the host key waits for a decision or logins are paused.
#[utoipa::path(post, path = "/api/v1/devices/{id}/backup", tag = "manage", operation_id = "back_up_device", params(("id" = DeviceId, Path)),
    request_body = EmptyInput, responses((status = 200, body = BackupView)))]
pub(crate) async fn back_up(State(app): State<App>, who: Who, Id(id): Id<DeviceId>, posted: Posted<EmptyInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    manage::back_up(&mut work.tx, &who, id).await?;
    let view = backup_view(&mut work.tx, &mut Look::new(&who), id).await?;
    work.done_plain(&view).await
}

/// Trusts the changed host key; the device is asked again at once.
#[utoipa::path(post, path = "/api/v1/devices/{id}/host-key", tag = "manage", operation_id = "accept_host_key", params(("id" = DeviceId, Path)),
    request_body = HostKeyInput, responses((status = 200, body = BackupView)))]
pub(crate) async fn accept_host_key(
    State(app): State<App>,
    who: Who,
    Id(id): Id<DeviceId>,
    posted: Posted<HostKeyInput>,
) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    manage::accept_host_key(&mut work.tx, &who, id, &posted.body.accept).await?;
    let view = backup_view(&mut work.tx, &mut Look::new(&who), id).await?;
    work.done_plain(&view).await
}
