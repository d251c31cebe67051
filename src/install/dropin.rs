//! The edits of a unit of systemd, as a drop-in: only settings that were changed or added can move
//! there. Pure. Facts: systemd.unit(5), systemd.service(5), systemd.exec(5).

use std::path::{Path, PathBuf};

/// Settings of which several lines make one list: a changed one is emptied first.
const LISTS: [&str; 26] = [
    "AmbientCapabilities",
    "BindPaths",
    "BindReadOnlyPaths",
    "CapabilityBoundingSet",
    "DeviceAllow",
    "Environment",
    "EnvironmentFile",
    "ExecCondition",
    "ExecPaths",
    "ExecStart",
    "ExecStartPost",
    "ExecStartPre",
    "ExecStop",
    "ExecStopPost",
    "InaccessiblePaths",
    "IPAddressAllow",
    "IPAddressDeny",
    "LoadCredential",
    "LoadCredentialEncrypted",
    "NoExecPaths",
    "OnCalendar",
    "ReadOnlyPaths",
    "ReadWritePaths",
    "RestrictAddressFamilies",
    "SupplementaryGroups",
    "SystemCallFilter",
];

/// Lists that a drop-in can only add to.
const GROWS: [&str; 14] = [
    "After",
    "Alias",
    "Also",
    "Before",
    "BindsTo",
    "Conflicts",
    "OnFailure",
    "OnSuccess",
    "PartOf",
    "RequiredBy",
    "Requires",
    "Requisite",
    "WantedBy",
    "Wants",
];

/// Where the drop-ins of a unit are.
pub fn folder(unit: &Path) -> PathBuf {
    let mut name = unit.as_os_str().to_owned();
    name.push(".d");
    name.into()
}

/// A setting and its values, in the order of the file.
struct Setting<'t> {
    section: &'t str,
    name: &'t str,
    values: Vec<String>,
}

/// The drop-in that makes `written` mean what `now` means, or why there is none.
pub fn of(written: &str, now: &str) -> Result<String, String> {
    let (before, after) = (settings(written)?, settings(now)?);
    let values = |all: &[Setting<'_>], one: &Setting<'_>| {
        let same = |other: &&Setting<'_>| (other.section, other.name) == (one.section, one.name);
        all.iter()
            .find(same)
            .map_or_else(Vec::new, |found| found.values.clone())
    };
    for gone in &before {
        if values(&after, gone).is_empty() {
            return Err(format!("the setting {} was taken out", gone.name));
        }
    }
    let mut text = String::new();
    let mut section = "";
    for setting in &after {
        let old = values(&before, setting);
        if old == setting.values {
            continue;
        }
        let name = setting.name;
        let is_list = LISTS.contains(&name);
        let lines: Vec<String> = if let Some(added) = setting.values.strip_prefix(&*old) {
            added.to_vec()
        } else if GROWS.contains(&name) || name.starts_with("Condition") {
            return Err(format!("{name} can only be added to, not changed"));
        } else if is_list {
            std::iter::once(String::new())
                .chain(setting.values.iter().cloned())
                .collect()
        } else {
            setting.values.last().cloned().into_iter().collect()
        };
        if setting.section == "Install" {
            return Err("the section [Install] is not read from drop-ins".into());
        }
        if section != setting.section {
            section = setting.section;
            if !text.is_empty() {
                text.push('\n');
            }
            text += &format!("[{section}]\n");
        }
        for value in lines {
            text += &format!("{name}={value}\n");
        }
    }
    if text.is_empty() {
        // Comments and blank lines.
        return Ok(text);
    }
    Ok(format!(
        "# Edits of the unit, moved here by borgmatic self-install --to-dropin. This file is yours.\n{text}"
    ))
}

fn settings(text: &str) -> Result<Vec<Setting<'_>>, String> {
    let mut all: Vec<Setting<'_>> = Vec::new();
    let mut section = "";
    let (mut goes_on, mut current) = (false, 0);
    for line in text.lines() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with(['#', ';']) {
            continue;
        }
        if goes_on {
            let setting = all.get_mut(current);
            if let Some(value) = setting.and_then(|setting| setting.values.last_mut()) {
                value.push('\n');
                value.push_str(line);
            }
        } else if let Some(name) = bare
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            section = name;
            continue;
        } else {
            let Some((name, value)) = bare.split_once('=') else {
                return Err(format!("`{bare}` is no setting"));
            };
            let (name, value) = (name.trim(), value.trim().to_owned());
            let same = |one: &Setting<'_>| (one.section, one.name) == (section, name);
            current = all.iter().position(same).unwrap_or(all.len());
            if current == all.len() {
                all.push(Setting {
                    section,
                    name,
                    values: Vec::new(),
                });
            }
            all[current].values.push(value);
        }
        goes_on = bare.ends_with('\\');
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: &str = "\
[Unit]
Description=backup
After=network-online.target
[Service]
# Gives way.
Nice=19
ExecStart=/usr/local/bin/borgmatic --verbosity 1
ReadWritePaths=-/mnt/a
";

    #[test]
    fn changed_and_added_settings_move() {
        let now = UNIT
            .replace("Nice=19", "Nice=5\nLogLevelMax=notice")
            .replace("--verbosity 1", "--verbosity 2")
            .replace(
                "ReadWritePaths=-/mnt/a",
                "ReadWritePaths=-/mnt/a\nReadWritePaths=/srv",
            );
        let text = of(UNIT, &now).unwrap();
        let settings: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(
            settings,
            [
                "[Service]",
                "Nice=5",
                "LogLevelMax=notice",
                "ExecStart=",
                "ExecStart=/usr/local/bin/borgmatic --verbosity 2",
                "ReadWritePaths=/srv",
            ]
        );
        assert_eq!(
            of(UNIT, &UNIT.replace("# Gives", "# It gives")).unwrap(),
            ""
        );
    }

    #[test]
    fn what_a_drop_in_cannot_say_is_refused() {
        for (now, why) in [
            (UNIT.replace("Nice=19\n", ""), "taken out"),
            (UNIT.replace("network-online", "other"), "only be added to"),
            (format!("{UNIT}[Install]\nWantedBy=x.target\n"), "[Install]"),
            (format!("{UNIT}what\n"), "no setting"),
        ] {
            let error = of(UNIT, &now).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
