//! Options to `BORG_*` variables. Facts: borgmatic 2.1.10, `runtime.md` section 5.

use super::options::BorgOptions;
use crate::host::Env;

/// Changes to our environment for each borg: a value, or `None` to remove. The passphrase is not
/// among them: it goes through a pipe.
pub fn changes(options: &BorgOptions, env: &Env) -> Vec<(String, Option<String>)> {
    let mut all: Vec<(String, Option<String>)> = Vec::new();
    let mut set = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            all.push((name.to_owned(), Some(value.to_owned())));
        }
    };
    set("BORG_HOSTNAME", options.archive_hostname.text());
    set("BORG_USERNAME", options.archive_username.text());
    set("BORG_BASE_DIR", options.borg_base_directory.text());
    set("BORG_CONFIG_DIR", options.borg_config_directory.text());
    set("BORG_CACHE_DIR", options.borg_cache_directory.text());
    set("BORG_SECURITY_DIR", options.borg_security_directory.text());
    set("BORG_KEYS_DIR", options.borg_keys_directory.text());
    set("BORG_KEY_FILE", options.borg_key_file.text());
    set("BORG_REMOTE_PATH", options.remote_path.text());
    set("BORG_RSH", options.ssh_command.text());
    set("TMPDIR", options.temporary_directory.text());
    let days = options.borg_files_cache_ttl.get().map(u32::to_string);
    set("BORG_FILES_CACHE_TTL", days.as_deref());

    let yes_no = |on: &bool| if *on { "YES" } else { "NO" };
    for (name, option) in [
        ("BORG_DEBUG_PASSPHRASE", &options.debug_passphrase),
        ("BORG_DISPLAY_PASSPHRASE", &options.display_passphrase),
        (
            "BORG_RELOCATED_REPO_ACCESS_IS_OK",
            &options.relocated_repo_access_is_ok,
        ),
        (
            "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK",
            &options.unknown_unencrypted_repo_access_is_ok,
        ),
        ("BORG_USE_CHUNKS_ARCHIVE", &options.use_chunks_archive),
        ("BORG_MSGPACK_VERSION_CHECK", &options.msgpack_version_check),
    ] {
        // What the caller's environment says goes first.
        if env.get(name).is_none() {
            set(name, option.get().map(yes_no));
        }
    }
    set(
        "BORG_CHECK_I_KNOW_WHAT_I_AM_DOING",
        options.check_i_know_what_i_am_doing.get().map(yes_no),
    );
    set("BORG_EXIT_CODES", Some("modern"));

    if options.encryption_passphrase.is_set() {
        all.push(("BORG_PASSPHRASE".into(), None));
    }
    if options.encryption_passphrase.is_set() || options.encryption_passcommand.is_set() {
        all.push(("BORG_PASSCOMMAND".into(), None));
    }
    all.retain(|(name, value)| value.is_some() || env.get(name).is_some());
    all
}
