//! The vault: what is sealed opens in its place, nowhere else, and every refusal says what to do.

#![allow(clippy::unwrap_used)]

use access::{Purpose, Vault, VaultError};
use model::credential::{Key, SnmpAuth, SnmpPriv};
use model::{ContactId, CredentialId, Secret};
use proptest::prelude::*;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

struct Folder(PathBuf);
impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("polyot-vault-{}", CredentialId::new()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
    fn key(&self) -> PathBuf {
        self.0.join("master.key")
    }
}
impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn keys() -> impl Strategy<Value = Key> {
    let text = || any::<String>();
    let secret = || any::<String>().prop_map(Secret::new);
    let auth = proptest::sample::select(SnmpAuth::ALL);
    let privacy = proptest::sample::select(SnmpPriv::ALL);
    prop_oneof![
        secret().prop_map(|community| Key::SnmpV2c { community }),
        (text(), auth, secret(), privacy, secret()).prop_map(|(user, auth, auth_password, privacy, priv_password)| Key::SnmpV3 {
            user,
            auth,
            auth_password,
            privacy,
            priv_password
        }),
        (text(), secret()).prop_map(|(user, password)| Key::SshPassword { user, password }),
        (text(), secret()).prop_map(|(user, key)| Key::SshKey { user, key }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_key_opens_as_it_was_sealed_and_only_in_its_row(key in keys(), bit in any::<prop::sample::Index>()) {
        let folder = Folder::new();
        let vault = Vault::open_or_create(&folder.key()).unwrap();
        let (row, other) = (CredentialId::new(), CredentialId::new());
        let mut sealed = vault.seal_key(row, &key).unwrap();
        prop_assert_eq!(&vault.open_key(row, &sealed).unwrap(), &key);
        prop_assert!(matches!(vault.open_key(other, &sealed), Err(VaultError::Damaged)));
        prop_assert!(vault.open(Purpose::WebhookSecret, row.bytes(), &sealed).is_err(), "another purpose");
        // One flipped bit anywhere is noticed.
        let place = bit.index(sealed.len() * 8);
        sealed[place / 8] ^= 1 << (place % 8);
        prop_assert!(vault.open_key(row, &sealed).is_err());
    }

    #[test]
    fn garbage_is_an_error_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let folder = Folder::new();
        let vault = Vault::open_or_create(&folder.key()).unwrap();
        prop_assert!(vault.open_key(CredentialId::new(), &bytes).is_err());
        // Also when it was sealed properly but is no key.
        let row = CredentialId::new();
        let sealed = vault.seal(Purpose::Credential, row.bytes(), &bytes).unwrap();
        let _ = vault.open_key(row, &sealed);
    }
}

#[test]
fn the_master_key_is_made_once_and_only_its_owner_can_read_it() {
    let folder = Folder::new();
    let row = ContactId::new();
    let sealed = Vault::open_or_create(&folder.key()).unwrap().seal_webhook_secret(row, &Secret::new("s3cret")).unwrap();
    assert_eq!(std::fs::metadata(folder.key()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1, "nothing is left beside the key");
    let opened = Vault::open_or_create(&folder.key()).unwrap().open_webhook_secret(row, &sealed).unwrap();
    assert_eq!(opened.reveal(), "s3cret");
}

#[test]
fn every_refusal_says_what_to_do() {
    let folder = Folder::new();
    let row = CredentialId::new();
    let sealed = Vault::open_or_create(&folder.key()).unwrap().seal_key(row, &Key::SnmpV2c { community: Secret::new("c0mm") }).unwrap();

    std::fs::set_permissions(folder.key(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let readable = Vault::open_or_create(&folder.key()).unwrap_err().to_string();
    assert!(readable.contains("can be read by others (mode 644); run: chmod 600 "), "{readable}");
    std::fs::set_permissions(folder.key(), std::fs::Permissions::from_mode(0o600)).unwrap();

    let other = Vault::open_or_create(&folder.0.join("other.key")).unwrap();
    let wrong = other.open_key(row, &sealed).unwrap_err().to_string();
    assert!(wrong.contains("put the key file back that belongs to this database"), "{wrong}");

    let moved = Vault::open_or_create(&folder.key()).unwrap().open_key(CredentialId::new(), &sealed).unwrap_err().to_string();
    assert!(moved.contains("belongs to another row; enter it again"), "{moved}");

    std::fs::write(folder.key(), "something else").unwrap();
    let foreign = Vault::open_or_create(&folder.key()).unwrap_err().to_string();
    assert!(foreign.contains("is not a master key file") && foreign.contains("restore it from the backup"), "{foreign}");
}

#[test]
fn a_fingerprint_is_the_same_for_the_same_text_and_needs_the_key_to_be_guessed() {
    let folder = Folder::new();
    let vault = Vault::open_or_create(&folder.key()).unwrap();
    let other = Vault::open_or_create(&folder.0.join("other.key")).unwrap();
    assert_eq!(vault.fingerprint(b"a"), vault.fingerprint(b"a"));
    assert_ne!(vault.fingerprint(b"a"), vault.fingerprint(b"b"));
    assert_ne!(vault.fingerprint(b"a"), other.fingerprint(b"a"));
}
