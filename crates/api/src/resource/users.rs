//! People and what they may do.

use crate::answer::{ListOf, One, Versioned, Work};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, Id, Patched, Posted, page};
use crate::look::Look;
use crate::view::{Can, CanEdit, Ref, present};
use crate::who::{InPerson, Who};
use access::Action;
use axum::extract::State;
use axum::response::Response;
use model::person::{Grant, Person, Role};
use model::{PersonId, TenantId, Timestamp};
use register::NewPerson;
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserView {
    id: PersonId,
    email: String,
    /// Those that I see.
    grants: Vec<GrantView>,
    /// False until the invitation was accepted.
    is_active: bool,
    created_at: Timestamp,
    version: i64,
    can: CanEdit,
    /// To be handed to the person; shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    invite_url: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GrantView {
    tenant: Ref,
    role: Role,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserQuery {
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantInput {
    tenant: TenantId,
    role: Role,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserInput {
    email: String,
    grants: Vec<GrantInput>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserPatch {
    /// Replaces all grants that I see.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<GrantInput>, required = false)]
    grants: Option<Vec<GrantInput>>,
}

impl Versioned for UserView {
    fn version(&self) -> i64 {
        self.version
    }
}

fn grants(input: Vec<GrantInput>) -> Vec<Grant> {
    input.into_iter().map(|grant| Grant { tenant: grant.tenant, role: grant.role }).collect()
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, person: Person, invite_url: Option<String>) -> ApiResult<UserView> {
    let (mut grants, mut can) = (Vec::new(), false);
    for grant in &person.grants {
        if let Some(tenant) = look.tenant(tx, grant.tenant).await? {
            grants.push(GrantView { tenant, role: grant.role });
            can |= look.may(tx, Action::WritePeople, grant.tenant).await?;
        }
    }
    let can = CanEdit { edit: Can::role(can) };
    Ok(UserView {
        id: person.id,
        email: person.email,
        grants,
        is_active: person.is_active,
        created_at: person.created_at,
        version: person.version,
        can,
        invite_url,
    })
}

#[utoipa::path(get, path = "/api/v1/users", tag = "people", operation_id = "list_users", params(UserQuery),
    responses((status = 200, body = ListOf<UserView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<UserQuery>) -> ApiResult<ListOf<UserView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let mut tx = app.store.read(&who.scope_for(Action::ReadPeople)).await?;
    let found = tx.people(page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for person in &found.items {
        items.push(view(&mut tx, &mut look, person.clone(), None).await?);
    }
    Ok(ListOf::page(items, &found))
}

#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "people", operation_id = "get_user", params(("id" = PersonId, Path)),
    responses((status = 200, body = UserView)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<PersonId>) -> ApiResult<One<UserView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadPeople)).await?;
    let found = tx.person(id).await?.ok_or_else(|| ApiError::not_found("person"))?;
    Ok(One(view(&mut tx, &mut Look::new(&who), found, None).await?))
}

/// Invites somebody; the answer holds the link for the first password.
#[utoipa::path(post, path = "/api/v1/users", tag = "people", operation_id = "create_user", request_body = UserInput,
    responses((status = 201, body = UserView)))]
pub(crate) async fn create(State(app): State<App>, InPerson(who): InPerson, posted: Posted<UserInput>) -> ApiResult<Response> {
    let new = NewPerson { email: posted.body.email, grants: grants(posted.body.grants) };
    let mut work = Work::begin(&app, &who, posted.once).await?;
    let (made, token) = register::create_person(&mut work.tx, &who, &app.access, new).await?;
    let url = format!("{}/invite?token={}", app.public_url.trim_end_matches('/'), token.reveal());
    let view = view(&mut work.tx, &mut Look::new(&who), made, Some(url)).await?;
    work.created(&view).await
}

#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "people", operation_id = "patch_user", params(("id" = PersonId, Path), ("If-Match" = String, Header)),
    request_body(content = UserPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = UserView)))]
pub(crate) async fn patch(
    State(app): State<App>,
    InPerson(who): InPerson,
    Id(id): Id<PersonId>,
    patched: Patched<UserPatch>,
) -> ApiResult<One<UserView>> {
    let mut tx = app.store.write(&who.scope()).await?;
    let changed = register::patch_person(&mut tx, &who, id, patched.version, patched.body.grants.map(grants)).await?;
    let view = view(&mut tx, &mut Look::new(&who), changed, None).await?;
    tx.commit().await?;
    Ok(One(view))
}
