//! Actions on configuration files.

pub mod bootstrap;
pub mod generate;
pub mod outline;
pub mod schema;
pub mod show;
pub mod template;
pub mod upgrade;
pub mod validate;

use std::path::Path;

use crate::actions::Alone;
use crate::config::find;
use crate::host::{Env, Failure, Level};
use crate::option::words::quote;
use crate::text::Problems;

/// With no configuration at all: how to make one.
pub fn nothing_configured(env: &Env) -> Failure {
    let places: Vec<_> = find::defaults(env)
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let words = format!(
        "there is no configuration yet: nothing at {}",
        places.join(", ")
    );
    let make = make_one(env, env.user != 0, None);
    Failure::new("borgmatic::config::none", words).help(format!(
        "these two commands make one:\n    {make}\n    borgmatic config validate\nBetween them, change the file to your needs"
    ))
}

/// What makes a configuration: that of the machine, or a user's own; below a root, where there is one.
pub fn make_one(env: &Env, own: bool, root: Option<&Path>) -> String {
    let make = "borgmatic config generate";
    let places = find::defaults(env);
    let place = places.get(if own { 2 } else { 0 });
    let Some(place) = place.filter(|_| own || root.is_some()) else {
        return make.to_owned();
    };
    let below = |root: &Path| root.join(place.strip_prefix("/").unwrap_or(place));
    let place = root.map_or_else(|| place.clone(), below);
    format!("{make} --destination {}", quote(&place.to_string_lossy()))
}

/// Shows the errors among problems.
fn tell(alone: &Alone<'_>, problems: &Problems) {
    for problem in problems.errors() {
        let failure = Failure::from(problem.clone());
        alone.host.bus.failure(Level::Error, &failure);
    }
}
