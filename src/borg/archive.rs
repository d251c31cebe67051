//! Archives: their names, and the flags that choose among them.

use super::feature::Feature;
use super::version::Version;

/// The names in braces that borg fills in, in names of archives and in paths. Borg 1.4:
/// `replace_placeholders`; Borg 2 has `unixtime` besides.
pub const PLACEHOLDERS: [&str; 13] = [
    "pid",
    "fqdn",
    "reverse-fqdn",
    "hostname",
    "now",
    "utcnow",
    "unixtime",
    "user",
    "uuid4",
    "borgversion",
    "borgmajor",
    "borgminor",
    "borgpatch",
];

/// The name of a new archive when none is configured. borgmatic 2.1.10: the same, so that its
/// archives and ours form one row.
pub fn default_format(version: &Version) -> &'static str {
    if *version >= Feature::ArchiveSeries.since() {
        "{hostname}"
    } else {
        "{hostname}-{now:%Y-%m-%dT%H:%M:%S.%f}"
    }
}

/// The flags that limit a command to this configuration's archives: what the user chose, else what
/// the archive name format implies.
pub fn matching(chosen: Option<&str>, format: Option<&str>, version: &Version) -> Vec<String> {
    let has_match = *version >= Feature::MatchArchives.since();
    if let Some(chosen) = chosen {
        if is_all(chosen) {
            return Vec::new();
        }
        return named(chosen, version);
    }
    let pattern = timeless(format.unwrap_or_else(|| default_format(version)));
    if pattern == "*" {
        return Vec::new();
    }
    if has_match {
        vec!["--match-archives".into(), format!("sh:{pattern}")]
    } else {
        vec!["--glob-archives".into(), pattern]
    }
}

/// Is it a pattern for all archives?
pub fn is_all(pattern: &str) -> bool {
    matches!(pattern, "*" | "re:.*" | "sh:*")
}

/// The flags for all archives, where none at all mean something else. A bare star is a name to Borg 2.
pub fn every(version: &Version) -> Vec<String> {
    let star = if *version >= Feature::MatchArchives.since() {
        "sh:*"
    } else {
        "*"
    };
    named(star, version)
}

/// The flags for archives that a name or a pattern tells, however wide it is.
pub fn named(name: &str, version: &Version) -> Vec<String> {
    if *version >= Feature::MatchArchives.since() {
        vec!["--match-archives".into(), by_id(name, version)]
    } else {
        vec![
            "--glob-archives".into(),
            name.strip_prefix("sh:").unwrap_or(name).into(),
        ]
    }
}

/// The flags for the deprecated `prefix`: names that start with it.
pub fn with_prefix(prefix: &str, version: &Version) -> Vec<String> {
    if *version >= Feature::MatchArchives.since() {
        vec!["--match-archives".into(), format!("sh:{prefix}*")]
    } else {
        vec!["--glob-archives".into(), format!("{prefix}*")]
    }
}

/// An archive name format with `*` for every placeholder that differs from run to run.
pub fn timeless(format: &str) -> String {
    let mut text = String::new();
    let mut rest = format;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        let placeholder = &rest[start + 1..start + length];
        text += &rest[..start];
        if ["now", "utcnow", "pid"]
            .iter()
            .any(|name| placeholder.starts_with(name))
        {
            text.push('*');
        } else {
            text += &rest[start..=start + length];
        }
        rest = &rest[start + length + 1..];
    }
    text + rest
}

/// From 2.0.0b11 on, a hash of at least eight hexadecimal digits names an archive as `aid:HASH`.
pub fn by_id(name: &str, version: &Version) -> String {
    let is_hash = name.len() >= 8
        && name
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_hash && *version >= Feature::ArchiveSeries.since() {
        format!("aid:{name}")
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{by_id, matching, timeless};
    use crate::borg::Version;

    const ONE: Version = Version::new(1, 4, 5);
    const TWO: Version = Version::beta(2, 0, 0, 14);

    #[test]
    fn placeholders_of_time_become_stars() {
        assert_eq!(
            timeless("{hostname}-{now:%Y-%m-%dT%H:%M:%S.%f}"),
            "{hostname}-*"
        );
        assert_eq!(timeless("{utcnow}{pid}-docs"), "**-docs");
        assert_eq!(timeless("no {brace"), "no {brace");
    }

    #[test]
    fn the_users_choice_goes_before_the_name_format() {
        assert_eq!(
            matching(Some("sh:a-*"), Some("x-{now}"), &ONE),
            ["--glob-archives", "a-*"]
        );
        assert_eq!(
            matching(Some("sh:a-*"), None, &TWO),
            ["--match-archives", "sh:a-*"]
        );
        assert_eq!(
            matching(None, Some("x-{now}"), &ONE),
            ["--glob-archives", "x-*"]
        );
        assert_eq!(
            matching(None, None, &ONE),
            ["--glob-archives", "{hostname}-*"]
        );
        assert!(matching(Some("*"), None, &ONE).is_empty());
        assert!(matching(None, Some("{now}"), &ONE).is_empty());
    }

    #[test]
    fn a_hash_names_an_archive_in_borg_2() {
        assert_eq!(by_id("d717f1f9", &TWO), "aid:d717f1f9");
        assert_eq!(by_id("d717f1f9", &ONE), "d717f1f9");
        assert_eq!(by_id("d717f1f", &TWO), "d717f1f");
    }
}
