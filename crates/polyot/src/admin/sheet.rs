//! The recovery sheet: the master key on paper, and back.

use crate::config::Config;
use crate::serve::chain;
use access::{GROUPS, Sheet};
use model::scope::Reason;
use model::{Clock, Scope};
use std::io::Read as _;
use store::Store;
use zeroize::Zeroizing;

const GROUPS_PER_LINE: usize = 4;
/// What a person types is far shorter.
const TYPED_BYTES_MAX: u64 = 4_096;

pub fn print(config: &Config) -> Result<(), String> {
    let sheet = Sheet::of(&config.master_key_file).map_err(|error| chain(&error))?;
    println!("POLYOT - RECOVERY SHEET OF THE MASTER KEY {}\n", sheet.key_id());
    println!("Whoever holds this sheet and a backup can open every device. Lock it away, not beside the backups.\n");
    for (line, groups) in sheet.groups().chunks(GROUPS_PER_LINE).enumerate() {
        let text: Vec<String> =
            groups.iter().enumerate().map(|(place, group)| format!("{:>2}: {}", line * GROUPS_PER_LINE + place + 1, **group)).collect();
        println!("    {}", text.join("    "));
    }
    println!("\nThe fifth letter of each group checks the four before it. There is no I, L, O or U.");
    println!("To type it in: polyot admin master-key --from-sheet --data {}", config.data_dir.display());
    Ok(())
}

/// Reads the groups from the terminal until all are there or the input ends.
pub async fn type_in(config: &Config) -> Result<(), String> {
    if config.master_key_file.exists() {
        return Err(format!("{} is there already; move it away first if it is the wrong one", config.master_key_file.display()));
    }
    eprintln!("Type the {GROUPS} groups without their numbers, in any number of lines, and end with an empty line:");
    let text = read_typed().map_err(|error| format!("cannot read from the terminal: {error}"))?;
    let sheet = Sheet::typed(&text).map_err(|error| error.to_string())?;
    sheet.write(&config.master_key_file, None).map_err(|error| chain(&error))?;
    println!("Wrote {}: master key {}.", config.master_key_file.display(), sheet.key_id());
    if let Some(false) = fits(config).await {
        return Err(format!(
            "the key {} is whole, but the secrets in the database were sealed with another one: this sheet belongs to another installation",
            sheet.key_id()
        ));
    }
    Ok(())
}

fn read_typed() -> std::io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    let stdin = std::io::stdin().lock();
    let mut typed = std::io::BufReader::new(stdin.take(TYPED_BYTES_MAX));
    loop {
        let before = text.len();
        let count = std::io::BufRead::read_line(&mut typed, &mut text)?;
        if count == 0 || text[before..].trim().is_empty() && !text.trim().is_empty() {
            return Ok(text);
        }
    }
}

/// Whether the key opens what lies in the database; `None` when there is nothing sealed or no database.
async fn fits(config: &Config) -> Option<bool> {
    if store::schema_found(&config.location).await.ok()? != store::schema_known() {
        return None;
    }
    let store = Store::open(&config.location, Clock::System).await.ok()?;
    let sealed = store.read(&Scope::installation(Reason("a key typed in"))).await.ok()?.any_sealed().await.ok()??;
    let vault = access::Vault::open_existing(&config.master_key_file).ok()?;
    Some(vault.has_sealed(&sealed))
}
