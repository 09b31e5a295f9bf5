//! A conversation with a device's command line, over any stream of bytes: a shell of SSH now, Telnet later.
//!
//! The prompt is learned, not guessed: an empty line is sent until the same answer has come twice. The text of a command is what stands between its
//! echo and the next prompt at the start of a line, after a pause. Whatever else the device may want (a pager, a question, another prompt) is
//! either foreseen in the [`Spec`] or ends the session with an error that says so. After any error but [`Error::Refused`] the session is at an
//! unknown place, and refuses to go on.

mod decode;
mod error;
mod prompt;
mod screen;
mod session;
mod spec;
mod tail;

pub use error::Error;
pub use session::{EndedBy, Output, Session};
pub use spec::{Allowed, Enable, Mode, Pager, Secrets, Spec, Timing};

use std::time::Duration;

/// Text of one command, as we keep it.
pub const OUTPUT_SIZE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes received for one command, with all that is erased again.
pub const RECEIVED_SIZE_BYTES_MAX: usize = 4 * OUTPUT_SIZE_BYTES_MAX;
/// A command as we send it; the line discipline of many devices takes no more.
pub const COMMAND_CHARS_MAX: usize = 2_048;
/// Pages of one command.
pub const PAGES_MAX: u32 = 200_000;
/// Questions answered for one command.
pub const ANSWERS_MAX: u32 = 8;
/// Empty lines sent to learn the prompt.
pub const LEARN_ROUNDS_MAX: u32 = 12;
/// What [`Session::transcript_tail`] gives at most.
pub const TAIL_LINES_MAX: usize = 40;
pub const TAIL_CHARS_MAX: usize = 4_000;
/// An answer that refuses is short. Longer ones are text, in which a line may look like a refusal.
pub const REFUSAL_LINES_MAX: usize = 20;

/// A pager waits; nothing else that looks like one would.
const QUIET_PAGER: Duration = Duration::from_millis(30);
/// A prompt is one only when nothing follows it.
const QUIET_PROMPT: Duration = Duration::from_millis(80);
/// The same where the device has not repeated our command: the prompt may be an old one that came late.
const QUIET_NO_ECHO: Duration = Duration::from_millis(1_000);
/// A line that looks like a question, or like another prompt, and nothing after it.
const QUIET_QUESTION: Duration = Duration::from_millis(2_000);
