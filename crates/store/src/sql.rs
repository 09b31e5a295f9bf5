//! A statement in the making: text with `?` and the values for it. Fragments are always literals of this crate.

use crate::bind::{Bind, Value};
use crate::tx::Tx;
use model::TenantId;
use sqlx::Arguments;
use sqlx::any::AnyArguments;

pub(crate) struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }
    pub(crate) fn push(mut self, text: &'static str) -> Self {
        self.text.push_str(text);
        self
    }
    pub(crate) fn bind(mut self, value: impl Bind) -> Self {
        self.values.push(value.value());
        self
    }
    /// ` AND column = ?`, when there is something to compare with.
    pub(crate) fn and<T: Bind>(self, condition: &'static str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.push(" AND ").push(condition).bind(value),
            None => self,
        }
    }
    /// ` AND column IN (?, …)`; an empty list matches nothing.
    pub(crate) fn and_in<T: Bind>(self, column: &'static str, values: Vec<T>) -> Self {
        if values.is_empty() {
            return self.push(" AND 1 = 0");
        }
        let mut sql = self.push(" AND ").push(column).push(" IN (");
        for (place, value) in values.into_iter().enumerate() {
            sql = if place == 0 { sql.push("?") } else { sql.push(", ?") }.bind(value);
        }
        sql.push(")")
    }
    /// Only rows whose tenant lies in a subtree that the scope of `tx` may see.
    pub(crate) fn scoped(self, tx: &Tx, column: &'static str) -> Self {
        match tx.roots() {
            None => self,
            Some(roots) => self.under(roots.to_vec(), column),
        }
    }
    /// Only rows whose tenant is one of `roots` or below.
    pub(crate) fn under(self, roots: Vec<TenantId>, column: &'static str) -> Self {
        if roots.is_empty() {
            return self.push(" AND 1 = 0");
        }
        self.push(" AND ").push(column).push(" IN (SELECT descendant FROM tenant_path WHERE 1 = 1").and_in("ancestor", roots).push(")")
    }

    /// Text with `$1 …` (both engines take it) and the values in the same order.
    pub(crate) fn finish(self) -> (String, AnyArguments) {
        let mut text = String::with_capacity(self.text.len() + self.values.len() * 2);
        let mut place = 0;
        for symbol in self.text.chars() {
            if symbol == '?' {
                place += 1;
                text.push('$');
                text.push_str(&place.to_string());
            } else {
                text.push(symbol);
            }
        }
        debug_assert_eq!(place, self.values.len(), "as many values as question marks in: {text}");
        let mut arguments = AnyArguments::default();
        for value in self.values {
            // Owned values only: a borrowed text has no mapping in sqlx's SQLite driver for `Any`.
            let added = match value {
                Value::Blob(value) => arguments.add(value),
                Value::Int(value) => arguments.add(value),
                Value::Text(value) => arguments.add(value),
            };
            added.expect("encoding an owned integer, text or blob cannot fail");
        }
        (text, arguments)
    }
}
