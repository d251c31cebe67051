//! What a look at the machine's installation needs and this user may not read: then nothing can be said
//! of it. Root sees all.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::job::Reach;
use super::self_install::Task;
use crate::config::find;
use crate::host::{Failure, Files};

/// Refuses to say anything where something is hidden.
pub(super) fn refuse(task: &Task<'_>) -> Result<(), Failure> {
    let Some(path) = first(task) else {
        return Ok(());
    };
    let words = format!(
        "{} cannot be read by this user, and the installation for the machine depends on it",
        path.display()
    );
    Err(Failure::new("borgmatic::install::privilege", words)
        .help("do the same as root: sudo borgmatic self-install …")
        .status(4))
}

fn first(task: &Task<'_>) -> Option<PathBuf> {
    let (setting, env) = (task.setting, task.host.env);
    if task.alone.host.env.user == 0 || setting.managers.reach == Reach::User {
        return None;
    }
    let named = setting.configs.iter();
    let mut places: Vec<PathBuf> = named
        .map(|path| env.cwd.join(find::expand(path, env)))
        .collect();
    if places.is_empty() {
        // What is in root's home counts where there is any, and mostly there is none.
        places = find::defaults(env);
        places.retain(|place| !place.starts_with(&env.home));
    }
    places.extend(setting.unread.clone());
    places
        .into_iter()
        .find(|path| is_hidden(path, &setting.files))
}

fn is_hidden(path: &Path, files: &Files) -> bool {
    let read = files.placed(path).and_then(|placed| match placed {
        None => Ok(()),
        Some(_) if files.is_dir(path) => files.names(path).map(drop),
        Some(_) => files.head(path, 1).map(drop),
    });
    read.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
}
