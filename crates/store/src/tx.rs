//! One transaction for one scope: the only way to a row.

use crate::engine::{CommitStage, Engine, Store};
use crate::row::Row;
use crate::sql::Sql;
use crate::{Result, StoreError};
use model::{Scope, TenantId, Timestamp, limits};
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Executor, Transaction};

/// A page of a list: after the id `after`, at most `limit` rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub after: Option<[u8; 16]>,
    pub limit: usize,
}

impl Page {
    pub fn first(limit: usize) -> Self {
        Self { after: None, limit: limit.clamp(1, limits::PAGE_ITEMS_MAX) }
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::first(limits::PAGE_ITEMS_DEFAULT)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOf<T> {
    pub items: Vec<T>,
    /// Hand this back as `after` for the next page; `None` at the end.
    pub next: Option<[u8; 16]>,
}

/// Dropped without [`Tx::commit`], it leaves nothing behind.
pub struct Tx {
    store: Store,
    inner: Transaction<'static, Any>,
    scope: Scope,
    roots: Option<Vec<TenantId>>,
    now: Timestamp,
    pub(crate) has_events: bool,
}

impl Tx {
    pub(crate) fn new(store: Store, inner: Transaction<'static, Any>, scope: Scope) -> Self {
        let now = store.clock.now();
        let roots = scope.roots();
        Self { store, inner, scope, roots, now, has_events: false }
    }

    pub async fn commit(self) -> Result<()> {
        if let Some(hook) = &self.store.hook {
            hook(CommitStage::Before);
        }
        self.inner.commit().await?;
        if let Some(hook) = &self.store.hook {
            hook(CommitStage::After);
        }
        if self.has_events {
            self.store.commits.send_modify(|count| *count += 1);
        }
        Ok(())
    }

    /// The instant of this transaction: one "now" for everything in it.
    pub fn now(&self) -> Timestamp {
        self.now
    }
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
    pub(crate) fn roots(&self) -> Option<&[TenantId]> {
        self.roots.as_deref()
    }
    pub(crate) fn engine(&self) -> Engine {
        self.store.engine
    }

    /// PostgreSQL: takes the writers' turn. SQLite's single writer has it already.
    pub(crate) async fn order(&mut self) -> Result<()> {
        const ORDER_LOCK: &str = "SELECT pg_advisory_xact_lock(7265)::text";
        if self.store.engine == Engine::Postgres {
            self.inner.execute(sqlx::query(ORDER_LOCK)).await?;
        }
        Ok(())
    }

    pub(crate) async fn all<T>(&mut self, sql: Sql, read: impl Fn(&Row) -> Result<T>) -> Result<Vec<T>> {
        let (text, arguments) = sql.finish();
        let rows: Vec<AnyRow> = sqlx::query_with(AssertSqlSafe(text), arguments).fetch_all(&mut *self.inner).await?;
        rows.into_iter().map(|row| read(&Row(row))).collect()
    }

    pub(crate) async fn one<T>(&mut self, sql: Sql, read: impl Fn(&Row) -> Result<T>) -> Result<Option<T>> {
        Ok(self.all(sql, read).await?.into_iter().next())
    }

    /// Rows that were changed.
    pub(crate) async fn run(&mut self, sql: Sql) -> Result<u64> {
        let (text, arguments) = sql.finish();
        Ok(sqlx::query_with(AssertSqlSafe(text), arguments).execute(&mut *self.inner).await?.rows_affected())
    }

    /// A change that must meet exactly the version that was read.
    pub(crate) async fn run_versioned(&mut self, what: &'static str, sql: Sql) -> Result<()> {
        if self.run(sql).await? == 0 { Err(StoreError::Stale { what }) } else { Ok(()) }
    }

    pub(crate) async fn count(&mut self, sql: Sql) -> Result<i64> {
        Ok(self.one(sql, |row| row.int("n")).await?.unwrap_or(0))
    }

    /// A page: asks for one row more than wanted, to know whether there is another.
    pub(crate) async fn page<T>(
        &mut self,
        sql: Sql,
        page: Page,
        read: impl Fn(&Row) -> Result<T>,
        key: impl Fn(&T) -> [u8; 16],
    ) -> Result<PageOf<T>> {
        let limit = page.limit.clamp(1, limits::PAGE_ITEMS_MAX);
        let wanted = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let mut items = self.all(sql.push(" LIMIT ?").bind(wanted), read).await?;
        let has_more = items.len() > limit;
        items.truncate(limit);
        let next = if has_more { items.last().map(key) } else { None };
        Ok(PageOf { items, next })
    }
}
