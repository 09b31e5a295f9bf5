//! What the doctor found.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Ok,
    Warn,
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub name: &'static str,
    pub level: Level,
    pub detail: String,
    /// What to do about it.
    pub todo: Option<String>,
}

impl Finding {
    pub fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, level: Level::Ok, detail: detail.into(), todo: None }
    }
    pub fn warn(name: &'static str, detail: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { name, level: Level::Warn, detail: detail.into(), todo: Some(todo.into()) }
    }
    pub fn bad(name: &'static str, detail: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { name, level: Level::Bad, detail: detail.into(), todo: Some(todo.into()) }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let level = match self.level {
            Level::Ok => "ok  ",
            Level::Warn => "warn",
            Level::Bad => "BAD ",
        };
        write!(f, "{level}  {}: {}", self.name, self.detail)?;
        match &self.todo {
            Some(todo) => write!(f, "\n      -> {todo}"),
            None => Ok(()),
        }
    }
}
