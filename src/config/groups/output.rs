//! What is said, and where.

use crate::host::LineFormat;
use crate::option::Choice;
use crate::options;

options! {
    /// What is said on the console.
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
        /// Show fewer numbers, faster, as --quick-stats does.
        quick_statistics: bool = "true", default = "false", deprecated = "statistics: quick";
        /// Show each file or archive that an action handles.
        list_details: bool = "true", default = "false", no_flag;
        /// How list shows a file: borg's placeholders.
        file_list_format: String = "\"{path}{extra}{NL}\"", no_flag;
        /// How repo-list shows an archive: borg's placeholders.
        archive_list_format: String = "\"{archive}{NL}\"", no_flag;
    }
}

options! {
    /// Where else it is said: log files, the system's log, monitors.
    pub struct Logging {
        /// How much is sent to the system's log, as for verbosity.
        syslog_verbosity: Verbosity = "2", default = "-2";
        /// A file that log lines are added to. It must be the same in all configuration files.
        log_file: String = "/var/log/borgmatic/logfile.txt";
        /// How much is written to log_file, as for verbosity.
        log_file_verbosity: Verbosity = "2", default = "1";
        /// How a line of log_file looks. The names in braces are filled in.
        log_file_format: LineFormat = "\"[{asctime}] {levelname}: {prefix}{message}\"", default = "[{asctime}] {levelname}: {prefix}{message}";
        /// How much is sent to monitors that take logs, as for verbosity. -2 turns all monitors off.
        monitoring_verbosity: Verbosity = "2", default = "1";
        /// A file for Prometheus, written anew at the end of each run: how old the last backups are, and
        /// how large. Its name ends in .prom, in the directory of the node exporter's textfile collector.
        metrics_file: String = "/var/lib/prometheus/node-exporter/borgmatic.prom", ours;
        /// Write log lines as JSON, on the console and into log_file.
        log_json: bool = "true", default = "false";
    }
}

impl Logging {
    /// Is borg asked for its log as JSON? Not where it `draws` or asks on a terminal, unless JSON is
    /// wanted all the same. borgmatic 2.1.10: the same.
    pub fn takes_json(&self, draws: bool) -> bool {
        !draws || self.log_json.is_on()
    }
}

/// How much is said. borgmatic 2.1.10: -2 to 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verbosity(pub i8);

impl Choice for Verbosity {
    const WORDS: &'static [&'static str] = &["-2", "-1", "0", "1", "2"];
    const VALUES: &'static [Self] = &[Self(-2), Self(-1), Self(0), Self(1), Self(2)];
}

options! {
    /// Which numbers are shown.
    pub enum Statistics { Standard = "standard", Quick = "quick", None = "none" }
}

impl Statistics {
    /// What borg is told to show.
    pub fn flag(self) -> Option<&'static str> {
        match self {
            Self::Standard => Some("--stats"),
            Self::Quick => Some("--quick-stats"),
            Self::None => None,
        }
    }
}
