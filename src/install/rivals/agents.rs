//! Jobs of launchd that start borgmatic.

use std::path::Path;

use super::mention::is_in;
use super::{Starter, Starts};
use crate::host::Host;
use crate::option::words::quote;

/// The largest property list that is read, in bytes.
const LARGEST: u64 = 1 << 20;

pub(super) fn find(host: &Host<'_>) -> Vec<Starter> {
    let own = host.env.home.join("Library/LaunchAgents");
    let user = host.env.user;
    let places = [
        (
            Path::new("/Library/LaunchDaemons"),
            "sudo launchctl bootout system".to_owned(),
        ),
        (
            Path::new("/Library/LaunchAgents"),
            format!("launchctl bootout gui/{user}"),
        ),
        (own.as_path(), format!("launchctl bootout gui/{user}")),
    ];
    let mut found = Vec::new();
    for (folder, remove) in places {
        for name in host.files.names(folder).unwrap_or_default() {
            let place = folder.join(name);
            let bytes = host.files.read(&place, LARGEST).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            let mut strings = text
                .split("<string>")
                .skip(1)
                .filter_map(|rest| rest.split_once("</string>").map(|(string, _)| string));
            let is_list = place.extension().is_some_and(|ending| ending == "plist");
            if !is_list || !strings.any(is_in) {
                continue;
            }
            let label = label(&text).unwrap_or_else(|| {
                place
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned()
            });
            found.push(Starter {
                kind: Starts::Agent(label),
                remove: format!("{remove} {}", quote(&place.to_string_lossy())),
                place,
                line: None,
            });
        }
    }
    found
}

fn label(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("<key>Label</key>")?;
    let (_, rest) = rest.split_once("<string>")?;
    let (label, _) = rest.split_once("</string>")?;
    Some(label.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{shown, stage};

    #[test]
    fn property_lists_are_read() {
        let list = |label: &str, program: &str| {
            format!(
                "<plist><dict><key>Label</key><string>{label}</string>\
                 <key>ProgramArguments</key><array><string>{program}</string></array></dict></plist>"
            )
        };
        let (own, other) = (
            list("com.ann.backup", "/usr/local/bin/borgmatic"),
            list("x.y", "borg"),
        );
        let (_folder, stage) = stage(&[
            ("Library/LaunchDaemons/a.plist", &own),
            ("Library/LaunchDaemons/b.plist", &other),
        ]);
        insta::assert_snapshot!(shown(&super::find(&stage.host())), @r"
        launchd starts com.ann.backup (/Library/LaunchDaemons/a.plist)
          sudo launchctl bootout system /Library/LaunchDaemons/a.plist
        ");
    }
}
