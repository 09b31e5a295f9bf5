//! A configuration of files, and the state of interfaces that commands change besides.
//!
//! Source: interfaces(5) of ifupdown (stanzas `auto`, `iface`; `up` commands), ip-link(8).

use super::Aspect;
use std::collections::BTreeMap;

/// Bytes of one file; beyond, writing fails as on a full disk.
const FILE_LEN_MAX: usize = 2 << 20;
pub(crate) const INTERFACES: &str = "/etc/network/interfaces";
const HOSTNAME: &str = "/etc/hostname";

#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    pub files: BTreeMap<String, String>,
    /// What `ip link` made of it.
    pub links: BTreeMap<String, Aspect>,
}

impl Files {
    /// As the start of the system does: the state follows the files. Interfaces that no file names are down.
    pub fn boot(&mut self, interfaces: &[String]) {
        let text = self.files.get(INTERFACES).cloned().unwrap_or_default();
        self.links = interfaces.iter().map(|name| (name.clone(), Aspect { alias: String::new(), is_shut: true })).collect();
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["auto", names @ ..] => {
                    for name in names {
                        self.links.entry((*name).to_owned()).or_default().is_shut = false;
                    }
                }
                ["up" | "post-up", "ip", "link", "set", rest @ ..] => drop(self.set_link(rest, line)),
                _ => {}
            }
        }
    }

    /// `ip link set [dev] NAME up|down|alias TEXT`. `Err`: what ip says.
    pub fn set_link(&mut self, words: &[&str], line: &str) -> Result<(), String> {
        let words = words.strip_prefix(&["dev"]).unwrap_or(words);
        let Some((name, rest)) = words.split_first() else {
            return Err("Not enough information: \"dev\" argument is required.".to_owned());
        };
        let Some(link) = self.links.get_mut(*name) else { return Err(format!("Cannot find device \"{name}\"")) };
        match rest {
            ["up"] => link.is_shut = false,
            ["down"] => link.is_shut = true,
            ["alias", ..] => {
                let text = line.split_once(" alias ").map_or("", |(_, text)| text.trim());
                link.alias = text.trim_matches(['"', '\'']).to_owned();
            }
            [] => {}
            [word, ..] => return Err(format!("Error: either \"dev\" is duplicate, or \"{word}\" is a garbage.")),
        }
        Ok(())
    }

    /// `Err`: what the shell says.
    pub fn write(&mut self, path: &str, text: &str, is_append: bool) -> Result<(), String> {
        if !path.starts_with("/etc/") && !path.starts_with("/tmp/") && !path.starts_with("/root/") {
            return Err(format!("{path}: Permission denied"));
        }
        let file = self.files.entry(path.to_owned()).or_default();
        if !is_append {
            file.clear();
        }
        if file.len() + text.len() > FILE_LEN_MAX {
            return Err("write error: No space left on device".to_owned());
        }
        file.push_str(text);
        Ok(())
    }

    pub fn host(&self) -> Option<&str> {
        self.files.get(HOSTNAME).map(|name| name.trim())
    }

    pub fn aspects(&self) -> (Option<String>, BTreeMap<String, Aspect>) {
        (self.host().map(str::to_owned), self.links.clone())
    }
}
