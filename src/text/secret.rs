//! Finds the values of secret options in a text that may not even parse, so that no frame shows
//! them. Hides too much rather than too little; must not know which options are secret.

use super::source::Span;

/// The byte ranges of the values of all options that `is_secret` names: `name: value`, to the end
/// of the line and over the lines that belong to it, and `--name value` or `name=value` of a
/// command line. Where a line starts with the name and its colon was forgotten, the rest of it.
/// Passwords in addresses, too.
pub(super) fn values(text: &str, is_secret: fn(&str) -> bool) -> Vec<Span> {
    let lines = lines(text);
    let mut found = in_addresses(text);
    for (index, line) in lines.iter().enumerate() {
        let mut at = line.start;
        while let Some(name) = next_name(text, at, line.end) {
            at = name.end;
            if !is_secret(&option(&text[name.clone()])) {
                continue;
            }
            let flag = text[name.clone()].starts_with("--");
            let after = text[name.end..line.end].trim_start_matches(['"', '\'']);
            let separator = line.end - after.trim_start().len();
            let mut before = text[line.start..name.start].chars();
            let leads = before.all(|it| it.is_whitespace() || "-?\"'".contains(it));
            match text[separator..line.end].chars().next() {
                Some(':') => {
                    let value = text[separator + 1..line.end].trim_start().len();
                    found.push(line.end - value..line.end);
                    found.extend(belonging(text, &lines[index..], name.start, separator + 1));
                    break;
                }
                Some('=') if leads => {
                    found.push(separator + 1..line.end);
                    break;
                }
                Some('=') => found.push(word(text, separator + 1, line.end)),
                _ if flag && separator > name.end => found.push(word(text, separator, line.end)),
                None if text[line.start..name.start].trim() == "?" => {
                    found.extend(lines.get(index + 1).cloned());
                }
                Some(_) if leads && separator > name.end => {
                    found.push(separator..line.end);
                    break;
                }
                _ => continue,
            }
            at = found.last().map_or(at, |span| span.end.max(at));
        }
    }
    found
}

/// The password in an address: `scheme://user:PASSWORD@host/…`, and of Borg 2 `s3:KEY:SECRET@…` and
/// `b2:KEY:SECRET@…`.
pub fn of_address(text: &str) -> Option<Span> {
    let (start, end) = match text.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(':') => {
            let start = scheme.len() + 3;
            let authority = rest.find('/').map_or(text.len(), |end| start + end);
            (start, text[..authority].rfind('@')?)
        }
        _ if text.starts_with("s3:") || text.starts_with("b2:") => (3, text.rfind('@')?),
        _ => return None,
    };
    let from = start + text.get(start..end)?.find(':')? + 1;
    Some(from..end)
}

/// The passwords of all addresses in a text.
fn in_addresses(text: &str) -> Vec<Span> {
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'');
    let mut found = Vec::new();
    for word in text.split(ends) {
        let offset = word.as_ptr() as usize - text.as_ptr() as usize;
        let mut rest = word;
        // An address starts with a scheme; another one may follow without a space.
        while let Some(at) = rest.find("://") {
            let scheme = |letter: char| letter.is_ascii_alphanumeric();
            let start = rest[..at].trim_end_matches(scheme).len();
            let skipped = word.len() - rest.len();
            if let Some(span) = of_address(&rest[start..]) {
                let base = offset + skipped + start;
                found.push(base + span.start..base + span.end);
            }
            rest = &rest[at + 3..];
        }
        for scheme in ["s3:", "b2:"] {
            if let Some(at) = word.find(scheme)
                && let Some(span) = of_address(&word[at..])
            {
                found.push(offset + at + span.start..offset + at + span.end);
            }
        }
    }
    found
}

fn lines(text: &str) -> Vec<Span> {
    let mut start = 0;
    let whole = |line: &str| {
        let span = start..start + line.trim_end_matches(['\n', '\r']).len();
        start += line.len();
        span
    };
    text.split_inclusive(['\n', '\r']).map(whole).collect()
}

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'[' | b']')
}

/// The next word that may be a name, dashes before it included.
fn next_name(text: &str, from: usize, end: usize) -> Option<Span> {
    let bytes = &text.as_bytes()[..end];
    let start = from + bytes.get(from..)?.iter().position(|&byte| in_name(byte))?;
    let len = bytes[start..]
        .iter()
        .take_while(|&&byte| in_name(byte))
        .count();
    Some(start..start + len)
}

/// `--ntfy.access-token` is about `access_token`.
fn option(written: &str) -> String {
    let path = written.trim_matches(['-', '[', ']']);
    path.rsplit(['.', '['])
        .next()
        .unwrap_or(path)
        .replace('-', "_")
}

/// One word of a command line, quotes included.
fn word(text: &str, from: usize, end: usize) -> Span {
    let rest = &text[from..end];
    let len = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => rest[1..].find(quote).map(|len| len + 2),
        _ => rest.find(char::is_whitespace),
    };
    let rest_of_word = |len: usize| rest[len..].find(char::is_whitespace).map(|more| len + more);
    from..from + len.and_then(rest_of_word).unwrap_or(rest.len())
}

/// The lines after the first that belong to the value of a name.
fn belonging(text: &str, lines: &[Span], name: usize, value: usize) -> Vec<Span> {
    let Some((first, below)) = lines.split_first() else {
        return Vec::new();
    };
    let column = text[first.start..name].trim_end_matches(['"', '\'']).len();
    let start = text[value..first.end].trim_start();
    let mut empty = start.is_empty() || start.starts_with(['#', '&', '!']);
    let mut open = start
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))
        .filter(|&quote| !start[1..].contains(quote));
    let mut found = Vec::new();
    for line in below {
        let written = &text[line.clone()];
        let words = written.trim();
        let indent = written.len() - written.trim_start().len();
        let ours = words.is_empty()
            || indent > column
            || empty && (words.starts_with('-') || !is_structure(words))
            || open.is_some() && !is_structure(words);
        if !ours {
            break;
        }
        found.push(line.clone());
        empty = empty && (words.is_empty() || words.starts_with(['#', '-']));
        open = open.filter(|&quote| !words.contains(quote));
    }
    found
}

/// `name: value`, `- item`.
fn is_structure(words: &str) -> bool {
    let name = words.bytes().take_while(|&byte| in_name(byte)).count();
    words.starts_with("- ") || name > 0 && words[name..].starts_with(':')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::values;
    use crate::text::Source;

    fn is_secret(name: &str) -> bool {
        matches!(name, "password" | "encryption_passphrase" | "access_token")
    }

    fn hidden(text: &str) -> String {
        Source::new("x", text, is_secret).masked()
    }

    #[test]
    fn values_in_a_file_are_hidden_whatever_their_style() {
        for text in [
            "password: SECRET\nlabel: x\n",
            "  - password:   SECRET SECRET # SECRET\n    label: x\n",
            "\"password\": \"SECRET\"\nlabel: x\n",
            "'password' : 'SECRET\n  SECRET'\nlabel: x\n",
            "password: |\n  SECRET\n\n   SECRET\nlabel: x\n",
            "password:\n  SECRET\nlabel: x\n",
            "password:\n- SECRET\n- SECRET\nlabel: x\n",
            "password:\nSECRET\nlabel: x\n",
            "password: \"SECRET\nSECRET\"\nlabel: x\n",
            "a: {user: u, password: SECRET}\nlabel: x\n",
            "a: {\"password\":\"SECRET\"}\nlabel: x\n",
            "password:SECRET\nlabel: x\n",
            "\tpassword:\tSECRET\n\tlabel: x\n",
            "? password\n: SECRET\nlabel: x\n",
            "password: SECRET\r\nlabel: x\r\n",
            "password: SECRET\rlabel: x\r",
            "password: &p SECRET\nlabel: x\n",
            "password SECRET\nlabel: x\n",
            "  - password  SECRET # y\nlabel: x\n",
            "password= SECRET\nlabel: x\n",
            "password = SECRET SECRET\nlabel: x\n",
        ] {
            let shown = hidden(text);
            assert!(!shown.contains("SECRET"), "{text}{shown}");
            assert!(shown.contains("label: x"), "{text}{shown}");
        }
    }

    #[test]
    fn values_on_a_command_line_are_hidden() {
        for text in [
            "create --encryption-passphrase SECRET --list",
            "create --encryption-passphrase=SECRET --list",
            "create --encryption-passphrase 'SECRET SECRET' --list",
            "create --ntfy.access-token SECRET --list",
            "create --postgresql-databases[0].password SECRET --list",
            "create --override hooks.password=SECRET --list",
            "create --override 'password=SECRET' --list",
        ] {
            let shown = hidden(text);
            assert!(!shown.contains("SECRET"), "{shown}");
            assert!(shown.contains("--list"), "{shown}");
        }
    }

    #[test]
    fn passwords_in_addresses_are_hidden() {
        for text in [
            "repositories:\n    - path: ssh://me:SECRET@host/./x\nlabel: x\n",
            "repositories: [ssh://me:SECRET@host,'ssh://me:SECRET@host:22/y']\nlabel: x\n",
            "- https://me:SECRET@host\nlabel: x\n",
            "path: s3:key:SECRET@https://host/x\nlabel: x\n",
            "path: \"b2:key:SECRET@/x\"\nlabel: x\n",
            "list --repository ssh://me:SECRET@host/x label: x",
        ] {
            let shown = hidden(text);
            assert!(!shown.contains("SECRET"), "{text}{shown}");
            assert!(shown.contains("label: x"), "{text}{shown}");
        }
    }

    #[test]
    fn other_values_stay() {
        let text =
            "label: password\npasswords: x\nmy-password-file: y\npath: ssh://me@host:22/a:b@c\n";
        assert_eq!(hidden(text), text);
    }

    proptest! {
        #[test]
        fn hiding_never_moves_a_byte(
            text in "(password|--password|://|s3:|[a-zé🎉:='\"\\[{ -]|\n|\r|\t|\u{1b}){0,60}",
            start in 0usize..80,
            len in 0usize..80,
        ) {
            let source = Source::new("x", text.clone(), is_secret);
            source.hide(start..start + len);
            let shown = source.masked();
            prop_assert_eq!(shown.len(), text.len());
            let all = values(&text, is_secret);
            prop_assert!(all.iter().all(|span| span.start <= span.end && span.end <= text.len()));
        }
    }
}
