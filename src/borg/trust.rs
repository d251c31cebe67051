//! Who else may change a program: what root runs must be root's alone, with all directories above it.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::host::Files;

/// Somebody other than root who may change a program, or put another one in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranger {
    /// The program, or a directory above it.
    pub place: PathBuf,
    pub who: Who,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Everybody,
    /// A user, by number.
    Owner(u32),
    /// A group, by number. Debian's `/usr/local/bin` belongs to the group `staff`, mostly empty.
    Group(u32),
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.display();
        match self.who {
            Who::Everybody => write!(f, "everybody may change {place}"),
            Who::Owner(user) => write!(f, "{place} belongs to user {user}, not to root"),
            Who::Group(group) => write!(f, "group {group} may change {place}"),
        }
    }
}

/// The first stranger, groups left out.
pub fn stranger(program: &Path, files: &Files) -> Option<Stranger> {
    strangers(program, files).find(|stranger| !matches!(stranger.who, Who::Group(_)))
}

/// A group that may change it.
pub fn group(program: &Path, files: &Files) -> Option<Stranger> {
    strangers(program, files).find(|stranger| matches!(stranger.who, Who::Group(_)))
}

/// All of them: on the way to the program as it is named, and on the way to the file that it is.
pub fn strangers(program: &Path, files: &Files) -> impl Iterator<Item = Stranger> {
    let real = files.real(program).unwrap_or_default();
    let named = program.ancestors().skip(1).map(Path::to_owned);
    let real: Vec<_> = real.ancestors().map(Path::to_owned).collect();
    named.chain(real).flat_map(|place| {
        of(&place, files).map(move |who| Stranger {
            place: place.clone(),
            who,
        })
    })
}

fn of(place: &Path, files: &Files) -> impl Iterator<Item = Who> + use<> {
    let mode = files.mode(place).unwrap_or(0);
    // Where the sticky bit is set, nobody replaces what belongs to another.
    let open = mode & 0o1000 == 0;
    let owner = files.owner(place).filter(|owner| *owner != 0);
    let group = files
        .group(place)
        .filter(|group| *group != 0 && open && mode & 0o020 != 0);
    let all = (open && mode & 0o002 != 0).then_some(Who::Everybody);
    [all, owner.map(Who::Owner), group.map(Who::Group)]
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_program_and_all_directories_above_it_count() {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        let program = bin.join("borg");
        std::fs::create_dir(&bin).unwrap();
        std::fs::write(&program, "").unwrap();
        let files = Files::new("/");
        let may = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        let own = files.owner(&program).unwrap();
        let found = || {
            let all = strangers(&program, &files);
            all.filter(|stranger| stranger.who != Who::Owner(own))
                .map(|stranger| (stranger.place, stranger.who))
                .collect::<Vec<_>>()
        };
        may(&program, 0o755);
        may(&bin, 0o755);
        assert_eq!(found(), []);
        may(&bin, 0o777);
        let everybody = |place: &PathBuf| (place.clone(), Who::Everybody);
        assert!(found().contains(&everybody(&bin)));
        may(&bin, 0o1777);
        assert_eq!(found(), []);
        may(&program, 0o757);
        assert!(found().contains(&everybody(&program)));
        // Through a link, too.
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&program, &link).unwrap();
        assert!(stranger(&link, &files).is_some());
    }
}
