//! Contacts: whom we tell.

use crate::answer::{Gone, ListOf, One, Versioned, Work};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, Id, IfMatch, Patched, Posted, page};
use crate::look::Look;
use crate::view::{Can, CanEdit, Ref, emptiable, present};
use crate::who::Who;
use access::Action;
use axum::extract::State;
use axum::response::Response;
use model::contact::Contact;
use model::tenant::Language;
use model::{ContactId, Secret, TenantId, Timestamp};
use register::{ContactChange, NewContact};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactView {
    id: ContactId,
    tenant: Ref,
    name: String,
    email: Option<String>,
    webhook: Option<String>,
    language: Language,
    created_at: Timestamp,
    version: i64,
    can: CanEdit,
    /// What posts to the webhook are signed with; shown once, when the webhook is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    webhook_secret: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactQuery {
    /// Of this tenant and below.
    tenant: Option<TenantId>,
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactInput {
    tenant: TenantId,
    name: String,
    email: Option<String>,
    webhook: Option<String>,
    language: Language,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactPatch {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false)]
    name: Option<String>,
    #[serde(default, deserialize_with = "emptiable")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "emptiable")]
    #[schema(value_type = Option<String>)]
    webhook: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Language, required = false)]
    language: Option<Language>,
}

impl Versioned for ContactView {
    fn version(&self) -> i64 {
        self.version
    }
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, contact: Contact, secret: Option<Secret>) -> ApiResult<ContactView> {
    Ok(ContactView {
        id: contact.id,
        tenant: look.owner(tx, contact.tenant).await?,
        name: contact.name,
        email: contact.email,
        webhook: contact.webhook,
        language: contact.language,
        created_at: contact.created_at,
        version: contact.version,
        can: CanEdit { edit: Can::role(look.may(tx, Action::WriteContacts, contact.tenant).await?) },
        webhook_secret: secret.map(|secret| secret.reveal().to_owned()),
    })
}

#[utoipa::path(get, path = "/api/v1/contacts", tag = "register", operation_id = "list_contacts", params(ContactQuery),
    responses((status = 200, body = ListOf<ContactView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<ContactQuery>) -> ApiResult<ListOf<ContactView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let mut tx = app.store.read(&who.scope_for(Action::ReadContacts)).await?;
    let found = tx.contacts(query.tenant, page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for contact in &found.items {
        items.push(view(&mut tx, &mut look, contact.clone(), None).await?);
    }
    Ok(ListOf::page(items, &found))
}

#[utoipa::path(get, path = "/api/v1/contacts/{id}", tag = "register", operation_id = "get_contact", params(("id" = ContactId, Path)),
    responses((status = 200, body = ContactView)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<ContactId>) -> ApiResult<One<ContactView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadContacts)).await?;
    let found = tx.contact(id).await?.ok_or_else(|| ApiError::not_found("contact"))?;
    Ok(One(view(&mut tx, &mut Look::new(&who), found, None).await?))
}

#[utoipa::path(post, path = "/api/v1/contacts", tag = "register", operation_id = "create_contact", request_body = ContactInput,
    responses((status = 201, body = ContactView)))]
pub(crate) async fn create(State(app): State<App>, who: Who, posted: Posted<ContactInput>) -> ApiResult<Response> {
    let body = posted.body;
    let new = NewContact { tenant: body.tenant, name: body.name, email: body.email, webhook: body.webhook, language: body.language };
    let mut work = Work::begin(&app, &who, posted.once).await?;
    let (made, secret) = register::create_contact(&mut work.tx, &who, &app.vault, new).await?;
    let view = view(&mut work.tx, &mut Look::new(&who), made, secret).await?;
    work.created(&view).await
}

#[utoipa::path(patch, path = "/api/v1/contacts/{id}", tag = "register", operation_id = "patch_contact", params(("id" = ContactId, Path), ("If-Match" = String, Header)),
    request_body(content = ContactPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = ContactView)))]
pub(crate) async fn patch(
    State(app): State<App>,
    who: Who,
    Id(id): Id<ContactId>,
    patched: Patched<ContactPatch>,
) -> ApiResult<One<ContactView>> {
    let body = patched.body;
    let change = ContactChange { name: body.name, email: body.email, webhook: body.webhook, language: body.language };
    let mut tx = app.store.write(&who.scope()).await?;
    let (changed, secret) = register::patch_contact(&mut tx, &who, &app.vault, id, patched.version, change).await?;
    let view = view(&mut tx, &mut Look::new(&who), changed, secret).await?;
    tx.commit().await?;
    Ok(One(view))
}

#[utoipa::path(delete, path = "/api/v1/contacts/{id}", tag = "register", operation_id = "delete_contact", params(("id" = ContactId, Path)),
    responses((status = 204)))]
pub(crate) async fn remove(State(app): State<App>, who: Who, Id(id): Id<ContactId>, IfMatch(version): IfMatch) -> ApiResult<Gone> {
    let mut tx = app.store.write(&who.scope()).await?;
    register::delete_contact(&mut tx, &who, id, version).await?;
    tx.commit().await?;
    Ok(Gone)
}
