//! Pure decisions about inputs. No database, no clock.

mod address;
mod credential;
mod tenant;

pub(crate) use address::{checked_address, checked_interval, checked_port, checked_webhook};
pub(crate) use credential::{Parts, checked_key};
pub(crate) use tenant::{check_place, checked_brand};

use model::{Problem, limits};

pub(crate) fn checked_name(text: &str) -> Result<String, Problem> {
    model::problem::checked_name(text, limits::NAME_CHARS_MAX)
}

/// "At most so many, and none twice."
pub(crate) fn check_list<T: PartialEq>(items: &[T], most: usize) -> Result<(), Problem> {
    if items.len() > most {
        return Err(Problem::new("too_many", format!("has {} items; at most {most} are allowed", items.len())));
    }
    let doubled = items.iter().enumerate().any(|(place, item)| items[..place].contains(item));
    if doubled { Err(Problem::new("doubled", "names the same thing twice")) } else { Ok(()) }
}
