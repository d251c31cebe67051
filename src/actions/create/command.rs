//! The command line of `borg create`. Pure.

use super::Flags;
use crate::borg::{Borg, Feature};
use crate::config::Config;
use crate::config::groups::{Exclude, FilesChanged, Statistics};
use crate::host::Command;
use crate::option::{Choice, Opt};

/// What the user wants to see and have.
#[derive(Clone, Copy)]
pub(super) struct Wants {
    pub(super) json: bool,
    pub(super) list: bool,
    pub(super) statistics: Statistics,
    progress: bool,
    /// The log as JSON.
    log_json: bool,
    dry: bool,
    /// Streams are read from FIFOs.
    fed: bool,
    purpose: Purpose,
}

/// What create is run for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Backup,
    /// Are a few paths stored?
    Probe,
    /// Which paths are stored?
    Names,
}

impl Wants {
    pub(super) fn of(config: &Config, flags: &Flags, dry: bool) -> Self {
        let progress = config.output.progress.is_on();
        let json = flags.json.is_on();
        Self {
            json,
            list: config.output.list_details.is_on() && !json && !progress,
            statistics: config.output.statistics.or(Statistics::None),
            progress,
            log_json: config.logging.takes_json(progress),
            dry,
            fed: false,
            purpose: Purpose::Backup,
        }
    }

    pub(super) fn probe() -> Self {
        Self {
            json: false,
            list: false,
            statistics: Statistics::None,
            progress: false,
            log_json: false,
            dry: false,
            fed: false,
            purpose: Purpose::Probe,
        }
    }

    /// While streams are read from FIFOs, borg must take these for files, and not open them to see
    /// whether they have a flag: that would let the writer go on with nobody to read it.
    pub(super) fn fed(self, fed: bool) -> Self {
        Self { fed, ..self }
    }

    pub(super) fn names() -> Self {
        Self {
            list: true,
            log_json: true,
            dry: true,
            purpose: Purpose::Names,
            ..Self::probe()
        }
    }
}

fn is_off(option: &Opt<bool>) -> bool {
    !option.or(true)
}

/// What is left out for other reasons than its path.
pub(in crate::actions) fn excludes(exclude: &Exclude) -> Vec<String> {
    let switch = |on: &Opt<bool>, flag: &str| on.is_on().then(|| flag.to_owned());
    let mut words: Vec<String> = switch(&exclude.exclude_caches, "--exclude-caches")
        .into_iter()
        .collect();
    for name in exclude.exclude_if_present.items() {
        words.extend(["--exclude-if-present".to_owned(), name.clone()]);
    }
    words.extend(switch(&exclude.keep_exclude_tags, "--keep-exclude-tags"));
    words
}

/// Everything before the archive's name, in the original's order.
pub(super) fn flags(
    borg: &Borg<'_>,
    config: &Config,
    patterns: Option<&str>,
    comment: Option<&str>,
    wants: Wants,
) -> Command {
    let (exclude, archive) = (&config.exclude, &config.archive);
    let modern =
        |feature, new: &'static str, old: &'static str| if borg.has(feature) { new } else { old };
    let no_flags = modern(Feature::Noflags, "--noflags", "--nobsdflags");
    let rate = modern(
        Feature::UploadRatelimit,
        "--upload-ratelimit",
        "--remote-ratelimit",
    );
    let positive = |option: &Opt<u32>| option.get().copied().filter(|number| *number > 0);
    let command = borg
        .command("create")
        .option("--patterns-from", patterns)
        .args(excludes(exclude))
        .when(
            exclude.exclude_nodump.is_on() && wants.purpose != Purpose::Probe && !wants.fed,
            ["--exclude-nodump"],
        )
        .option("--comment", comment)
        .option(
            "--checkpoint-interval",
            positive(&archive.checkpoint_interval),
        )
        .option("--checkpoint-volume", positive(&archive.checkpoint_volume))
        .option("--chunker-params", archive.chunker_params.text())
        .option("--compression", archive.compression.text())
        .option(rate, positive(&archive.upload_rate_limit))
        .option("--upload-buffer", positive(&archive.upload_buffer_size))
        .when(exclude.one_file_system.is_on(), ["--one-file-system"])
        .when(archive.numeric_ids.is_on(), [borg.numeric_ids()])
        .when(
            borg.has(Feature::Atime) && archive.atime.is_on(),
            ["--atime"],
        )
        .when(
            !borg.has(Feature::Atime) && is_off(&archive.atime),
            ["--noatime"],
        )
        .when(is_off(&archive.ctime), ["--noctime"])
        .when(is_off(&archive.birthtime), ["--nobirthtime"])
        .when(
            exclude.read_special.is_on() || wants.fed,
            ["--read-special"],
        )
        .when(is_off(&archive.flags), [no_flags])
        .option(
            "--files-changed",
            archive.files_changed.get().copied().map(FilesChanged::word),
        )
        .option("--files-cache", archive.files_cache.text())
        .args(borg.remote())
        .args(borg.umask())
        .args(borg.lock_wait())
        .when(wants.log_json, ["--log-json"])
        .when(
            wants.list,
            ["--list", "--filter", borg.list_filter(wants.dry)],
        )
        .when(wants.dry, ["--dry-run"])
        .args(borg.extra(&borg.options.extra().create));
    if wants.purpose != Purpose::Backup {
        return command;
    }
    let (counts, quiet) = (!wants.json && !wants.dry, wants.json);
    command
        .args(if quiet { &[] } else { borg.info() })
        .when(counts, wants.statistics.flag())
        .when(!quiet && borg.is_debugging(), ["--debug", "--show-rc"])
        .when(wants.progress, ["--progress"])
        .when(wants.json, ["--json"])
}
