//! What goes over the network, or may.

use super::{Needs, tell};
use crate::config::Config;
use crate::hooks::Monitors;
use crate::option::Options;

pub(super) fn find(config: &Config, needs: &mut Needs) {
    for repository in config.repositories.repositories.items() {
        if repository.local_path().is_none() {
            let shown = repository.shown_path();
            tell(&mut needs.network, format!("repositories: {shown}"));
        }
    }
    for name in monitors() {
        if config.monitors.place(name).is_some() {
            tell(&mut needs.network, name);
        }
    }
    // It may be a script that does whatever it likes.
    if let Some(program) = config.borg.local_path.text() {
        tell(&mut needs.network_perhaps, format!("local_path: {program}"));
    }
}

fn monitors() -> impl Iterator<Item = &'static str> {
    let fields: &'static [crate::option::Field] = Monitors::FIELDS;
    fields.iter().map(|field| field.name)
}
