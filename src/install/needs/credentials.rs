//! `{credential …}` values, which may stand in any option.

use std::path::Path;

use super::{Credential, Needs, Place, Right, add, tell, visit};
use crate::config::find;
use crate::option::words::split;
use crate::text::Node;

pub(super) fn find(tree: &Node, place: Place<'_>, needs: &mut Needs) {
    visit(tree, "", &mut |option, text| {
        let Some(inner) = text.strip_prefix("{credential ") else {
            return;
        };
        let inner = inner.trim_end().trim_end_matches('}');
        let words = split(inner).unwrap_or_default();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            ["systemd", name, ..] => systemd(tree, option, name, place, needs),
            ["onepassword", ..] => {
                tell(
                    &mut needs.network,
                    format!("{option}: {{credential onepassword …}}"),
                );
                let why = format!("{option}: {{credential onepassword …}}");
                add(&mut needs.writes, place.env.home.join(".config/op"), why);
            }
            ["file" | "keepassxc", path, ..] if Path::new(path).is_absolute() => {
                add(&mut needs.reads, path.into(), option);
            }
            _ => {}
        }
    });
    let keepassxc = tree.get("keepassxc");
    if let Some(key) = keepassxc.and_then(|own| own.get("key_file")?.as_text()) {
        add(
            &mut needs.reads,
            find::expand(key, place.env),
            "keepassxc: key_file",
        );
    }
    if keepassxc.is_some_and(|own| own.get("yubikey").is_some()) {
        add(&mut needs.rights, Right::Devices, "keepassxc: yubikey");
    }
    let container = tree.get("container");
    if let Some(folder) = container.and_then(|own| own.get("secrets_directory")?.as_text()) {
        let why = "container: secrets_directory";
        add(&mut needs.reads, find::expand(folder, place.env), why);
    }
}

fn systemd(tree: &Node, option: &str, name: &str, place: Place<'_>, needs: &mut Needs) {
    let folder = tree
        .get("systemd")
        .and_then(|own| own.get("encrypted_credentials_directory")?.as_text())
        .unwrap_or("/etc/credstore.encrypted");
    let credential = Credential {
        name: name.to_owned(),
        file: find::expand(folder, place.env).join(name),
    };
    add(&mut needs.credentials, credential, option);
}
