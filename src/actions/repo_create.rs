//! `repo-create`: makes a repository, unless it is there already.

use super::select::Where;
use super::{Action, Answer, Context, Info, repo_info};
use crate::borg::reply::{self, Info as RepositoryInfo};
use crate::borg::run::Strictness;
use crate::borg::{Borg, Feature, Repository};
use crate::host::{Command, Exit, Failure, FailureKind, Level};
use crate::option::Opt;
use crate::option::words::quote;
use crate::options;
use crate::text::near::nearest;

/// Seven encryptions of borg 1, of which borg 2 has the last three; then its own.
const MODES: &[&str] = &[
    "repokey",
    "keyfile",
    "repokey-blake2",
    "keyfile-blake2",
    "authenticated",
    "authenticated-blake2",
    "none",
    "repokey-aes-ocb",
    "repokey-chacha20-poly1305",
    "keyfile-aes-ocb",
    "keyfile-chacha20-poly1305",
    "repokey-blake2-aes-ocb",
    "repokey-blake2-chacha20-poly1305",
    "aes256-ocb",
    "chacha20-poly1305",
];

options! {
    /// Flags of repo-create.
    pub struct Flags {
        /// Encryption of the new repository, for example repokey, keyfile, repokey-blake2 or none.
        encryption: String = "MODE", short = 'e', suggests = MODES;
        /// Hash that identifies data (Borg 2).
        id_hash: String = "HASH", short = 'i';
        /// Where the key is kept: repokey or keyfile (Borg 2).
        key_location: String = "PLACE";
        /// Repository whose key material the new one shares (Borg 2).
        source_repository: String = "REPOSITORY", aliases = &["other-repo"];
        /// The source repository is one of Borg 1 (Borg 2).
        from_borg1: bool = "";
        /// Copy the key of the source repository (Borg 2).
        copy_crypt_key: bool = "";
        /// The repository refuses to delete data.
        append_only: bool = "";
        /// The most space that the repository may use.
        storage_quota: String = "SIZE";
        /// Make the directories above it.
        make_parent_directories: bool = "", aliases = &["make-parent-dirs"];
        ..at: Where;
    }
}

pub struct RepoCreate;

/// Exit codes of `borg info` that mean «there is none». borgmatic 2.1.10: the same.
const ABSENT: [i32; 3] = [2, 13, 15];

impl Action for RepoCreate {
    type Flags = Flags;
    const INFO: Info = Info {
        name: "repo-create",
        aliases: &["init", "rcreate", "-I", "--init"],
        about: "Make a new repository, unless it is there already",
    };

    fn run(context: &Context<'_>, flags: &Flags) -> Result<Answer, Failure> {
        context.say(Level::Info, "Creating the repository");
        let own = context.repository;
        let Some(encryption) = text(&flags.encryption, &own.encryption) else {
            let words = "which --encryption shall the new repository have?";
            return Err(
                Failure::new("borgmatic::repo-create::encryption", words).help(
                    "for most: borgmatic repo-create --encryption repokey\n\
                 or set the option encryption at the repository",
                ),
            );
        };
        let hash = text(&flags.id_hash, &own.id_hash);
        let ask = repo_info::command(context.borg, own.path(), true);
        let asked = context.borg.probe(context.host, &ask)?;
        let absent = matches!(asked.exit, Exit::Code(code) if ABSENT.contains(&code));
        if !absent {
            let out = context
                .borg
                .judge(context.host, &ask, asked, Strictness::Usual)?;
            return exists(context, encryption, hash, &reply::read(&ask, &out)?);
        }
        if context.dry {
            context.say(Level::Info, "Not creating it (dry run)");
            return Ok(Answer::Done);
        }
        let command = command(context.borg, own, flags, encryption)
            .args(extra(context))
            .args(context.borg.at(own.path()));
        let made = context.borg.run(context.host, &command, Level::Info);
        made.map_err(|failure| failed(context, encryption, failure))?;
        remember(context, encryption);
        Ok(Answer::Done)
    }
}

/// A flag, else the option at the repository.
fn text<'a>(flag: &'a Opt<String>, option: &'a Opt<String>) -> Option<&'a str> {
    flag.text().or_else(|| option.text())
}

fn command(borg: &Borg<'_>, own: &Repository, flags: &Flags, encryption: &str) -> Command {
    let on = |flag: &Opt<bool>, option: &Opt<bool>| flag.is_on() || option.is_on();
    borg.command(borg.renamed("repo-create", "init"))
        .args(["--encryption", encryption])
        .option("--id-hash", text(&flags.id_hash, &own.id_hash))
        .option(
            "--key-location",
            text(&flags.key_location, &own.key_location),
        )
        .option("--other-repo", flags.source_repository.text())
        .when(flags.from_borg1.is_on(), ["--from-borg1"])
        .when(flags.copy_crypt_key.is_on(), ["--copy-crypt-key"])
        .when(on(&flags.append_only, &own.append_only), ["--append-only"])
        .option(
            "--storage-quota",
            text(&flags.storage_quota, &own.storage_quota),
        )
        .when(
            on(&flags.make_parent_directories, &own.make_parent_directories),
            ["--make-parent-dirs"],
        )
        .args(borg.info())
        .when(borg.is_debugging(), ["--debug"])
        .args(borg.lock_wait())
        .args(borg.remote())
        .args(borg.umask())
        .on_terminal()
}

/// The user's own words: of `init`, or of `repo_create`, which the original overlooks.
fn extra(context: &Context<'_>) -> Vec<String> {
    let extra = context.borg.options.extra();
    if extra.init.is_set() {
        context.say(
            Level::Warning,
            "The option init of extra_borg_options is deprecated: use repo_create",
        );
        return context.extra(&extra.init);
    }
    context.extra(&extra.repo_create)
}

/// The repository is there: fine, if it is what was asked for.
fn exists(
    context: &Context<'_>,
    encryption: &str,
    hash: Option<&str>,
    info: &RepositoryInfo,
) -> Result<Answer, Failure> {
    let found = info.encryption.as_ref();
    let mode = found.map_or("none", |found| found.mode.as_str());
    let own_hash = found.and_then(|found| found.id_hash.as_deref());
    let mismatch = |what: &str, own: &str, wanted: &str, help: String| {
        let words = format!("the repository exists with {what} \"{own}\", not \"{wanted}\"");
        Err(Failure::new("borgmatic::repo-create::mismatch", words).help(help))
    };
    if encryption != mode {
        let help = format!("use it as it is: --encryption {mode}; or choose another path");
        return mismatch("encryption", mode, encryption, help);
    }
    if let Some(hash) = hash.filter(|hash| own_hash != Some(*hash)) {
        let help = "use it as it is, without --id-hash; or choose another path".to_owned();
        return mismatch("the ID hash", own_hash.unwrap_or("of Borg 1"), hash, help);
    }
    context.say(Level::Info, "The repository exists already: nothing to do");
    Ok(Answer::Done)
}

/// The kinds of encryption that we know. A borg may have others.
fn modes(borg: &Borg<'_>) -> &'static [&'static str] {
    if borg.has(Feature::SeparateRepository) {
        &MODES[4..]
    } else {
        &MODES[..7]
    }
}

/// Did borg refuse this kind of encryption? At a terminal nobody but the user sees what it says.
fn is_refused(borg: &Borg<'_>, encryption: &str, failure: &Failure) -> bool {
    let said = failure.child.as_ref().map(|child| child.said.as_slice());
    let said = said.unwrap_or_default();
    let refusal = format!("invalid choice: '{encryption}'");
    matches!(failure.kind, FailureKind::Command(Exit::Code(2)))
        && !modes(borg).contains(&encryption)
        && (said.is_empty() || said.iter().any(|line| line.contains(&refusal)))
}

/// What to do when borg could not make it.
fn failed(context: &Context<'_>, encryption: &str, failure: Failure) -> Failure {
    if is_refused(context.borg, encryption, &failure) {
        let help = match nearest(encryption, modes(context.borg).iter().copied()) {
            Some(near) => format!("did you mean --encryption {near}?"),
            None => {
                let verb = context.borg.renamed("repo-create", "init");
                format!("see which there are: borg {verb} --help")
            }
        };
        return failure.help(help);
    }
    let (None, Some(path)) = (&failure.help, context.repository.local_path()) else {
        return failure;
    };
    let path = context.working().join(path);
    let files = context.host.files;
    let shown = path.display();
    if path.parent().is_some_and(|above| !files.is_dir(above)) {
        return failure.help(format!(
            "the directory above {shown} does not exist: mount its disk, or add --make-parent-directories"
        ));
    }
    if files.is_dir(&path) {
        return failure.help(format!(
            "set a passphrase if there is none (encryption_passphrase); if {shown} is half made and \
             holds nothing else, remove it before the next try"
        ));
    }
    failure
}

/// What nobody can get back once it is lost.
fn remember(context: &Context<'_>, encryption: &str) {
    if encryption.starts_with("none") || encryption.starts_with("authenticated") {
        return;
    }
    let config = quote(&context.file.to_string_lossy());
    let one = quote(context.repository.name());
    let key = format!("borgmatic --config {config} key export --repository {one}");
    for line in [
        "The new repository is encrypted. Keep a copy of two things somewhere else:",
        "  1. the passphrase: without it nobody can read the backups",
        &format!("  2. the key, which this prints: {key}"),
    ] {
        context.say(Level::Answer, line);
    }
}
