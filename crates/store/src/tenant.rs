//! The party tree and what inherits down it.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, Tx};
use model::person::Role;
use model::tenant::{Brand, Language, Tenant, TenantKind};
use model::{Scope, TenantId};

#[derive(Debug, Clone, Default)]
pub struct TenantFilter {
    pub kind: Option<TenantKind>,
    pub parent: Option<TenantId>,
    /// Part of the name.
    pub text: Option<String>,
}

/// What a tenant has from itself or from above: each field from the nearest that sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inherited {
    pub brand_name: String,
    pub sender: Option<String>,
    pub tz: String,
    pub language: Language,
    /// True when this tenant or any above it is in shadow.
    pub is_shadow: bool,
}

/// Where nothing is set anywhere up the tree.
const TZ_DEFAULT: &str = "UTC";

const COLUMNS: &str = "SELECT t.id, t.kind, t.parent, t.name, t.brand_name, t.brand_sender, t.tz, t.language, t.is_shadow, t.created_at, t.version FROM tenant t";

fn tenant(row: &Row) -> Result<Tenant> {
    Ok(Tenant {
        id: row.id("id")?,
        kind: row.word("kind")?,
        parent: row.opt_id("parent")?,
        name: row.text("name")?,
        brand: Brand { name: row.opt_text("brand_name")?, sender: row.opt_text("brand_sender")? },
        tz: row.opt_text("tz")?,
        language: row.opt_word("language")?,
        is_shadow: row.flag("is_shadow")?,
        created_at: row.time("created_at")?,
        version: row.int("version")?,
    })
}

impl Tx {
    /// The tenant at the top; `None` before the first set-up.
    pub async fn provider(&mut self) -> Result<Option<Tenant>> {
        self.one(Sql::new(COLUMNS).push(" WHERE t.kind = 'provider' ORDER BY t.id LIMIT 1"), tenant).await
    }

    pub async fn tenant(&mut self, id: TenantId) -> Result<Option<Tenant>> {
        let sql = Sql::new(COLUMNS).push(" WHERE t.id = ?").bind(id).scoped(self, "t.id");
        self.one(sql, tenant).await
    }

    pub async fn tenants(&mut self, filter: &TenantFilter, page: Page) -> Result<PageOf<Tenant>> {
        let like = filter.text.as_ref().map(|text| like(text));
        let sql = Sql::new(COLUMNS)
            .push(" WHERE 1 = 1")
            .and("t.kind = ?", filter.kind)
            .and("t.parent = ?", filter.parent)
            .and("t.folded LIKE ? ESCAPE '!'", like)
            .and("t.id > ?", page.after.map(TenantId::from_bytes))
            .scoped(self, "t.id")
            .push(" ORDER BY t.id");
        self.page(sql, page, tenant, |tenant| *tenant.id.bytes()).await
    }

    /// From the tenant itself up to the provider, whatever the scope: for inheritance and permissions, never shown as it is.
    pub async fn lineage(&mut self, id: TenantId) -> Result<Vec<Tenant>> {
        let sql =
            Sql::new(COLUMNS).push(" JOIN tenant_path p ON p.ancestor = t.id WHERE p.descendant = ?").bind(id).push(" ORDER BY p.depth");
        self.all(sql, tenant).await
    }

    pub async fn inherited(&mut self, id: TenantId) -> Result<Inherited> {
        let lineage = self.lineage(id).await?;
        // A brand is of whoever serves: the nearest partner or the provider, named or not; clients and sites have none of their own unless set.
        let server = lineage.iter().find(|t| matches!(t.kind, TenantKind::Partner | TenantKind::Provider));
        let brand_name = lineage.iter().find_map(|t| t.brand.name.clone()).or_else(|| server.map(|t| t.name.clone())).unwrap_or_default();
        Ok(Inherited {
            brand_name,
            sender: lineage.iter().find_map(|t| t.brand.sender.clone()),
            tz: lineage.iter().find_map(|t| t.tz.clone()).unwrap_or_else(|| TZ_DEFAULT.into()),
            language: lineage.iter().find_map(|t| t.language).unwrap_or(Language::En),
            is_shadow: lineage.iter().any(|t| t.is_shadow),
        })
    }

    /// Roles that the asking person holds on this tenant, by a grant on it or above it.
    pub async fn roles_at(&mut self, id: TenantId) -> Result<Vec<Role>> {
        let Scope::Person { grants, .. } = self.scope().clone() else { return Ok(Vec::new()) };
        let sql = Sql::new("SELECT p.ancestor FROM tenant_path p WHERE p.descendant = ?").bind(id);
        let above: Vec<TenantId> = self.all(sql, |row| row.id("ancestor")).await?;
        Ok(grants.iter().filter(|grant| above.contains(&grant.tenant)).map(|grant| grant.role).collect())
    }

    /// Adds the row and its paths to everything above it.
    pub async fn insert_tenant(&mut self, t: &Tenant) -> Result<()> {
        let sql = Sql::new(
            "INSERT INTO tenant (id, kind, parent, name, folded, brand_name, brand_sender, tz, language, is_shadow, created_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        )
        .bind(t.id)
        .bind(t.kind)
        .bind(t.parent)
        .bind(&t.name)
        .bind(t.name.to_lowercase())
        .bind(t.brand.name.clone())
        .bind(t.brand.sender.clone())
        .bind(t.tz.clone())
        .bind(t.language)
        .bind(t.is_shadow)
        .bind(t.created_at);
        self.run(sql).await?;
        let own = Sql::new("INSERT INTO tenant_path (ancestor, descendant, depth) VALUES (?, ?, 0)").bind(t.id).bind(t.id);
        self.run(own).await?;
        if let Some(parent) = t.parent {
            let above = Sql::new("INSERT INTO tenant_path (ancestor, descendant, depth) SELECT p.ancestor, ")
                .push("CAST(? AS ")
                .push(self.blob_type())
                .push("), p.depth + 1 FROM tenant_path p WHERE p.descendant = ?")
                .bind(t.id)
                .bind(parent);
            self.run(above).await?;
        }
        Ok(())
    }

    pub async fn update_tenant(&mut self, t: &Tenant) -> Result<()> {
        let sql = Sql::new("UPDATE tenant SET name = ?, folded = ?, brand_name = ?, brand_sender = ?, tz = ?, language = ?, is_shadow = ?, version = version + 1 WHERE id = ? AND version = ?")
            .bind(&t.name)
            .bind(t.name.to_lowercase())
            .bind(t.brand.name.clone())
            .bind(t.brand.sender.clone())
            .bind(t.tz.clone())
            .bind(t.language)
            .bind(t.is_shadow)
            .bind(t.id)
            .bind(t.version)
            .scoped(self, "id");
        self.run_versioned("this tenant", sql).await
    }

    pub(crate) fn blob_type(&self) -> &'static str {
        match self.engine() {
            crate::engine::Engine::Sqlite => "BLOB",
            crate::engine::Engine::Postgres => "BYTEA",
        }
    }
}

/// A LIKE pattern for "contains", with the wildcards of the text itself disarmed.
pub(crate) fn like(text: &str) -> String {
    let plain = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{plain}%")
}
