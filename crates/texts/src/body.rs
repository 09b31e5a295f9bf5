//! A message as blocks, and the two forms a mail needs: plain text and simple HTML without links, pictures, styles from afar or scripts.

use model::tenant::Language;

/// One block of a message. Texts hold no markup; escaping is done here and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    /// Lines that stay lines.
    Lines(Vec<String>),
    List(Vec<String>),
}

pub(crate) fn to_text(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        if !text.is_empty() {
            text.push('\n');
        }
        let (bullet, lines) = match block {
            Block::Lines(lines) => ("", lines),
            Block::List(items) => ("• ", items),
        };
        for line in lines {
            text.extend([bullet, line, "\n"]);
        }
    }
    text
}

pub(crate) fn to_html(language: Language, title: &str, brand: &str, blocks: &[Block]) -> String {
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n\
         <body style=\"font-family:sans-serif;font-size:16px;line-height:1.5;max-width:40em;margin:0 auto;padding:16px\">\n\
         <p style=\"font-weight:bold;font-size:18px\">{}</p>\n",
        escaped(title),
        escaped(brand)
    );
    for block in blocks {
        match block {
            Block::Lines(lines) => {
                let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
                html.extend(["<p>", &lines.join("<br>\n"), "</p>\n"]);
            }
            Block::List(items) => {
                html.push_str("<ul>\n");
                for item in items {
                    html.extend(["<li>", &escaped(item), "</li>\n"]);
                }
                html.push_str("</ul>\n");
            }
        }
    }
    html.push_str("</body>\n</html>\n");
    html
}

/// The five characters that mean something in HTML (OWASP, rule 1).
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// One line of at most `chars_max` characters: control characters, line separators and marks that turn the direction of reading
/// (a way to show another name than the one that is there) become spaces; what is too long ends in `…`.
pub(crate) fn one_line(text: &str, chars_max: usize) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let clean: String = text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect();
    let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    if clean.chars().count() <= chars_max {
        return clean;
    }
    let kept: String = clean.chars().take(chars_max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
