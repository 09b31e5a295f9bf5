//! As whom dispatch works: for the product itself, on everybody's rows.

use model::Scope;
use model::scope::Reason;

pub(crate) fn scope() -> Scope {
    Scope::installation(Reason("dispatch"))
}
