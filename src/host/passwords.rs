//! The password file: users, and where they are at home. Pure.

use std::collections::HashMap;
use std::path::PathBuf;

/// The users of a password file, by name and number, and their home directories.
fn users(passwords: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    passwords.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let home = fields.get(5).filter(|home| !home.is_empty())?;
        Some((fields[0], fields[2], *home))
    })
}

/// The home directory of a user, by number.
pub fn home_of(passwords: &str, user: u32) -> Option<PathBuf> {
    let user = user.to_string();
    users(passwords)
        .find(|(_, number, _)| *number == user)
        .map(|(_, _, home)| home.into())
}

/// The number of a user.
pub fn number_of(passwords: &str, user: &str) -> Option<u32> {
    let number = users(passwords).find(|(name, ..)| *name == user)?.1;
    number.parse().ok()
}

/// All home directories, by the names of their users; the first counts.
pub fn homes(passwords: &str) -> HashMap<String, PathBuf> {
    let mut homes = HashMap::new();
    for (name, _, home) in users(passwords) {
        homes.entry(name.to_owned()).or_insert_with(|| home.into());
    }
    homes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_directory_is_found_by_number() {
        let passwords =
            "root:x:0:0:root:/root:/bin/sh\n# note\nann:x:10:10::/home/ann:\nnone:x:11:11:::\n";
        assert_eq!(home_of(passwords, 10), Some("/home/ann".into()));
        assert_eq!(home_of(passwords, 11), None);
        assert_eq!(home_of(passwords, 1), None);
        assert_eq!(number_of(passwords, "ann"), Some(10));
        assert_eq!(number_of(passwords, "bob"), None);
        assert_eq!(homes(passwords).get("ann"), Some(&"/home/ann".into()));
        assert_eq!(homes(passwords).len(), 2);
    }
}
