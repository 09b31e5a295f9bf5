//! Where in the tree a tenant may stand, and its brand.

use crate::checks::Checks;
use model::problem::{checked_email, checked_name};
use model::tenant::{Brand, TenantKind};
use model::{Problem, limits};

/// Whether a tenant of this kind may stand under one of `parent`'s kind at this depth (the provider has depth 0).
pub(crate) fn check_place(kind: TenantKind, parent: TenantKind, depth: usize) -> Result<(), (&'static str, Problem)> {
    if kind == TenantKind::Provider {
        return Err(("kind", Problem::new("not_allowed", "there is one provider, made at the first set-up")));
    }
    if !parent.may_hold(kind) {
        return Err(("parent", Problem::new("not_allowed", format!("a {kind} may not stand under a {parent}"))));
    }
    if depth >= limits::TENANT_DEPTH_MAX {
        return Err(("parent", Problem::new("too_deep", format!("the tree has at most {} levels", limits::TENANT_DEPTH_MAX))));
    }
    Ok(())
}

pub(crate) fn checked_brand(checks: &mut Checks, name: Option<&str>, sender: Option<&str>) -> Brand {
    Brand {
        name: checks.take_option("brand.name", name.map(|name| checked_name(name, limits::NAME_CHARS_MAX))),
        sender: checks.take_option("brand.sender", sender.map(checked_email)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provider_over_partner_over_client_over_site() {
        use TenantKind::{Client, Partner, Provider, Site};
        let allowed = [
            (Partner, Provider),
            (Client, Provider),
            (Site, Provider),
            (Partner, Partner),
            (Client, Partner),
            (Site, Partner),
            (Site, Client),
        ];
        for kind in TenantKind::ALL {
            for parent in TenantKind::ALL {
                let is_allowed = allowed.contains(&(*kind, *parent));
                assert_eq!(check_place(*kind, *parent, 3).is_ok(), is_allowed, "{kind} under {parent}");
            }
        }
        assert_eq!(check_place(Partner, Partner, limits::TENANT_DEPTH_MAX).unwrap_err().1.code, "too_deep");
        assert!(check_place(Partner, Partner, limits::TENANT_DEPTH_MAX - 1).is_ok());
    }
}
