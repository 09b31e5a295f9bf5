//! SSH towards devices, new and fifteen years old: a connection, a login, a shell or one command.
//!
//! Old algorithms are offered only when the device has nothing newer, and what was agreed is told. A host key that differs from the pinned one ends
//! the connection before anything is said about us. Each key is tried once, and every try is taken from the [`Tries`] of the device, which are
//! shared by all tasks: no lockout storm.

mod algorithms;
mod connect;
mod error;
mod guard;
mod login;
mod session;
mod stream;

pub use algorithms::{Algorithms, Compat, Level};
pub use connect::{Connected, HostKeyPolicy, Request, Timeouts, connect};
pub use error::Error;
pub use guard::{FAILURE_WINDOW, FAILURES_MAX, LoginGuard, NotYet, Tries};
pub use session::{Executed, Session, Shell, Terminal};

use std::time::Duration;

/// Output of one command run without a terminal, standard output and standard error together.
pub const EXEC_SIZE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How much a device may send ahead of us on a channel: with a hundred sessions at once this is what bounds the memory.
const WINDOW_BYTES: u32 = 256 * 1024;
/// Messages of one channel that wait for their reader.
const CHANNEL_MESSAGES_MAX: usize = 16;
/// A connection on which nothing at all has come for this long is given up, whatever its user waits for.
const INACTIVITY_MAX: Duration = Duration::from_secs(3_600);
/// How long a polite end is waited for.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// What we quote of a device's words.
const QUOTE_CHARS_MAX: usize = 200;

/// A device's words as they may be shown: no control characters, not long.
fn quote(words: &str) -> String {
    let clean: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(QUOTE_CHARS_MAX).collect();
    clean.trim().to_owned()
}
