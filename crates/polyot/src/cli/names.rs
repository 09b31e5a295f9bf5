//! A name wherever an id is asked, when it is unique. What is ambiguous is listed, what is unknown gets a suggestion.

use super::failure::{Exit, Failure, clean};
use super::http::{Query, Server};
use super::speech::Speech;
use super::tree::Kind;
use serde_json::Value;

/// Rows looked at to find a name, or one like it.
const ROWS_MAX: usize = 20_000;
/// Names in a suggestion.
const ALIKE_MAX: usize = 3;
/// States from which nothing comes back.
const OVER: [&str; 7] = ["cleared", "resolved", "closed", "merged", "ended", "cancelled", "withdrawn"];
/// What is longer is no misspelt name.
const COMPARED_BYTES_MAX: usize = 300;
/// Letters of an incident's reference.
const REFERENCE_CHARS: usize = 8;
/// Characters of an id behind its prefix.
const ID_CHARS: usize = 26;

/// The id of what is named so.
pub async fn id_of(server: &Server, speech: Speech, kind: &Kind, text: &str) -> Result<String, Failure> {
    if is_id(kind, text) {
        return Ok(text.to_owned());
    }
    let base: Query = kind.query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut asked = base.clone();
    if kind.is_searched {
        asked.push(("q".into(), text.to_owned()));
    }
    let rows = server.items(kind.path, &asked, Some(ROWS_MAX)).await?;
    let mut hits: Vec<&Value> = rows.iter().filter(|row| names(kind, row).iter().any(|name| folded(name) == folded(text))).collect();
    // An alarm that came back has the name of the one before; who names it means the one that is there now.
    if hits.len() > 1 && hits.iter().any(|row| !is_over(row)) {
        hits.retain(|row| !is_over(row));
    }
    let what = speech.say(&format!("noun.{}", kind.word));
    match hits.as_slice() {
        [one] => Ok(one["id"].as_str().unwrap_or_default().to_owned()),
        [] => {
            let all = if kind.is_searched { server.items(kind.path, &base, Some(ROWS_MAX)).await? } else { rows };
            let known: Vec<String> = all.iter().flat_map(|row| names(kind, row)).collect();
            let failure = Failure::new(Exit::NotFound, speech.tell("error.not_found", &[("what", (&what).into()), ("name", text.into())]));
            let close = alike(text, known.iter().map(String::as_str));
            Err(if close.is_empty() {
                failure.next(format!("polyot {} list", kind.word))
            } else {
                failure.next(speech.tell("next.mean", &[("names", close.join(", ").as_str().into())]))
            })
        }
        several => {
            let failure = Failure::usage(speech.tell("error.ambiguous", &[("what", (&what).into()), ("name", text.into())]));
            let failure = several.iter().fold(failure, |failure, row| failure.detail(described(kind, row)));
            Err(failure.next(speech.say("next.use_id")))
        }
    }
}

/// Everything that a row may be called.
pub fn names(kind: &Kind, row: &Value) -> Vec<String> {
    let told = match kind.word {
        "ticket" => text_at(row, "incident").or_else(|| text_at(row, "incident.id")),
        "incident" => text_at(row, "id"),
        _ => None,
    };
    let own = kind.names.iter().filter_map(|name| {
        // `device/object` joins two: what an alarm is about.
        let parts: Option<Vec<String>> = name.split('/').map(|at| text_at(row, at)).collect();
        parts.map(|parts| parts.join("/"))
    });
    own.chain(told.as_deref().and_then(reference)).collect()
}

/// What clients are told: the end of the incident's id.
fn reference(incident: &str) -> Option<String> {
    let start = incident.len().checked_sub(REFERENCE_CHARS)?;
    incident.get(start..).map(|end| format!("INC-{end}"))
}

/// The text at a path with dots.
pub fn text_at(row: &Value, at: &str) -> Option<String> {
    find(row, at).and_then(Value::as_str).map(str::to_owned)
}

/// The value at a path with dots; a step through a list needs its number.
pub fn find<'a>(row: &'a Value, at: &str) -> Option<&'a Value> {
    at.split('.').try_fold(row, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => value.get(step),
    })
}

/// Names that may have been meant, the closest first.
pub fn alike<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = folded(text);
    if wanted.len() > COMPARED_BYTES_MAX {
        return Vec::new();
    }
    let allowed = (wanted.chars().count() / 3).clamp(1, 4);
    let mut close: Vec<(usize, &str)> = known
        .filter_map(|name| {
            let other = folded(name);
            let far = distance(&wanted, &other);
            let is_part = wanted.chars().count() >= 3 && other.contains(&wanted);
            (far <= allowed || is_part).then_some((far, name))
        })
        .collect();
    close.sort_unstable();
    close.dedup();
    close.into_iter().map(|(_, name)| name).take(ALIKE_MAX).collect()
}

fn is_id(kind: &Kind, text: &str) -> bool {
    text.split_once('_').is_some_and(|(prefix, rest)| {
        prefix == kind.prefix && rest.len() == ID_CHARS && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn is_over(row: &Value) -> bool {
    row["state"].as_str().is_some_and(|state| OVER.contains(&state))
}

fn described(kind: &Kind, row: &Value) -> String {
    let of = ["client.name", "site.name", "parent.name", "tenant.name"].iter().find_map(|at| text_at(row, at));
    let mut name = names(kind, row).into_iter().next().unwrap_or_default();
    // Several alarms of one device differ in what they are.
    for key in ["class", "state"] {
        name.extend(row[key].as_str().map(|word| format!(" · {word}")));
    }
    let id = row["id"].as_str().unwrap_or_default();
    clean(&match of {
        Some(of) => format!("{id}  {name} ({of})"),
        None => format!("{id}  {name}"),
    })
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Levenshtein: letters to change, add or leave out, two neighbours swapped count once.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let same = rows[i][j] + usize::from(x != y);
            let mut best = same.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *y && *x == b[j - 1] {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_that_clients_are_told_is_the_end_of_the_id() {
        assert_eq!(reference("inc_01M8289NYCEGEADQQ02F6PC4E8").as_deref(), Some("INC-2F6PC4E8"));
        assert_eq!(reference("inc"), None);
        assert_eq!(reference("инц_ы"), None);
    }

    #[test]
    fn a_suggestion_is_close_or_holds_the_word_and_nothing_else_is_suggested() {
        let known = ["agg-msk-01", "agg-msk-02", "cpe-spb-1", "Ромашка", "core1"];
        let check = |text: &str, expected: &[&str]| assert_eq!(alike(text, known.iter().copied()), expected, "{text}");
        check("agg-msk-03", &["agg-msk-01", "agg-msk-02"]);
        check("ромашак", &["Ромашка"]);
        check("spb", &["cpe-spb-1"]);
        check("Core2", &["core1"]);
        check("printer", &[]);
        check("", &[]);
    }
}
