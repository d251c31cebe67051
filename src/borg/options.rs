//! The options of how borg is started: its program, its surroundings, how it waits and how its exit
//! codes are judged.

use crate::option::{Secret, Words};
use crate::options;

options! {
    /// How borg is started and how it reaches a repository.
    pub struct BorgOptions {
        /// The borg to run on this machine: a name that is looked for on PATH, or a path.
        local_path: String = "borg1", default = "borg";
        /// The borg to run on the machine of a remote repository.
        remote_path: String = "borg1", default = "borg";
        /// The command that reaches a remote repository, in place of plain ssh.
        ssh_command: String = "ssh -i /path/to/private/key";
        /// File permission bits to take away from what borg creates. The digits are read as octal: 77 means 077.
        umask: u32 = "77", default = "0077, borg's own";
        /// Seconds that borg waits for another borg to release the repository or the cache.
        lock_wait: u32 = "5", default = "1";
        /// Passphrase of the repository key. Keep a copy of it elsewhere: without it nobody can read
        /// the backups. Borg gets it through a pipe; it stands in no command line and no log.
        encryption_passphrase: Secret = r##""!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~""##;
        /// A command that prints the passphrase, in place of encryption_passphrase. It is split into
        /// words as a shell does, but no shell runs it. It runs once.
        encryption_passcommand: Words = "secret-tool lookup borg-repository repo-name";
        /// Go on when a repository is found at another place than before.
        relocated_repo_access_is_ok: bool = "true", default = "false";
        /// Go on when a repository without encryption is met for the first time.
        unknown_unencrypted_repo_access_is_ok: bool = "true", default = "false";
        /// Let check --repair run without borg's question.
        check_i_know_what_i_am_doing: bool = "true", default = "false, borg asks";
        /// Let borg show information that helps to find out why a passphrase is refused. It may show
        /// the passphrase.
        debug_passphrase: bool = "true", default = "false";
        /// Let borg show the passphrase when it asks for a new one.
        display_passphrase: bool = "true", default = "false";
        /// Let borg refuse a version of its msgpack library that it was not tested with.
        msgpack_version_check: bool = "false", default = "true";
        /// Host name that stands for {hostname} and is stored in archives.
        archive_hostname: String = "example.org", default = "the name of this machine";
        /// User name that stands for {user} and is stored in archives.
        archive_username: String = "backup_user", default = "the current user";
        /// Where borg keeps all of its own files.
        borg_base_directory: String = "/path/to/base", default = "$HOME";
        /// Where borg keeps its configuration.
        borg_config_directory: String = "/path/to/base/config", default = "~/.config/borg";
        /// Where borg keeps its cache.
        borg_cache_directory: String = "/path/to/base/cache", default = "~/.cache/borg";
        /// Keep one index for each archive in the cache: faster when the cache is rebuilt, at the price of space.
        use_chunks_archive: bool = "true", default = "true, borg's own";
        /// How many backups a file may be missing from before the files cache forgets it.
        borg_files_cache_ttl: u32 = "20";
        /// Where borg remembers which repositories it has seen.
        borg_security_directory: String = "/path/to/base/config/security", default = "~/.config/borg/security";
        /// Where borg keeps the keys of keyfile repositories.
        borg_keys_directory: String = "/path/to/base/config/keys", default = "~/.config/borg/keys";
        /// The key file of this repository.
        borg_key_file: String = "/path/to/base/config/keyfile";
        /// Directory for borg's temporary files.
        temporary_directory: String = "/path/to/tmpdir", default = "$TMPDIR";
        /// Exit codes of borg that count as an error or a warning, against what borgmatic thinks of them.
        borg_exit_codes: Vec<ExitRule> = "- code: 13\n  treat_as: warning\n- code: 100\n  treat_as: error";
        /// More words for borg, for each of its commands; split as a shell does.
        extra_borg_options: ExtraOptions = "";
    }
}

options! {
    /// How one exit code of borg is judged.
    pub struct ExitRule {
        /// The exit code. Not 0.
        code: ExitCode = "100", required;
        /// error or warning.
        treat_as: TreatAs = "error", required;
    }
}

/// An exit code of borg that may be judged otherwise: 0 is always success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitCode(pub i32);

impl crate::option::Value for ExitCode {
    const SHAPE: &'static crate::option::Shape = &crate::option::Shape::Int(1, 255);

    fn read(
        node: &crate::text::Node,
        at: &crate::option::At<'_>,
        out: &mut crate::text::Problems,
    ) -> Option<Self> {
        let code = crate::option::scalars::whole(node, at, Self::SHAPE, out)?;
        i32::try_from(code).ok().map(Self)
    }
}

options! {
    /// What an exit code counts as.
    pub enum TreatAs { Error = "error", Warning = "warning" }
}

options! {
    /// More words for borg's commands.
    pub struct ExtraOptions {
        /// For borg break-lock.
        break_lock: Words = "--extra-option";
        /// For borg check.
        check: Words = "--extra-option";
        /// For borg compact.
        compact: Words = "--extra-option";
        /// For borg create.
        create: Words = "--extra-option";
        /// For borg delete.
        delete: Words = "--extra-option";
        /// For borg export-tar.
        export_tar: Words = "--extra-option";
        /// For borg extract.
        extract: Words = "--extra-option";
        /// For borg key export.
        key_export: Words = "--extra-option";
        /// For borg key import.
        key_import: Words = "--extra-option";
        /// For borg key change-passphrase.
        key_change_passphrase: Words = "--extra-option";
        /// For borg info.
        info: Words = "--extra-option";
        /// For borg init.
        init: Words = "--extra-option", deprecated = "repo_create";
        /// For borg list.
        list: Words = "--extra-option";
        /// For borg mount.
        mount: Words = "--extra-option";
        /// For borg prune.
        prune: Words = "--extra-option";
        /// For borg recreate.
        recreate: Words = "--extra-option";
        /// For borg rename.
        rename: Words = "--extra-option";
        /// For borg repo-create, or init before Borg 2.
        repo_create: Words = "--extra-option";
        /// For borg repo-delete, or delete of a repository before Borg 2.
        repo_delete: Words = "--extra-option";
        /// For borg repo-info, or info of a repository before Borg 2.
        repo_info: Words = "--extra-option";
        /// For borg repo-list, or list of a repository before Borg 2.
        repo_list: Words = "--extra-option";
        /// For borg transfer.
        transfer: Words = "--extra-option";
        /// For borg umount.
        umount: Words = "--extra-option";
    }
}

impl BorgOptions {
    /// The user's own words for borg's commands.
    pub fn extra(&self) -> &ExtraOptions {
        static NONE: std::sync::LazyLock<ExtraOptions> =
            std::sync::LazyLock::new(ExtraOptions::default);
        self.extra_borg_options.get().unwrap_or(&NONE)
    }
}
