//! The configuration file without its secrets: to be read by whoever sets a restored installation up again.

use toml::{Table, Value};

const HIDDEN: &str = "<secret hidden>";
/// A key with one of these words in it holds a secret, unless it names a file.
const SECRET_WORDS: [&str; 4] = ["secret", "password", "token", "key"];

/// The text with every secret replaced. A file that cannot be read as TOML gives nothing: it might hold one anywhere.
pub fn without_secrets(text: &str) -> Option<String> {
    let mut table: Table = toml::from_str(text).ok()?;
    hide(&mut table);
    toml::to_string(&table).ok()
}

fn hide(table: &mut Table) {
    for (name, value) in table.iter_mut() {
        let is_secret = !name.ends_with("_file") && SECRET_WORDS.iter().any(|word| name.contains(word));
        match value {
            Value::Table(inner) => hide(inner),
            Value::Array(items) => items.iter_mut().filter_map(Value::as_table_mut).for_each(hide),
            Value::String(text) if is_secret => *text = HIDDEN.into(),
            Value::String(text) => {
                if let Some(masked) = masked_login(text) {
                    *text = masked;
                }
            }
            other if is_secret => *other = Value::String(HIDDEN.into()),
            _ => {}
        }
    }
}

/// `scheme://user:password@host` without what stands before the @, and without a query, which may hold a password as well.
fn masked_login(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    match rest.rsplit_once('@') {
        Some((_, host)) => Some(format!("{scheme}://{HIDDEN}@{host}")),
        None => Some(format!("{scheme}://{rest}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_of_the_configuration_is_in_its_copy() {
        let text = r#"
            data_dir = "/var/lib/polyot"
            database_url = "postgres://polyot:geheim@db/polyot?password=geheim"
            master_key_file = "/etc/polyot/key"
            [smtp]
            url = "smtp://post:geheim@mail.example.net:587"
            from = "noc@example.net"
            [watchdog]
            url = "https://watch.example.net/beat?k=geheim"
            secret = "geheim"
            [later]
            api_token = 5
            lists = [{ password = "geheim" }]
        "#;
        let copy = without_secrets(text).unwrap();
        assert!(!copy.contains("geheim"), "{copy}");
        for kept in ["/var/lib/polyot", "/etc/polyot/key", "noc@example.net", "mail.example.net:587", "https://watch.example.net/beat"] {
            assert!(copy.contains(kept), "{kept}: {copy}");
        }
        assert_eq!(without_secrets("secret = \"cut"), None);
    }
}
