//! Reading columns: a value that does not fit names its column.

use crate::{Result, StoreError};
use model::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

pub(crate) struct Row(pub(crate) AnyRow);

impl Row {
    pub(crate) fn int(&self, column: &str) -> Result<i64> {
        Ok(self.0.try_get::<i64, _>(column)?)
    }
    pub(crate) fn opt_int(&self, column: &str) -> Result<Option<i64>> {
        Ok(self.0.try_get::<Option<i64>, _>(column)?)
    }
    pub(crate) fn text(&self, column: &str) -> Result<String> {
        Ok(self.0.try_get::<String, _>(column)?)
    }
    pub(crate) fn opt_text(&self, column: &str) -> Result<Option<String>> {
        Ok(self.0.try_get::<Option<String>, _>(column)?)
    }
    pub(crate) fn blob(&self, column: &str) -> Result<Vec<u8>> {
        Ok(self.0.try_get::<Vec<u8>, _>(column)?)
    }
    pub(crate) fn opt_blob(&self, column: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.0.try_get::<Option<Vec<u8>>, _>(column)?)
    }
    pub(crate) fn flag(&self, column: &str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }
    pub(crate) fn time(&self, column: &str) -> Result<Timestamp> {
        Ok(Timestamp::from_micros(self.int(column)?))
    }
    pub(crate) fn opt_time(&self, column: &str) -> Result<Option<Timestamp>> {
        Ok(self.opt_int(column)?.map(Timestamp::from_micros))
    }
    pub(crate) fn id<T>(&self, column: &str) -> Result<T>
    where
        T: for<'a> TryFrom<&'a [u8], Error = model::Problem>,
    {
        T::try_from(&self.blob(column)?).map_err(|problem| damaged(column, &problem))
    }
    pub(crate) fn opt_id<T>(&self, column: &str) -> Result<Option<T>>
    where
        T: for<'a> TryFrom<&'a [u8], Error = model::Problem>,
    {
        self.opt_blob(column)?.map(|bytes| T::try_from(&bytes).map_err(|problem| damaged(column, &problem))).transpose()
    }
    pub(crate) fn word<T: std::str::FromStr<Err = model::Problem>>(&self, column: &str) -> Result<T> {
        self.text(column)?.parse().map_err(|problem| damaged(column, &problem))
    }
    pub(crate) fn opt_word<T: std::str::FromStr<Err = model::Problem>>(&self, column: &str) -> Result<Option<T>> {
        self.opt_text(column)?.map(|text| text.parse().map_err(|problem| damaged(column, &problem))).transpose()
    }
    pub(crate) fn number<T: TryFrom<i64>>(&self, column: &str) -> Result<T> {
        let value = self.int(column)?;
        T::try_from(value).map_err(|_| StoreError::Damaged { what: format!("column {column}: {value} is out of range") })
    }
}

fn damaged(column: &str, problem: &model::Problem) -> StoreError {
    StoreError::Damaged { what: format!("column {column}: {problem}") }
}
