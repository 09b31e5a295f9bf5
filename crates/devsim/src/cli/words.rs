//! Abbreviated commands: any unambiguous beginning of a word stands for the word.

/// A command as the table writes it: `show running-config`, `terminal length <n>`. `<…>` is any word, a last `…` any rest.
pub(crate) struct Pattern<T> {
    pub words: &'static str,
    pub means: T,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// Place of the first word that fits nothing, in bytes of the line.
    Unknown(usize),
    Incomplete,
    Ambiguous,
}

/// Words with their places.
pub(crate) fn split(line: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        let trimmed = rest.trim_start();
        let start = line.len() - trimmed.len();
        let Some(end) = (!trimmed.is_empty()).then(|| trimmed.find(char::is_whitespace).unwrap_or(trimmed.len())) else { return words };
        words.push((start, &trimmed[..end]));
        rest = &trimmed[end..];
    }
}

/// What a typed line means, and the words that filled the `<…>` and `…`.
pub(crate) fn find<'l, T: Copy>(patterns: &[Pattern<T>], line: &'l str) -> Result<(T, Vec<&'l str>), Misfit> {
    let typed = split(line);
    let mut alive: Vec<&Pattern<T>> = patterns.iter().collect();
    for (place, (start, word)) in typed.iter().enumerate() {
        let nth = |pattern: &&Pattern<T>| {
            let mut words = pattern.words.split(' ');
            let last = pattern.words.split(' ').count() - 1;
            words.nth(place.min(last)).filter(|word| place <= last || *word == "…").unwrap_or("")
        };
        let fits =
            |known: &str| (known.starts_with('<') && known.len() > 2) || known == "…" || (!known.is_empty() && starts_with(known, word));
        let fitting: Vec<&Pattern<T>> = alive.iter().copied().filter(|pattern| fits(nth(pattern))).collect();
        if fitting.is_empty() {
            return Err(Misfit::Unknown(*start));
        }
        let exact: Vec<&Pattern<T>> = fitting.iter().copied().filter(|pattern| nth(pattern).eq_ignore_ascii_case(word)).collect();
        let kept = if exact.is_empty() { fitting } else { exact };
        let mut different: Vec<&str> = kept.iter().map(nth).filter(|word| !word.starts_with('<') && *word != "…").collect();
        different.dedup();
        if different.len() > 1 {
            return Err(Misfit::Ambiguous);
        }
        alive = kept;
    }
    let is_whole = |pattern: &&&Pattern<T>| {
        let words: Vec<&str> = pattern.words.split(' ').collect();
        words.len() == typed.len() || (words.last() == Some(&"…") && typed.len() + 1 >= words.len())
    };
    // A command without the optional rest is meant before one with it.
    let whole = alive.iter().filter(is_whole).max_by_key(|pattern| !pattern.words.ends_with('…'));
    let Some(pattern) = whole else { return Err(Misfit::Incomplete) };
    let words: Vec<&str> = pattern.words.split(' ').collect();
    let arguments = typed.iter().enumerate().filter(|(place, _)| {
        let known = words[(*place).min(words.len() - 1)];
        known.starts_with('<') || known == "…"
    });
    Ok((pattern.means, arguments.map(|(_, (_, word))| *word).collect()))
}

pub(crate) fn starts_with(word: &str, beginning: &str) -> bool {
    word.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, picture: Result<(&str, &[&str]), Misfit>) {
        let table = [
            "show running-config",
            "show running-config …",
            "show version",
            "terminal length <n>",
            "terminal width <n>",
            "configure terminal",
        ];
        let patterns: Vec<Pattern<&str>> = table.iter().map(|words| Pattern { words, means: *words }).collect();
        let found = find(&patterns, line);
        let found = found.as_ref().map(|(means, arguments)| (*means, arguments.as_slice()));
        assert_eq!(found, picture.as_ref().map(|(means, arguments)| (*means, *arguments)), "{line}");
    }

    #[test]
    fn a_beginning_stands_for_its_word_when_nothing_else_begins_so() {
        check("show running-config", Ok(("show running-config", &[])));
        check("sh run", Ok(("show running-config", &[])));
        check("sh run int lo0", Ok(("show running-config …", &["int", "lo0"])));
        check("conf t", Ok(("configure terminal", &[])));
        check("term len 0", Ok(("terminal length <n>", &["0"])));
        check("term", Err(Misfit::Incomplete));
        check("shutter", Err(Misfit::Unknown(0)));
        check("show  nonsense", Err(Misfit::Unknown(6)));
        check("show version now", Err(Misfit::Unknown(13)));
    }
}
