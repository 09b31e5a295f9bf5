//! Work that a collector does and answers for. The answer is a sealed row until the verb that asked has worked on it.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Result, Tx};
use model::config::TaskState;
use model::{CollectorId, DeviceId, TaskId, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    pub id: TaskId,
    pub collector: CollectorId,
    pub device: DeviceId,
    pub deadline_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    pub id: TaskId,
    pub collector: CollectorId,
    pub device: DeviceId,
    pub state: TaskState,
    pub created_at: Timestamp,
    pub deadline_at: Timestamp,
}

const COLUMNS: &str = "SELECT t.id, t.collector, t.device, t.state, t.created_at, t.deadline_at FROM task t WHERE 1 = 1";

fn task(row: &Row) -> Result<TaskRow> {
    Ok(TaskRow {
        id: row.id("id")?,
        collector: row.id("collector")?,
        device: row.id("device")?,
        state: row.word("state")?,
        created_at: row.time("created_at")?,
        deadline_at: row.time("deadline_at")?,
    })
}

impl Tx {
    pub async fn task(&mut self, id: TaskId) -> Result<Option<TaskRow>> {
        self.one(Sql::new(COLUMNS).and("t.id = ?", Some(id)), task).await
    }

    pub async fn insert_task(&mut self, new: &NewTask) -> Result<()> {
        let sql = Sql::new("INSERT INTO task (id, collector, device, state, created_at, deadline_at) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(new.id)
            .bind(new.collector)
            .bind(new.device)
            .bind(TaskState::Queued)
            .bind(self.now())
            .bind(new.deadline_at);
        self.run(sql).await?;
        Ok(())
    }

    /// Queued tasks of a collector, oldest first.
    pub async fn queued_tasks(&mut self, collector: CollectorId, limit: usize) -> Result<Vec<TaskRow>> {
        let sql = Sql::new(COLUMNS)
            .and("t.collector = ?", Some(collector))
            .and("t.state = ?", Some(TaskState::Queued))
            .push(" ORDER BY t.id LIMIT ?")
            .bind(limit as i64);
        self.all(sql, task).await
    }

    /// Tasks given or to be given whose time is over.
    pub async fn overdue_tasks(&mut self, limit: usize) -> Result<Vec<TaskRow>> {
        let sql = Sql::new(COLUMNS)
            .push(" AND t.state IN ('queued', 'sent')")
            .and("t.deadline_at <= ?", Some(self.now()))
            .push(" ORDER BY t.id LIMIT ?")
            .bind(limit as i64);
        self.all(sql, task).await
    }

    /// Queued and sent ones.
    pub async fn open_tasks(&mut self) -> Result<i64> {
        self.count(Sql::new("SELECT COUNT(*) AS n FROM task WHERE state IN ('queued', 'sent')")).await
    }

    /// False when it was not in state `from`: somebody else has moved it on.
    pub async fn move_task(&mut self, id: TaskId, from: TaskState, to: TaskState) -> Result<bool> {
        let sql = Sql::new("UPDATE task SET state = ? WHERE id = ? AND state = ?").bind(to).bind(id).bind(from);
        Ok(self.run(sql).await? == 1)
    }

    /// Keeps the sealed answer. False when nobody waits for it any more.
    pub async fn answer_task(&mut self, id: TaskId, sealed: Vec<u8>) -> Result<bool> {
        let sql = Sql::new("UPDATE task SET state = ?, answer = ? WHERE id = ? AND state IN ('queued', 'sent')")
            .bind(TaskState::Answered)
            .bind(sealed)
            .bind(id);
        Ok(self.run(sql).await? == 1)
    }

    /// The sealed answer of an answered task.
    pub async fn task_answer(&mut self, id: TaskId) -> Result<Option<Vec<u8>>> {
        let sql = Sql::new("SELECT answer FROM task WHERE id = ? AND state = ?").bind(id).bind(TaskState::Answered);
        Ok(self.one(sql, |row| row.opt_blob("answer")).await?.flatten())
    }

    /// Worked on: the answer is forgotten.
    pub async fn finish_task(&mut self, id: TaskId) -> Result<()> {
        self.run(Sql::new("UPDATE task SET state = ?, answer = NULL WHERE id = ?").bind(TaskState::Done).bind(id)).await?;
        Ok(())
    }

    /// Forgets ended tasks older than `before`.
    pub async fn purge_tasks(&mut self, before: Timestamp) -> Result<u64> {
        self.run(Sql::new("DELETE FROM task WHERE state IN ('done', 'lost') AND created_at < ?").bind(before)).await
    }
}
