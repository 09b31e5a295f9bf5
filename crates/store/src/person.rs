//! People and their grants.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, Tx};
use model::PersonId;
use model::person::{Grant, Person};

fn person(row: &Row) -> Result<Person> {
    Ok(Person {
        id: row.id("id")?,
        email: row.text("email")?,
        grants: Vec::new(),
        is_active: row.flag("is_active")?,
        created_at: row.time("created_at")?,
        version: row.int("version")?,
    })
}

const COLUMNS: &str = "SELECT u.id, u.email, CASE WHEN u.password_hash IS NULL THEN 0 ELSE 1 END AS is_active, u.created_at, u.version FROM person u WHERE 1 = 1";

impl Tx {
    /// A person is visible to those who may see one of his grants.
    fn visible_person(&self, sql: Sql) -> Sql {
        match self.roots() {
            None => sql,
            Some(_) => sql.push(" AND u.id IN (SELECT g.person FROM grant_of g WHERE 1 = 1").scoped(self, "g.tenant").push(")"),
        }
    }

    pub async fn person(&mut self, id: PersonId) -> Result<Option<Person>> {
        let sql = self.visible_person(Sql::new(COLUMNS).and("u.id = ?", Some(id)));
        match self.one(sql, person).await? {
            None => Ok(None),
            Some(mut found) => {
                found.grants = self.grants_of(id).await?;
                Ok(Some(found))
            }
        }
    }

    /// Also the hash of the password; for logging in only.
    pub async fn person_by_email(&mut self, email: &str) -> Result<Option<(Person, Option<String>)>> {
        let sql = Sql::new("SELECT u.id, u.email, u.password_hash, CASE WHEN u.password_hash IS NULL THEN 0 ELSE 1 END AS is_active, u.created_at, u.version FROM person u WHERE u.email = ?")
            .bind(email.to_lowercase());
        let Some((mut found, hash)) = self.one(sql, |row| Ok((person(row)?, row.opt_text("password_hash")?))).await? else {
            return Ok(None);
        };
        found.grants = self.grants_of(found.id).await?;
        Ok(Some((found, hash)))
    }

    /// For the person himself and for logs of the product; shown to others only through [`Tx::person`].
    pub async fn email_of(&mut self, id: PersonId) -> Result<Option<String>> {
        self.one(Sql::new("SELECT u.email FROM person u WHERE u.id = ?").bind(id), |row| row.text("email")).await
    }

    /// All grants of a person: what his session may do. Shown to others only through [`Tx::person`].
    pub async fn grants_of(&mut self, id: PersonId) -> Result<Vec<Grant>> {
        let sql = Sql::new("SELECT g.tenant, g.role FROM grant_of g WHERE g.person = ?").bind(id).push(" ORDER BY g.tenant, g.role");
        self.all(sql, |row| Ok(Grant { tenant: row.id("tenant")?, role: row.word("role")? })).await
    }

    pub async fn people(&mut self, page: Page) -> Result<PageOf<Person>> {
        let sql = self.visible_person(Sql::new(COLUMNS).and("u.id > ?", page.after.map(PersonId::from_bytes))).push(" ORDER BY u.id");
        let mut found = self.page(sql, page, person, |person| *person.id.bytes()).await?;
        let ids: Vec<PersonId> = found.items.iter().map(|person| person.id).collect();
        let sql = Sql::new("SELECT g.person, g.tenant, g.role FROM grant_of g WHERE 1 = 1")
            .and_in("g.person", ids)
            .scoped(self, "g.tenant")
            .push(" ORDER BY g.tenant, g.role");
        let grants =
            self.all(sql, |row| Ok((row.id::<PersonId>("person")?, Grant { tenant: row.id("tenant")?, role: row.word("role")? }))).await?;
        for person in &mut found.items {
            person.grants = grants.iter().filter(|(owner, _)| *owner == person.id).map(|(_, grant)| *grant).collect();
        }
        Ok(found)
    }

    pub async fn has_people(&mut self) -> Result<bool> {
        Ok(self.count(Sql::new("SELECT COUNT(*) AS n FROM person WHERE password_hash IS NOT NULL")).await? > 0)
    }

    pub async fn insert_person(&mut self, new: &Person, password_hash: Option<&str>) -> Result<()> {
        let sql = Sql::new("INSERT INTO person (id, email, password_hash, created_at, version) VALUES (?, ?, ?, ?, 1)")
            .bind(new.id)
            .bind(&new.email)
            .bind(password_hash)
            .bind(new.created_at);
        self.run(sql).await?;
        self.insert_grants(new.id, &new.grants).await
    }

    async fn insert_grants(&mut self, id: PersonId, grants: &[Grant]) -> Result<()> {
        for grant in grants {
            let sql = Sql::new("INSERT INTO grant_of (person, tenant, role) VALUES (?, ?, ?)").bind(id).bind(grant.tenant).bind(grant.role);
            self.run(sql).await?;
        }
        Ok(())
    }

    /// Replaces all grants of a person.
    pub async fn update_grants(&mut self, changed: &Person) -> Result<()> {
        let sql = Sql::new("UPDATE person SET version = version + 1 WHERE id = ? AND version = ?").bind(changed.id).bind(changed.version);
        self.run_versioned("this person", sql).await?;
        self.run(Sql::new("DELETE FROM grant_of WHERE person = ?").bind(changed.id)).await?;
        self.insert_grants(changed.id, &changed.grants).await
    }

    pub async fn set_password_hash(&mut self, id: PersonId, hash: &str) -> Result<()> {
        self.run(Sql::new("UPDATE person SET password_hash = ?, version = version + 1 WHERE id = ?").bind(hash).bind(id)).await?;
        Ok(())
    }
}
