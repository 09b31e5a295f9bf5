//! A configuration of sections: what may be typed where is a grammar from the platform's data, what was typed is a tree that can be shown.
//!
//! A rule is one string: `= hostname *` holds one value, `+ ip route *` may be there many times, `> interface * : interface` opens a
//! section whose rules are the context after the colon; `| exit` is the line that closes it in print. A last `*` asks for arguments.

use super::Aspect;
use super::words::{split, starts_with};
use crate::topology::BadTopology;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Lines of one device's configuration; beyond, new ones are refused as by a device whose memory is full.
const LINES_MAX: usize = 20_000;
/// The outermost context.
const GLOBAL: &str = "global";
/// In a platform's list of interfaces that may be made: any name.
const ANY: &str = "*";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    One,
    Many,
    Section,
}

#[derive(Debug, Clone)]
struct Rule {
    holds: Holds,
    head: String,
    has_arguments: bool,
    context: String,
    end: Option<String>,
}

type Grammar = BTreeMap<String, Vec<Rule>>;

#[derive(Debug, Clone)]
struct Item {
    /// Place of its rule in the context: the order of print.
    rule: usize,
    line: String,
    kids: Vec<Item>,
}

#[derive(Debug, Clone)]
pub(crate) struct Tree {
    grammar: Arc<Grammar>,
    items: Vec<Item>,
    /// Every line with its sections before it: whether one is there must not take longer the more there are.
    known: BTreeSet<String>,
}

/// A section that somebody is in: its context and its line.
pub(crate) type Place = Vec<(String, String)>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Byte of the line at which it stops being understood.
    Unknown(usize),
    Incomplete,
    Ambiguous,
    Full,
}

impl Refused {
    pub fn says(&self, line: &str) -> String {
        match self {
            Self::Unknown(at) => format!("not understood from `{}`", line.get(*at..).unwrap_or("")),
            Self::Incomplete => "incomplete".to_owned(),
            Self::Ambiguous => "ambiguous".to_owned(),
            Self::Full => format!("the configuration has {LINES_MAX} lines"),
        }
    }
}

impl Tree {
    pub fn new(grammar: &BTreeMap<String, Vec<String>>) -> Result<Self, BadTopology> {
        let mut parsed = Grammar::new();
        for (context, rules) in grammar {
            let rules: Option<Vec<Rule>> = rules.iter().map(|rule| parse(rule)).collect();
            parsed.insert(context.clone(), rules.ok_or_else(|| BadTopology(format!("grammar: a rule of {context} is malformed")))?);
        }
        let known = |rule: &Rule| rule.holds != Holds::Section || parsed.contains_key(&rule.context);
        if !parsed.contains_key(GLOBAL) || !parsed.values().flatten().all(known) {
            return Err(BadTopology("grammar: a context is not there".to_owned()));
        }
        Ok(Self { grammar: Arc::new(parsed), items: Vec::new(), known: BTreeSet::new() })
    }

    /// One line in the section at `place`, which it may enter or leave. True: the configuration has changed.
    pub fn enter(&mut self, place: &mut Place, line: &str, virtual_interfaces: &[String]) -> Result<bool, Refused> {
        let words = split(line);
        let Some((_, first)) = words.first().copied() else { return Ok(false) };
        if first.starts_with('!') {
            return Ok(false);
        }
        if first == "end" || first == "exit" || first.starts_with("exit-") {
            if first == "end" {
                place.clear();
            } else {
                place.pop();
            }
            return Ok(false);
        }
        // What a section does not know is tried in the one around it.
        let mut at = place.clone();
        let mut refused = None;
        loop {
            match self.enter_at(&mut at, line, &words, virtual_interfaces) {
                Ok(is_change) => {
                    *place = at;
                    return Ok(is_change);
                }
                Err(error) => {
                    let first = refused.get_or_insert(error);
                    if !matches!(first, Refused::Unknown(_)) || at.pop().is_none() {
                        return Err(first.clone());
                    }
                }
            }
        }
    }

    fn enter_at(&mut self, place: &mut Place, line: &str, words: &[(usize, &str)], virtuals: &[String]) -> Result<bool, Refused> {
        let context = place.last().map_or(GLOBAL, |(context, _)| context.as_str());
        let is_no = words[0].1 == "no";
        let words = if is_no { &words[1..] } else { words };
        if words.is_empty() {
            return Err(Refused::Incomplete);
        }
        let grammar = Arc::clone(&self.grammar);
        let rules = grammar.get(context).map_or(&[][..], Vec::as_slice);
        let (index, used) = find(rules, words)?;
        let rule = &rules[index];
        let rest = words.get(used).map_or("", |(start, _)| line[*start..].trim_end());
        if rest.is_empty() && rule.has_arguments && !(is_no && rule.holds == Holds::One) {
            return Err(Refused::Incomplete);
        }
        if let (false, Some((start, _))) = (rule.has_arguments, words.get(used)) {
            return Err(Refused::Unknown(*start));
        }
        let mut rest = rest.to_owned();
        if rule.context == "interface" && rule.holds == Holds::Section {
            rest = self.interface_name(&rest, virtuals).ok_or(Refused::Unknown(words[used].0))?;
        }
        let canonical = if rest.is_empty() { rule.head.clone() } else { format!("{} {rest}", rule.head) };
        if is_no {
            return Ok(self.remove(place, index, rule.holds, &canonical));
        }
        if self.known.len() >= LINES_MAX {
            return Err(Refused::Full);
        }
        let items = section(&mut self.items, place).ok_or(Refused::Unknown(0))?;
        // Items stand in the order of their rules: those of one rule are together.
        let (from, to) = (items.partition_point(|item| item.rule < index), items.partition_point(|item| item.rule <= index));
        let path = path(place);
        let is_there = !self.known.insert(format!("{path}{canonical}"));
        match items[from..to].first_mut() {
            _ if is_there => {}
            Some(item) if rule.holds == Holds::One => {
                let before = std::mem::replace(&mut item.line, canonical.clone());
                self.known.remove(&format!("{path}{before}"));
            }
            _ => items.insert(to, Item { rule: index, line: canonical.clone(), kids: Vec::new() }),
        }
        if rule.holds == Holds::Section {
            place.push((rule.context.clone(), canonical));
        }
        Ok(!is_there)
    }

    fn remove(&mut self, place: &Place, rule: usize, holds: Holds, line: &str) -> bool {
        let Some(items) = section(&mut self.items, place) else { return false };
        let before = items.len();
        let longer = format!("{line} ");
        items.retain(|item| item.rule != rule || (holds != Holds::One && item.line != line && !item.line.starts_with(&longer)));
        let is_change = items.len() != before;
        if is_change {
            self.known.clear();
            learn(&self.items, "", &mut self.known);
        }
        is_change
    }

    /// The full name of an interface that is there or may be made: `gi0/1` is GigabitEthernet0/1.
    fn interface_name(&self, typed: &str, virtuals: &[String]) -> Option<String> {
        let typed: String = typed.split_whitespace().collect();
        let digits = typed.find(|c: char| c.is_ascii_digit()).unwrap_or(typed.len());
        let (letters, number) = typed.split_at(digits);
        let known = self.items.iter().filter_map(|item| item.line.strip_prefix("interface "));
        let same = |name: &&str| {
            let digits = name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len());
            starts_with(&name[..digits], letters) && name[digits..] == *number
        };
        let found: Option<String> = known.clone().find(|name| *name == typed).or_else(|| known.clone().find(same)).map(str::to_owned);
        found.or_else(|| {
            let made =
                virtuals.iter().find(|kind| *kind == ANY || (!letters.is_empty() && starts_with(kind, letters) && !number.is_empty()))?;
            Some(if made == ANY { typed.clone() } else { format!("{made}{number}") })
        })
    }

    /// The lines as shown; `starting`: only sections and lines that begin so.
    pub fn print(&self, starting: &str) -> Vec<String> {
        let mut lines = Vec::new();
        self.print_items(&self.items, GLOBAL, 0, starting, &mut lines);
        lines
    }

    fn print_items(&self, items: &[Item], context: &str, depth: usize, starting: &str, lines: &mut Vec<String>) {
        let rules = self.grammar.get(context).map_or(&[][..], Vec::as_slice);
        let mut before = None;
        for item in items.iter().filter(|item| item.line.starts_with(starting)) {
            let Some(rule) = rules.get(item.rule) else { continue };
            let is_section = rule.holds == Holds::Section;
            if rule.end.is_some() && item.kids.is_empty() {
                continue;
            }
            if depth == 0 && before.is_some_and(|before| before != item.rule || is_section) {
                lines.push("!".to_owned());
            }
            before = Some(item.rule);
            let indent = " ".repeat(depth);
            lines.extend(item.line.lines().map(|line| format!("{indent}{line}")));
            self.print_items(&item.kids, &rule.context, depth + 1, "", lines);
            if let Some(end) = &rule.end {
                lines.push(format!("{indent}{end}"));
            }
        }
        if depth == 0 && before.is_some() {
            lines.push("!".to_owned());
        }
    }

    pub fn hostname(&self) -> Option<&str> {
        self.items.iter().find_map(|item| item.line.strip_prefix("hostname "))
    }

    pub fn aspects(&self) -> (Option<String>, BTreeMap<String, Aspect>) {
        let interfaces = self.items.iter().filter_map(|item| Some((item.line.strip_prefix("interface ")?, item)));
        let aspects = interfaces.map(|(name, item)| {
            let alias = item.kids.iter().find_map(|kid| kid.line.strip_prefix("description ")).unwrap_or("").to_owned();
            let is_shut = item.kids.iter().any(|kid| kid.line == "shutdown");
            (name.to_owned(), Aspect { alias, is_shut })
        });
        (self.hostname().map(str::to_owned), aspects.collect())
    }

    /// Address of an interface as configured.
    pub fn address(&self, interface: &str) -> Option<&str> {
        let line = format!("interface {interface}");
        let item = self.items.iter().find(|item| item.line == line)?;
        item.kids.iter().find_map(|kid| kid.line.strip_prefix("ip address "))
    }

    pub fn interfaces(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|item| item.line.strip_prefix("interface "))
    }
}

fn parse(rule: &str) -> Option<Rule> {
    let (kind, rest) = rule.split_at_checked(1)?;
    let holds = match kind {
        "=" => Holds::One,
        "+" => Holds::Many,
        ">" => Holds::Section,
        _ => return None,
    };
    let (rest, end) = rest.split_once(" | ").map_or((rest, None), |(rest, end)| (rest, Some(end.trim().to_owned())));
    let (head, context) = rest.split_once(" : ").map_or((rest, ""), |(head, context)| (head, context.trim()));
    let head = head.trim();
    let has_arguments = head.ends_with(" *");
    let head = head.trim_end_matches('*').trim().to_owned();
    (!head.is_empty()).then(|| Rule { holds, head, has_arguments, context: context.to_owned(), end })
}

/// The rule that the words begin with, and how many words its head takes. The longest head wins; an exact word before an abbreviation.
fn find(rules: &[Rule], words: &[(usize, &str)]) -> Result<(usize, usize), Refused> {
    let mut best: Option<(usize, usize, usize)> = None;
    let (mut is_ambiguous, mut furthest, mut is_incomplete) = (false, 0, false);
    for (index, rule) in rules.iter().enumerate() {
        let head: Vec<&str> = rule.head.split(' ').collect();
        let matched = head.iter().zip(words).take_while(|(known, (_, typed))| starts_with(known, typed)).count();
        furthest = furthest.max(matched);
        if matched < head.len() {
            is_incomplete |= matched == words.len();
            continue;
        }
        let exact = head.iter().zip(words).filter(|(known, (_, typed))| known.eq_ignore_ascii_case(typed)).count();
        match best {
            Some((_, long, exacts)) if (exact, head.len()) < (exacts, long) => {}
            Some((_, long, exacts)) if (exact, head.len()) == (exacts, long) => is_ambiguous = true,
            Some(_) | None => {
                best = Some((index, head.len(), exact));
                is_ambiguous = false;
            }
        }
    }
    match best {
        Some(_) if is_ambiguous => Err(Refused::Ambiguous),
        Some((index, long, _)) => Ok((index, long)),
        None if is_incomplete => Err(Refused::Incomplete),
        None => Err(Refused::Unknown(words.get(furthest).map_or(0, |(start, _)| *start))),
    }
}

/// What stands before a line of this section in the set of known lines.
fn path(place: &Place) -> String {
    place.iter().map(|(_, line)| format!("{line}\n")).collect()
}

fn learn(items: &[Item], path: &str, known: &mut BTreeSet<String>) {
    for item in items {
        known.insert(format!("{path}{}", item.line));
        learn(&item.kids, &format!("{path}{}\n", item.line), known);
    }
}

fn section<'t>(items: &'t mut Vec<Item>, place: &[(String, String)]) -> Option<&'t mut Vec<Item>> {
    let Some(((_, line), inner)) = place.split_first() else { return Some(items) };
    section(&mut items.iter_mut().find(|item| item.line == *line)?.kids, inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let rules = |rules: &[&str]| rules.iter().map(|rule| (*rule).to_owned()).collect::<Vec<String>>();
        let grammar = BTreeMap::from([
            (
                "global".to_owned(),
                rules(&["= hostname *", "> interface * : interface", "> router bgp * : bgp | exit", "+ ip route *", "+ ip prefix-list *"]),
            ),
            ("interface".to_owned(), rules(&["= description *", "= ip address *", "= shutdown"])),
            ("bgp".to_owned(), rules(&["+ neighbor *"])),
        ]);
        let mut tree = Tree::new(&grammar).unwrap();
        let mut place = Vec::new();
        for line in [
            "hostname a",
            "interface GigabitEthernet0/0",
            " description up",
            "interface GigabitEthernet0/1",
            "router bgp 1",
            "ip route 0.0.0.0/0 10.0.0.1",
        ] {
            tree.enter(&mut place, line, &["*".to_owned()]).unwrap();
        }
        tree
    }

    fn check(lines: &[&str], picture: &str) {
        let (mut tree, mut place, mut seen) = (tree(), Vec::new(), String::new());
        for line in lines {
            if let Err(refused) = tree.enter(&mut place, line, &["Loopback".to_owned()]) {
                seen += &format!("{line}: {}\n", refused.says(line));
            }
        }
        seen += &tree.print("").join("\n");
        assert_eq!(seen, picture, "{lines:?}");
    }

    #[test]
    fn what_is_typed_is_shown_in_its_place_and_what_is_wrong_is_refused() {
        let as_it_was = "hostname a\n!\ninterface GigabitEthernet0/0\n description up\n!\ninterface GigabitEthernet0/1\n!\nip route 0.0.0.0/0 10.0.0.1\n!";
        check(&[], as_it_was);
        check(
            &["int gi0/1", "desc to the shop", "shut", "host b", "interface lo7", "no ip route 0.0.0.0/0", "int gi0/0", "no desc"],
            "hostname b\n!\ninterface GigabitEthernet0/0\n!\ninterface GigabitEthernet0/1\n description to the shop\n shutdown\n!\ninterface Loopback7\n!",
        );
        check(
            &["router bgp 1", " neighbor 10.0.0.2 remote-as 2", "no int lo9"],
            "hostname a\n!\ninterface GigabitEthernet0/0\n description up\n!\ninterface GigabitEthernet0/1\n!\nrouter bgp 1\n neighbor 10.0.0.2 remote-as 2\nexit\n!\nip route 0.0.0.0/0 10.0.0.1\n!",
        );
        check(
            &["nonsense", "interface gi9/9", "ip", "ip route", "interface gi0/0", "shutdown now"],
            &format!(
                "nonsense: not understood from `nonsense`\ninterface gi9/9: not understood from `gi9/9`\nip: incomplete\nip route: incomplete\nshutdown now: not understood from `now`\n{as_it_was}"
            ),
        );
    }

    #[test]
    fn the_tree_tells_names_descriptions_and_what_is_shut() {
        let mut tree = tree();
        tree.enter(&mut vec![("interface".to_owned(), "interface GigabitEthernet0/1".to_owned())], "shutdown", &[]).unwrap();
        let (host, interfaces) = tree.aspects();
        assert_eq!(host.as_deref(), Some("a"));
        assert_eq!(interfaces["GigabitEthernet0/0"], Aspect { alias: "up".to_owned(), is_shut: false });
        assert!(interfaces["GigabitEthernet0/1"].is_shut);
    }
}
