//! A configuration of menus: settings and items with properties, addressed by a path.
//!
//! Source: MikroTik, help site "Command Line Interface" (path, print, set, find, numbers), "Configuration Management" (export: first line
//! with the time, `set [ find default-name=… ]`, alphabetical properties, lines broken with `\`), "Scripting" (quotes, `\XX` escapes).

use super::Aspect;
use crate::platform::{Menu, MenuKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Items of one device; beyond, new ones are refused.
const ITEMS_MAX: usize = 5_000;
/// An exported line is broken before it gets longer.
const EXPORT_COLUMNS: usize = 80;
/// All kinds of interfaces as one menu.
const INTERFACE: &str = "/interface";
const ETHERNET: &str = "/interface ethernet";
const IDENTITY: &str = "/system identity";

#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    menu: usize,
    values: BTreeMap<String, String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Menus {
    menus: Arc<Vec<Menu>>,
    items: Vec<Item>,
}

/// What a line asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Nothing,
    Changed,
    Quit,
    Export { text: String },
    Print { path: String },
}

/// A word of the line and the column at which it begins, from 1.
type Word = (usize, String);

impl Menus {
    pub fn new(menus: &[Menu]) -> Self {
        Self { menus: Arc::new(menus.to_vec()), items: Vec::new() }
    }

    /// A port that the hardware has.
    pub fn solder(&mut self, number: usize, name: &str) {
        let Some(menu) = self.menus.iter().position(|menu| menu.path == ETHERNET) else { return };
        let values = BTreeMap::from([("default-name".to_owned(), format!("ether{number}")), ("name".to_owned(), name.to_owned())]);
        self.items.push(Item { menu, values });
    }

    /// A line that is expected to change something or to move.
    pub fn change(&mut self, at: &mut String, line: &str) -> Result<(), String> {
        self.run(at, line).map(|_| ())
    }

    /// One line at the menu `at` ("" is the root), which it may move.
    pub fn run(&mut self, at: &mut String, line: &str) -> Result<Outcome, String> {
        let words = words(line).map_err(|column| format!("expected closing quote or bracket (line 1 column {column})"))?;
        if words.first().is_none_or(|(_, first)| first.starts_with('#')) {
            return Ok(Outcome::Nothing);
        }
        let is_absolute = words[0].1.starts_with('/');
        let mut path = if is_absolute { String::new() } else { at.clone() };
        let mut rest = &words[..];
        while let Some(((_, word), after)) = rest.split_first() {
            if word == "/" {
                path.clear();
            } else if word == ".." {
                path.truncate(path.rfind([' ', '/']).unwrap_or(0));
            } else {
                let deeper = if path.is_empty() { format!("/{}", word.trim_start_matches('/')) } else { format!("{path} {word}") };
                if !self.is_path(&deeper) {
                    break;
                }
                path = deeper;
            }
            rest = after;
        }
        let Some(((column, command), arguments)) = rest.split_first() else {
            *at = path;
            return Ok(Outcome::Nothing);
        };
        match command.trim_start_matches('/') {
            "quit" if path.is_empty() => Ok(Outcome::Quit),
            "export" => self.export_for(&path, arguments),
            "print" if self.is_menu(&path) => Ok(Outcome::Print { path }),
            "set" | "add" | "remove" | "enable" | "disable" | "comment" if self.is_menu(&path) => {
                self.edit(&path, command, *column, arguments).map(|()| Outcome::Changed)
            }
            _ => Err(format!("bad command name {} (line 1 column {column})", command.trim_start_matches('/'))),
        }
    }

    fn is_path(&self, path: &str) -> bool {
        let longer = format!("{path} ");
        self.menus.iter().any(|menu| menu.path == path || menu.path.starts_with(&longer))
    }

    fn is_menu(&self, path: &str) -> bool {
        path == INTERFACE || self.menus.iter().any(|menu| menu.path == path)
    }

    fn export_for(&self, path: &str, arguments: &[Word]) -> Result<Outcome, String> {
        let mut shows_sensitive = false;
        for (column, word) in arguments {
            match word.as_str() {
                "show-sensitive" => shows_sensitive = true,
                "hide-sensitive" | "terse" | "compact" | "verbose" => {}
                _ => return Err(format!("expected end of command (line 1 column {column})")),
            }
        }
        let is_terse = arguments.iter().any(|(_, word)| word == "terse");
        Ok(Outcome::Export { text: self.export(path, shows_sensitive, is_terse) })
    }

    fn edit(&mut self, path: &str, command: &str, column: usize, arguments: &[Word]) -> Result<(), String> {
        let menus = Arc::clone(&self.menus);
        let menu = menus.iter().position(|menu| menu.path == path);
        let kind = menu.map_or(MenuKind::Fixed, |menu| menus[menu].kind);
        let (targets, pairs) = self.targets(path, kind, command, arguments)?;
        let allowed = |name: &str| match menu {
            Some(menu) => menus[menu].properties.iter().any(|known| known == name),
            None => ["name", "comment", "disabled", "mtu"].contains(&name),
        };
        if let Some((column, _, _)) = pairs.iter().find(|(_, name, _)| !allowed(name)) {
            return Err(format!("expected end of command (line 1 column {column})"));
        }
        if let Some((_, _, interface)) = pairs.iter().find(|(_, name, value)| *name == "interface" && !self.has_interface(value)) {
            return Err(format!("input does not match any value of interface ({interface})"));
        }
        match (command, kind) {
            ("add", MenuKind::Items) if self.items.len() < ITEMS_MAX => {
                let values = pairs.into_iter().map(|(_, name, value)| (name, value)).collect();
                let item = Item { menu: menu.unwrap_or_default(), values };
                if self.items.contains(&item) {
                    return Err("failure: already have such entry".to_owned());
                }
                self.items.push(item);
            }
            ("add", MenuKind::Items) => return Err("failure: out of storage space".to_owned()),
            ("remove", MenuKind::Items) => {
                for target in targets.into_iter().rev() {
                    self.items.remove(target);
                }
            }
            ("set" | "comment", _) => {
                let targets = if kind == MenuKind::Settings { vec![self.settings(menu.unwrap_or_default())] } else { targets };
                for target in targets {
                    self.items[target].values.extend(pairs.iter().map(|(_, name, value)| (name.clone(), value.clone())));
                    self.items[target]
                        .values
                        .retain(|name, value| !(value.is_empty() && name == "comment" || name == "disabled" && value == "no"));
                }
            }
            ("enable", MenuKind::Items | MenuKind::Fixed) => {
                targets.into_iter().for_each(|target| drop(self.items[target].values.remove("disabled")));
            }
            ("disable", MenuKind::Items | MenuKind::Fixed) => {
                for target in targets {
                    self.items[target].values.insert("disabled".to_owned(), "yes".to_owned());
                }
            }
            _ => return Err(format!("bad command name {command} (line 1 column {column})")),
        }
        Ok(())
    }

    /// The items meant by `[ find … ]`, a name or a number, and the properties after them.
    #[expect(clippy::type_complexity, reason = "the pair is taken apart where it is made")]
    fn targets(
        &self,
        path: &str,
        kind: MenuKind,
        command: &str,
        arguments: &[Word],
    ) -> Result<(Vec<usize>, Vec<(usize, String, String)>), String> {
        let (mut targets, mut pairs) = (Vec::new(), Vec::new());
        let needs_target = kind != MenuKind::Settings && command != "add";
        for (place, (column, word)) in arguments.iter().enumerate() {
            if place == 0 && needs_target {
                targets = self.meant(path, word);
                if targets.is_empty() && !word.starts_with('[') {
                    return Err("no such item".to_owned());
                }
                continue;
            }
            let Some((name, value)) = word.split_once('=') else {
                return Err(format!("expected end of command (line 1 column {column})"));
            };
            pairs.push((*column, name.to_owned(), unquoted(value)));
        }
        if needs_target && arguments.is_empty() {
            return Err("missing value(s) of argument(s) numbers".to_owned());
        }
        Ok((targets, pairs))
    }

    fn meant(&self, path: &str, word: &str) -> Vec<usize> {
        let here: Vec<usize> = self.here(path);
        if let Some(inside) = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')) {
            let inside = inside.trim().strip_prefix("find").unwrap_or(inside).trim();
            let inside = inside.strip_prefix("where ").unwrap_or(inside);
            let conditions: Vec<(String, String)> = words(inside)
                .unwrap_or_default()
                .iter()
                .filter_map(|(_, pair)| pair.split_once('=').map(|(name, value)| (name.to_owned(), unquoted(value))))
                .collect();
            let fits = |item: &Item| conditions.iter().all(|(name, value)| item.values.get(name) == Some(value));
            return here.into_iter().filter(|place| fits(&self.items[*place])).collect();
        }
        if let Ok(number) = word.parse::<usize>() {
            return here.get(number).copied().into_iter().collect();
        }
        let name = unquoted(word);
        here.into_iter().filter(|place| self.items[*place].values.get("name") == Some(&name)).collect()
    }

    /// Places of the items that a menu shows.
    fn here(&self, path: &str) -> Vec<usize> {
        let is_here = |item: &Item| {
            let of = &self.menus[item.menu].path;
            of == path || (path == INTERFACE && of.starts_with("/interface ") && item.values.contains_key("name"))
        };
        self.items.iter().enumerate().filter(|(_, item)| is_here(item)).map(|(place, _)| place).collect()
    }

    fn settings(&mut self, menu: usize) -> usize {
        self.items.iter().position(|item| item.menu == menu).unwrap_or_else(|| {
            self.items.push(Item { menu, values: BTreeMap::new() });
            self.items.len() - 1
        })
    }

    fn has_interface(&self, name: &str) -> bool {
        self.here(INTERFACE).into_iter().any(|place| self.items[place].values.get("name").is_some_and(|known| known == name))
    }

    /// The lines that make this configuration, without the header.
    fn export(&self, path: &str, shows_sensitive: bool, is_terse: bool) -> String {
        let mut text = String::new();
        let below = format!("{path} ");
        for (place, menu) in self.menus.iter().enumerate() {
            if !(path.is_empty() || menu.path == path || menu.path.starts_with(&below)) {
                continue;
            }
            let items: Vec<&Item> = self.items.iter().filter(|item| item.menu == place).collect();
            let lines: Vec<String> = items.iter().filter_map(|item| line_of(menu, item, shows_sensitive)).collect();
            if lines.is_empty() {
                continue;
            }
            if !is_terse {
                text += &format!("{}\n", menu.path);
            }
            for line in lines {
                text += &if is_terse { format!("{} {line}\n", menu.path) } else { broken(&line) };
            }
        }
        text
    }

    /// The items of a menu, numbered as `set` takes them, or its settings.
    pub fn print(&self, path: &str) -> String {
        let is_settings = self.menus.iter().any(|menu| menu.path == path && menu.kind == MenuKind::Settings);
        let mut text = if is_settings { String::new() } else { "Flags: X - DISABLED, R - RUNNING\n".to_owned() };
        for (number, place) in self.here(path).into_iter().enumerate() {
            let values = &self.items[place].values;
            if is_settings {
                let width = values.keys().map(String::len).max().unwrap_or(0);
                values.iter().for_each(|(name, value)| text += &format!("  {name:>width$}: {value}\n"));
                continue;
            }
            let flag = if values.get("disabled").is_some_and(|disabled| disabled == "yes") { "X" } else { "R" };
            let shown = values.iter().filter(|(name, _)| !["disabled", "comment"].contains(&name.as_str()));
            let pairs: Vec<String> = shown.map(|(name, value)| format!("{name}={}", quoted(value))).collect();
            let comment = values.get("comment").map_or_else(String::new, |comment| format!(" ;;; {comment}\n     "));
            text += &format!(" {number} {flag} {comment} {}\n", pairs.join(" "));
        }
        text
    }

    pub fn identity(&self) -> Option<&str> {
        let menu = self.menus.iter().position(|menu| menu.path == IDENTITY)?;
        self.items.iter().find(|item| item.menu == menu)?.values.get("name").map(String::as_str)
    }

    pub fn aspects(&self) -> (Option<String>, BTreeMap<String, Aspect>) {
        let aspects = self.here(INTERFACE).into_iter().filter_map(|place| {
            let values = &self.items[place].values;
            // The hardware's own name finds the port also after it has been renamed.
            let alias = values.get("comment").cloned().unwrap_or_default();
            let is_shut = values.get("disabled").is_some_and(|disabled| disabled == "yes");
            Some((values.get("name")?.clone(), Aspect { alias, is_shut }))
        });
        (self.identity().map(str::to_owned), aspects.collect())
    }
}

fn line_of(menu: &Menu, item: &Item, shows_sensitive: bool) -> Option<String> {
    let is_shown = |name: &str| name != "default-name" && (shows_sensitive || !menu.sensitive.iter().any(|hidden| hidden == name));
    let pairs: Vec<String> =
        item.values.iter().filter(|(name, _)| is_shown(name)).map(|(name, value)| format!("{name}={}", quoted(value))).collect();
    let head = match menu.kind {
        MenuKind::Settings => "set".to_owned(),
        MenuKind::Items => "add".to_owned(),
        MenuKind::Fixed => format!("set [ find default-name={} ]", item.values.get("default-name")?),
    };
    (!pairs.is_empty()).then(|| format!("{head} {}", pairs.join(" ")))
}

/// Broken before a property, with `\` at the end and four spaces at the start.
fn broken(line: &str) -> String {
    let (mut text, mut length) = (String::new(), 0);
    for (_, word) in words(line).unwrap_or_default() {
        let long = word.chars().count() + 1;
        if length > 0 && length + long + 1 > EXPORT_COLUMNS {
            text += " \\\n    ";
            length = 4;
        } else if length > 0 {
            text.push(' ');
        }
        text += &word;
        length += long;
    }
    text + "\n"
}

fn quoted(value: &str) -> String {
    let is_plain = !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.,:/@+*!".contains(c));
    if is_plain {
        return value.to_owned();
    }
    let mut text = "\"".to_owned();
    for byte in value.bytes() {
        match byte {
            b'"' | b'\\' | b'$' | b'?' => text.extend(['\\', char::from(byte)]),
            0x20..=0x7e => text.push(char::from(byte)),
            _ => text += &format!("\\{byte:02X}"),
        }
    }
    text + "\""
}

fn unquoted(value: &str) -> String {
    let Some(inside) = value.strip_prefix('"').map(|value| value.strip_suffix('"').unwrap_or(value)) else { return value.to_owned() };
    let bytes = inside.as_bytes();
    let (mut out, mut place) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(place) {
        place += 1;
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        let code = inside.get(place..place + 2).and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(code) => {
                out.push(code);
                place += 2;
            }
            None => {
                out.extend(bytes.get(place));
                place += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Words outside quotes and brackets; a path with slashes counts as several. `Err`: the column of what is never closed.
fn words(line: &str) -> Result<Vec<Word>, usize> {
    let mut found: Vec<Word> = Vec::new();
    let (mut word, mut began, mut is_quoted, mut depth, mut is_escaped) = (String::new(), 0, false, 0_usize, false);
    let mut finish = |word: &mut String, began: usize| {
        let done = std::mem::take(word);
        let is_path = !done.contains(['=', '"', '[']) && done.contains('/') && done.len() > 1;
        if is_path {
            found.push((began, "/".to_owned()));
            if !done.starts_with('/') {
                found.pop();
            }
            found.extend(done.split('/').filter(|part| !part.is_empty()).map(|part| (began, part.to_owned())));
        } else if !done.is_empty() {
            found.push((began, done));
        }
    };
    for (column, c) in line.chars().enumerate() {
        if word.is_empty() {
            began = column + 1;
        }
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '[' if !is_quoted => depth += 1,
            ']' if !is_quoted => depth = depth.saturating_sub(1),
            c if c.is_whitespace() && !is_quoted && depth == 0 => {
                finish(&mut word, began);
                continue;
            }
            _ => {}
        }
        word.push(c);
    }
    if is_quoted || depth > 0 {
        return Err(began);
    }
    finish(&mut word, began);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn menus() -> Menus {
        let menu = |path: &str, kind, properties: &[&str]| Menu {
            path: path.to_owned(),
            kind,
            properties: properties.iter().map(|word| (*word).to_owned()).collect(),
            sensitive: vec!["password".to_owned()],
        };
        let mut menus = Menus::new(&[
            menu("/interface ethernet", MenuKind::Fixed, &["name", "comment", "disabled"]),
            menu("/ip address", MenuKind::Items, &["address", "interface", "comment", "disabled"]),
            menu("/system identity", MenuKind::Settings, &["name"]),
            menu("/ppp secret", MenuKind::Items, &["name", "password"]),
        ]);
        menus.solder(1, "wan0");
        menus.solder(2, "ether2");
        menus
    }

    fn check(lines: &[&str], picture: &str) {
        let (mut menus, mut at, mut seen) = (menus(), String::new(), String::new());
        for line in lines {
            match menus.run(&mut at, line) {
                Ok(Outcome::Export { text }) => seen += &text,
                Ok(Outcome::Print { path }) => seen += &menus.print(&path),
                Ok(_) => {}
                Err(said) => seen += &format!("{line}: {said}\n"),
            }
        }
        assert_eq!(seen, picture, "{lines:?}");
    }

    #[test]
    fn what_is_set_is_exported_in_the_order_of_the_menus() {
        let set = [
            "/system/identity/set name=shop",
            "/ip address",
            "add address=10.0.0.1/30 interface=wan0",
            "/",
            "/interface ethernet set [ find default-name=ether2 ] comment=\"to the store\" name=lan0",
            "/interface disable wan0",
            "/ppp secret add name=a password=simulated",
        ];
        let all = [&set[..], &["/export"]].concat();
        let shown = "/interface ethernet\nset [ find default-name=ether1 ] disabled=yes name=wan0\nset [ find default-name=ether2 ] comment=\"to the store\" name=lan0\n";
        let rest = "/ip address\nadd address=10.0.0.1/30 interface=wan0\n/system identity\nset name=shop\n/ppp secret\nadd name=a\n";
        check(&all, &format!("{shown}{rest}"));
        check(&[&set[..], &["/ppp secret export show-sensitive"]].concat(), "/ppp secret\nadd name=a password=simulated\n");
        check(
            &[&set[..], &["/interface enable wan0", "/ip address remove 0", "/ip address export", "/system identity print"]].concat(),
            "  name: shop\n",
        );
    }

    #[test]
    fn what_is_wrong_is_refused_in_the_words_of_the_console() {
        for (line, says) in [
            ("/nonsense", "bad command name nonsense (line 1 column 1)"),
            ("/ip address frob", "bad command name frob (line 1 column 13)"),
            ("/ip address add adress=1", "expected end of command (line 1 column 17)"),
            ("/ip address add address=1.1.1.1/32 interface=wan9", "input does not match any value of interface (wan9)"),
            ("/ip address remove 7", "no such item"),
            ("/interface ethernet add name=x", "bad command name add (line 1 column 21)"),
            ("/export \"x", "expected closing quote or bracket (line 1 column 9)"),
        ] {
            check(&[line], &format!("{line}: {says}\n"));
        }
    }

    #[test]
    fn a_value_survives_its_quotes_and_a_long_line_is_broken_between_properties() {
        for value in ["до склада", "a \"b\" \\ $c", "", "plain"] {
            assert_eq!(unquoted(&quoted(value)), value);
        }
        assert_eq!(quoted("я"), "\"\\D1\\8F\"");
        let long = format!("add a={} b={} c={}", "1".repeat(40), "2".repeat(40), "3".repeat(10));
        assert_eq!(broken(&long), format!("add a={} \\\n    b={} c={}\n", "1".repeat(40), "2".repeat(40), "3".repeat(10)));
    }
}
