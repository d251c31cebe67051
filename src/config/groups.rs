//! The options of the core, in the order in which a file explains them.

use crate::option::{Choice, Opt, Options, Shape, Value};
use crate::options;
use crate::text::{Node, Problem, Problems};

options! {
    /// What to back up.
    pub struct Source {
        /// The directories and files to back up. A ~ stands for the home directory; *, ? and [] are
        /// filled in as a shell does.
        source_directories: Vec<String> = "- /home\n- /etc\n- /var/log/syslog*\n- /home/user/path with spaces", active;
        /// Stop when a source directory does not exist. A backup without it could go unnoticed.
        source_directories_must_exist: bool = "false", default = "true";
        /// Change to this directory before borg runs. Relative source directories and repositories
        /// start from here.
        working_directory: String = "/path/to/working/directory";
    }
}

options! {
    /// What to leave out.
    pub struct Exclude {
        /// What to back up and what not, as borg's patterns: R is a path to start from, - leaves out,
        /// ! leaves out and does not look below, + takes in, P sets the style of what follows. The
        /// first that matches a path decides.
        patterns: Vec<String> = "- \"R /\"\n- \"- /home/*/.cache\"\n- \"+ /home/susan\"\n- \"- /home/*\"";
        /// Files with such patterns, one on a line.
        patterns_from: Vec<String> = "- /etc/borgmatic/patterns";
        /// What to leave out: shell patterns that match whole paths, unless they start with sh:, re:,
        /// pp:, pf: or fm:.
        exclude_patterns: Vec<String> = "- \"*.pyc\"\n- /home/*/.cache\n- \"*/.vim*.tmp\"\n- /etc/ssl\n- /home/user/path with spaces";
        /// Files with such patterns, one on a line.
        exclude_from: Vec<String> = "- /etc/borgmatic/excludes";
        /// Leave out directories that hold a CACHEDIR.TAG file.
        exclude_caches: bool = "true", default = "false";
        /// Leave out directories that hold a file of one of these names.
        exclude_if_present: Vec<String> = "- .nobackup";
        /// Keep the files that mark a directory as left out.
        keep_exclude_tags: bool = "true", default = "false";
        /// Leave out files with the NODUMP flag.
        exclude_nodump: bool = "true", default = "false";
        /// Stay on the file system of each source directory.
        one_file_system: bool = "true", default = "false";
        /// Read special files, such as named pipes and devices, as if they were plain files. They may
        /// never end: leave them out where that can happen.
        read_special: bool = "true", default = "false";
        /// Do not ask borg before each backup whether its runtime directory would be left out.
        unsafe_skip_path_validation_before_create: bool = "true", default = "false";
    }
}

options! {
    /// Which backups to keep. Each rule keeps the last archive of that many hours, days, … that have
    /// one; an archive that no rule keeps is removed.
    pub struct Retention {
        /// Keep all archives that are newer than this: a number and H, d, w, m or y.
        keep_within: String = "3H";
        /// Number of seconds to keep an archive of.
        keep_secondly: u32 = "60";
        /// Number of minutes to keep an archive of.
        keep_minutely: u32 = "60";
        /// Number of hours to keep an archive of.
        keep_hourly: u32 = "24";
        /// Number of days to keep an archive of.
        keep_daily: u32 = "7", active;
        /// Number of weeks to keep an archive of.
        keep_weekly: u32 = "4";
        /// Number of months to keep an archive of.
        keep_monthly: u32 = "6";
        /// Number of years to keep an archive of.
        keep_yearly: u32 = "1";
        /// Number of quarters, as thirteen weeks each, to keep an archive of.
        keep_13weekly: u32 = "13";
        /// Number of quarters, as three months each, to keep an archive of.
        keep_3monthly: u32 = "3";
        /// Deprecated: only archives whose names start with this are pruned and checked. Use
        /// archive_name_format or match_archives.
        prefix: String = "sourcehostname";
        /// How many percent of a segment must be unused before compact rewrites it.
        compact_threshold: u32 = "20", default = "10";
    }
}

options! {
    /// How archives are named and written.
    pub struct Archive {
        /// The name of a new archive; borg fills in {hostname}, {now}, {user} and others. Archives of
        /// other names are not touched by prune and check.
        archive_name_format: String = "\"{hostname}-documents-{now}\"", default = "{hostname}-{now:%Y-%m-%dT%H:%M:%S.%f}";
        /// The archives that prune, check, list and others act on, where that is not what
        /// archive_name_format tells: a name, or a pattern after sh: or re:.
        match_archives: String = "\"sh:{hostname}-*\"", no_flag;
        /// How data is compressed, for example zstd,10. Data that is stored already stays as it is.
        compression: String = "lz4", default = "lz4";
        /// How data is cut into chunks. Another value than before stores everything anew.
        chunker_params: String = "19,23,21,4095";
        /// Seconds after which borg saves what it has stored so far of an unfinished archive.
        checkpoint_interval: u32 = "1800", default = "1800";
        /// Bytes after which borg does so.
        checkpoint_volume: u32 = "1048576", default = "off";
        /// The most that is sent to a remote repository, in KiB a second.
        upload_rate_limit: u32 = "100", default = "no limit";
        /// The size of the buffer for sending, in MiB.
        upload_buffer_size: u32 = "160", default = "none";
        /// Store user and group ids as numbers only, without names.
        numeric_ids: bool = "true", default = "false";
        /// Store the time of last access.
        atime: bool = "false", default = "false; true before Borg 1.2";
        /// Store the time of last status change.
        ctime: bool = "false", default = "true";
        /// Store the time of creation, where the system knows it.
        birthtime: bool = "false", default = "true";
        /// Store file flags, such as NODUMP and IMMUTABLE.
        flags: bool = "false", default = "true";
        /// How borg notices that a file changes while it reads it.
        files_changed: FilesChanged = "ctime", default = "ctime";
        /// How borg recognises an unchanged file without reading it.
        files_cache: String = "ctime,size,inode", default = "ctime,size,inode";
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilesChanged {
    Ctime,
    Mtime,
    Disabled,
}

impl Choice for FilesChanged {
    const WORDS: &'static [&'static str] = &["ctime", "mtime", "disabled"];
    const VALUES: &'static [Self] = &[Self::Ctime, Self::Mtime, Self::Disabled];
}

options! {
    /// What check looks at, and how often.
    pub struct Checks {
        /// The checks to run: repository (is the repository whole?), archives (is each archive's list
        /// of files whole?), data (can all data be decrypted and is it what was stored?), extract (can
        /// the latest archive be extracted?), disabled (none).
        checks: Vec<Check> = "- name: repository\n  frequency: 2 weeks\n- name: archives\n  frequency: 2 weeks", default = "repository and archives, each once a month";
        /// Check only this many of the latest archives.
        check_last: u32 = "3", default = "all";
    }
}

options! {
    /// One check.
    pub struct Check {
        /// Which check.
        name: CheckName = "archives", required;
        /// How often: a number and minutes, hours, days, weeks, months or years; or always.
        frequency: Frequency = "2 weeks", default = "always";
        /// Days of the week on which it may run: their English names, weekday or weekend.
        only_run_on: Vec<String> = "- Saturday\n- Sunday", default = "any day";
        /// Repository only: stop after so many seconds and go on there the next time.
        max_duration: u32 = "3600", default = "no limit";
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckName {
    Repository,
    Archives,
    Data,
    Extract,
    Disabled,
}

impl Choice for CheckName {
    const WORDS: &'static [&'static str] =
        &["repository", "archives", "data", "extract", "disabled"];
    const VALUES: &'static [Self] = &[
        Self::Repository,
        Self::Archives,
        Self::Data,
        Self::Extract,
        Self::Disabled,
    ];
}

/// How often a check is due, in seconds. `None`: each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency(pub Option<u64>);

impl Frequency {
    /// borgmatic 2.1.10: `always`, or a number and a unit; months have 30 days, years 365.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "always" {
            return Some(Self(None));
        }
        let (number, unit) = text.split_once(' ')?;
        let seconds = match unit.trim() {
            "second" | "seconds" => 1,
            "minute" | "minutes" => 60,
            "hour" | "hours" => 3600,
            "day" | "days" => 86_400,
            "week" | "weeks" => 7 * 86_400,
            "month" | "months" => 30 * 86_400,
            "year" | "years" => 365 * 86_400,
            _ => return None,
        };
        Some(Self(Some(
            number.parse::<u64>().ok()?.checked_mul(seconds)?,
        )))
    }
}

impl Value for Frequency {
    const SHAPE: &'static Shape = &Shape::Text;

    fn read(node: &Node, at: &crate::option::At<'_>, out: &mut Problems) -> Option<Self> {
        let text = String::read(node, at, out)?;
        let found = Self::parse(&text);
        if found.is_none() {
            out.add(
                Problem::new(
                    "borgmatic::config::frequency",
                    format!("`{at}` is no frequency"),
                )
                .on(node, "not a number and a unit")
                .help("write for example: 2 weeks, 1 month, or always"),
            );
        }
        found
    }
}

options! {
    /// What is said, and how.
    pub struct Output {
        /// How much is said on the console: -2 nothing, -1 errors, 0 errors, warnings and answers, 1
        /// each step, 2 all there is.
        verbosity: Verbosity = "2", default = "0", short = 'v';
        /// Colour the lines on a terminal.
        color: bool = "false", default = "true";
        /// Show borg's progress, and do not log its lines.
        progress: bool = "true", default = "false", no_flag;
        /// Show numbers about what create, prune and others did: standard, quick (faster on large
        /// repositories, fewer numbers) or none.
        statistics: Statistics = "standard", default = "none", no_flag;
        /// Show each file or archive that an action handles.
        list_details: bool = "true", default = "false", no_flag;
        /// How list shows a file: borg's placeholders.
        file_list_format: String = "\"{path}{extra}{NL}\"", no_flag;
        /// How repo-list shows an archive: borg's placeholders.
        archive_list_format: String = "\"{archive}{NL}\"", no_flag;
    }
}

/// How much is said. borgmatic 2.1.10: -2 to 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verbosity(pub i8);

impl Choice for Verbosity {
    const WORDS: &'static [&'static str] = &["-2", "-1", "0", "1", "2"];
    const VALUES: &'static [Self] = &[Self(-2), Self(-1), Self(0), Self(1), Self(2)];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistics {
    Standard,
    Quick,
    None,
}

impl Choice for Statistics {
    const WORDS: &'static [&'static str] = &["standard", "quick", "none"];
    const VALUES: &'static [Self] = &[Self::Standard, Self::Quick, Self::None];
}

options! {
    /// What a run does.
    pub struct Run {
        /// Run create, prune, compact and check when no action is named. If false, help is shown.
        default_actions: bool = "true", default = "true";
        /// Actions to leave out.
        skip_actions: Vec<String> = "- compact", default = "none";
        /// Directory for files that live as long as a run.
        user_runtime_directory: String = "/run/user/1001", default = "$XDG_RUNTIME_DIR";
        /// Directory for what is remembered between runs, such as the times of checks.
        user_state_directory: String = "/var/lib/borgmatic", default = "$XDG_STATE_HOME, else ~/.local/state";
    }
}

/// The limits of prune, as flags and values. borgmatic 2.1.10: in alphabetical order.
impl Retention {
    pub fn limits(&self) -> Vec<(String, String)> {
        let number = |value: &Opt<u32>| value.get().map(u32::to_string);
        let all = [
            ("keep_13weekly", number(&self.keep_13weekly)),
            ("keep_3monthly", number(&self.keep_3monthly)),
            ("keep_daily", number(&self.keep_daily)),
            ("keep_hourly", number(&self.keep_hourly)),
            ("keep_minutely", number(&self.keep_minutely)),
            ("keep_monthly", number(&self.keep_monthly)),
            ("keep_secondly", number(&self.keep_secondly)),
            ("keep_weekly", number(&self.keep_weekly)),
            ("keep_within", self.keep_within.get().cloned()),
            ("keep_yearly", number(&self.keep_yearly)),
        ];
        debug_assert_eq!(
            all.len(),
            Self::FIELDS
                .iter()
                .filter(|field| field.name.starts_with("keep_"))
                .count()
        );
        let flag = |name: &str| format!("--{}", name.replace('_', "-"));
        all.into_iter()
            .filter_map(|(name, value)| Some((flag(name), value?)))
            .collect()
    }
}
