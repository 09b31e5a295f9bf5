//! Imports of devices: a preview first, then the plan is applied, discarded, or undone.

use crate::answer::{ListOf, One, Versioned, Work};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, Id, Posted, PostedFile, page};
use crate::look::Look;
use crate::resource::notices::EmptyInput;
use crate::view::{Can, PersonRef, Ref};
use crate::who::Who;
use access::Action;
use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::import::{ImportFormat, ImportOutcome, ImportRow, ImportState, ImportVerdict};
use model::{ImportId, Problem, TenantId, Timestamp};
use register::{Layout, NewImport};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{ImportListed, Tx};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportView {
    id: ImportId,
    /// Everything in it lies here or below.
    tenant: Ref,
    format: ImportFormat,
    state: ImportState,
    file_name: String,
    /// Made by hand in the form of the other system, not by it.
    simulated: bool,
    counts: ImportCountsView,
    /// Sentences about the file as a whole: columns left out, secrets not taken over.
    notes: Vec<String>,
    created_at: Timestamp,
    /// Null when he is not for me to see.
    created_by: Option<PersonRef>,
    version: i64,
    can: ImportCan,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportCountsView {
    add: i64,
    change: i64,
    same: i64,
    conflict: i64,
    bad: i64,
    /// Rows that are in the register by this import now.
    applied: i64,
    /// Rows that could not be applied, or could not be taken back.
    left: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportCan {
    apply: Can,
    discard: Can,
    undo: Can,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportRowView {
    /// Line in the file; where a file has no lines of its own (JSON), the number of the entry.
    row: u32,
    verdict: ImportVerdict,
    name: String,
    address: String,
    site: Option<Ref>,
    problems: Vec<ImportProblem>,
    /// `{field: [from, to]}`.
    changes: Value,
    /// Null before it was applied.
    outcome: Option<ImportOutcome>,
    /// Why it was left out, or could not be taken back.
    outcome_detail: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ImportProblem {
    field: String,
    code: String,
    detail: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportQuery {
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportRowQuery {
    verdict: Option<ImportVerdict>,
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportInput {
    format: ImportFormat,
    file_name: String,
    /// The file as text.
    text: Option<String>,
    /// Its bytes instead, when its encoding is not known: UTF-8 or windows-1251.
    base64: Option<String>,
    /// For rows that name no site.
    site: Option<TenantId>,
    #[serde(default)]
    simulated: bool,
    /// Between the cells of a line, for `csv` (found by itself) and `oxidized` (`:`).
    delimiter: Option<char>,
    /// Order of the columns of `oxidized`, e.g. `name:ip:model:group`; `name:model:username:password` when absent.
    columns: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplyInput {
    /// Bad rows and conflicts are known: the others are applied without them.
    #[serde(default)]
    accept_bad: bool,
}

impl Versioned for ImportView {
    fn version(&self) -> i64 {
        self.version
    }
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, listed: ImportListed) -> ApiResult<ImportView> {
    let ImportListed { import, counts } = listed;
    let may = look.may(tx, Action::WriteDevices, import.tenant).await?;
    let when = |state| Can::when(may, import.state == state);
    Ok(ImportView {
        id: import.id,
        tenant: look.owner(tx, import.tenant).await?,
        format: import.format,
        state: import.state,
        file_name: import.file_name.clone(),
        simulated: import.is_simulated,
        counts: ImportCountsView {
            add: counts.add,
            change: counts.change,
            same: counts.same,
            conflict: counts.conflict,
            bad: counts.bad,
            applied: counts.applied,
            left: counts.left,
        },
        notes: import.notes.clone(),
        created_at: import.created_at,
        created_by: look.person(tx, import.created_by).await?,
        version: import.version,
        can: ImportCan { apply: when(ImportState::Previewed), discard: when(ImportState::Previewed), undo: when(ImportState::Applied) },
    })
}

async fn view_of(tx: &mut Tx, who: &Who, id: ImportId) -> ApiResult<ImportView> {
    let listed = tx.import(id).await?.ok_or_else(|| ApiError::not_found("import"))?;
    view(tx, &mut Look::new(who), listed).await
}

fn row_view(row: ImportRow) -> ImportRowView {
    ImportRowView {
        row: row.line,
        verdict: row.verdict,
        name: row.name,
        address: row.address,
        site: row.site.map(|id| Ref::new(id, row.site_name)),
        problems: serde_json::from_value(row.problems).unwrap_or_default(),
        changes: row.changes,
        outcome: row.outcome,
        outcome_detail: row.outcome_detail,
    }
}

/// Newest first.
#[utoipa::path(get, path = "/api/v1/imports", tag = "register", operation_id = "list_imports", params(ImportQuery),
    responses((status = 200, body = ListOf<ImportView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<ImportQuery>) -> ApiResult<ListOf<ImportView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let mut tx = app.store.read(&who.scope_for(Action::WriteDevices)).await?;
    let found = tx.imports(page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for listed in &found.items {
        items.push(view(&mut tx, &mut look, listed.clone()).await?);
    }
    Ok(ListOf::page(items, &found))
}

#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "register", operation_id = "get_import", params(("id" = ImportId, Path)),
    responses((status = 200, body = ImportView)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<ImportId>) -> ApiResult<One<ImportView>> {
    let mut tx = app.store.read(&who.scope_for(Action::WriteDevices)).await?;
    Ok(One(view_of(&mut tx, &who, id).await?))
}

/// Rows of the plan in the order of the file.
#[utoipa::path(get, path = "/api/v1/imports/{id}/rows", tag = "register", operation_id = "list_import_rows",
    params(("id" = ImportId, Path), ImportRowQuery), responses((status = 200, body = ListOf<ImportRowView>)))]
pub(crate) async fn rows(
    State(app): State<App>,
    who: Who,
    Id(id): Id<ImportId>,
    Filter(query): Filter<ImportRowQuery>,
) -> ApiResult<ListOf<ImportRowView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let mut tx = app.store.read(&who.scope_for(Action::WriteDevices)).await?;
    tx.import(id).await?.ok_or_else(|| ApiError::not_found("import"))?;
    let found = tx.import_rows(id, query.verdict, page).await?;
    let items = found.items.iter().cloned().map(row_view).collect();
    Ok(ListOf::page(items, &found))
}

fn text_of(input: &mut ImportInput) -> ApiResult<String> {
    match (input.text.take(), input.base64.take()) {
        (Some(text), None) => Ok(text),
        (None, Some(encoded)) => {
            let bytes =
                STANDARD.decode(encoded.trim()).map_err(|_| ApiError::bad(Problem::new("bad_value", "is not base64").at("base64")))?;
            register::decode(&bytes).map_err(ApiError::bad)
        }
        _ => Err(ApiError::bad(Problem::new("not_both", "give either `text` or `base64`").at("text"))),
    }
}

/// Reads a file and makes the plan; nothing is written to the register yet.
#[utoipa::path(post, path = "/api/v1/imports", tag = "register", operation_id = "create_import", request_body = ImportInput,
    responses((status = 201, body = ImportView)))]
pub(crate) async fn create(State(app): State<App>, who: Who, PostedFile(posted): PostedFile<ImportInput>) -> ApiResult<Response> {
    let mut input = posted.body;
    let text = text_of(&mut input)?;
    if text.len() > register::IMPORT_BYTES_MAX {
        return Err(ApiError::TooLarge { size_bytes_max: register::IMPORT_BYTES_MAX });
    }
    let layout = Layout { delimiter: input.delimiter, columns: input.columns };
    let new = NewImport { format: input.format, file_name: input.file_name, text, site: input.site, is_simulated: input.simulated, layout };
    let mut work = Work::begin(&app, &who, posted.once).await?;
    let id = register::preview_import(&mut work.tx, &who, new).await?;
    let view = view_of(&mut work.tx, &who, id).await?;
    work.created(&view).await
}

/// Writes the plan into the register, all of it in one commit.
#[utoipa::path(post, path = "/api/v1/imports/{id}/apply", tag = "register", operation_id = "apply_import", params(("id" = ImportId, Path)),
    request_body = ApplyInput, responses((status = 200, body = ImportView)))]
pub(crate) async fn apply(State(app): State<App>, who: Who, Id(id): Id<ImportId>, posted: Posted<ApplyInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    register::apply_import(&mut work.tx, &who, id, posted.body.accept_bad).await?;
    let view = view_of(&mut work.tx, &who, id).await?;
    work.done(&view).await
}

/// The plan will not be applied; it stays to be read.
#[utoipa::path(post, path = "/api/v1/imports/{id}/discard", tag = "register", operation_id = "discard_import", params(("id" = ImportId, Path)),
    request_body = EmptyInput, responses((status = 200, body = ImportView)))]
pub(crate) async fn discard(State(app): State<App>, who: Who, Id(id): Id<ImportId>, posted: Posted<EmptyInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    register::discard_import(&mut work.tx, &who, id).await?;
    let view = view_of(&mut work.tx, &who, id).await?;
    work.done(&view).await
}

/// Takes back what nobody has touched since; the rows say what could not be.
#[utoipa::path(post, path = "/api/v1/imports/{id}/undo", tag = "register", operation_id = "undo_import", params(("id" = ImportId, Path)),
    request_body = EmptyInput, responses((status = 200, body = ImportView)))]
pub(crate) async fn undo(State(app): State<App>, who: Who, Id(id): Id<ImportId>, posted: Posted<EmptyInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    register::undo_import(&mut work.tx, &who, id).await?;
    let view = view_of(&mut work.tx, &who, id).await?;
    work.done(&view).await
}
