//! Where a run is logged, as all configuration files together say it.

use super::Config;
use crate::host::LineFormat;
use crate::option::Opt;
use crate::text::{Origin, Problem};

/// Verbosities reach from -2, nothing, to 2. borgmatic 2.1.10: the highest of all files counts, and
/// a file that does not say has the default.
#[derive(Clone, Debug)]
pub struct Logs {
    pub console: i8,
    pub syslog: i8,
    pub monitoring: i8,
    pub file: Option<LogTo>,
    /// Lines are JSON objects, on the console and in the file.
    pub json: bool,
    /// No file refuses colour.
    pub colour: bool,
}

/// A log file.
#[derive(Clone, Debug)]
pub struct LogTo {
    pub path: String,
    /// Where it is configured.
    pub origin: Origin,
    pub verbosity: i8,
    pub format: LineFormat,
}

/// Without any file.
impl Default for Logs {
    fn default() -> Self {
        Self {
            console: 0,
            syslog: -2,
            monitoring: 1,
            file: None,
            json: false,
            colour: true,
        }
    }
}

impl Logs {
    /// What `configs` say together. There is one log, so a file that wants another one is a mistake.
    pub fn of(configs: &[&Config]) -> Result<Self, Box<Problem>> {
        let logging = || configs.iter().map(|config| &config.logging);
        let highest = |level: &dyn Fn(&Config) -> Option<i8>, default: i8| {
            let levels = configs
                .iter()
                .map(|config| level(config).unwrap_or(default));
            levels.max().unwrap_or(default)
        };
        let file = same("log_file", logging().map(|it| &it.log_file))?;
        let json = same("log_json", logging().map(|it| &it.log_json))?;
        let format = same("log_file_format", logging().map(|it| &it.log_file_format))?;
        let verbosity = highest(&|it| it.logging.log_file_verbosity.get().map(|it| it.0), 1);
        Ok(Self {
            console: highest(&|it| it.output.verbosity.get().map(|it| it.0), 0),
            syslog: highest(&|it| it.logging.syslog_verbosity.get().map(|it| it.0), -2),
            monitoring: highest(
                &|it| it.logging.monitoring_verbosity.get().map(|it| it.0),
                1,
            ),
            file: file
                .filter(|(path, _)| !path.is_empty() && verbosity > -2)
                .map(|(path, origin)| LogTo {
                    path: path.clone(),
                    origin: origin.clone(),
                    verbosity,
                    format: format.map(|(format, _)| format.clone()).unwrap_or_default(),
                }),
            json: json.is_some_and(|(on, _)| *on),
            colour: configs.iter().all(|config| config.output.color.or(true)),
        })
    }
}

/// The one value that all files have who say it.
fn same<'c, T: PartialEq + 'c>(
    name: &str,
    options: impl Iterator<Item = &'c Opt<T>>,
) -> Result<Option<(&'c T, &'c Origin)>, Box<Problem>> {
    let mut found = None;
    for option in options {
        let Some(this) = option.get().zip(option.origin()) else {
            continue;
        };
        match found {
            None => found = Some(this),
            Some((value, _)) if value == this.0 => {}
            Some((_, first)) => {
                let words = format!("`{name}` has two values, and one run has one log");
                let help = format!(
                    "write the same `{name}` in all files, or run the files one by one with --config"
                );
                let problem = Problem::new("borgmatic::config::two-logs", words)
                    .at(first, "one value here")
                    .at(this.1, "another value here")
                    .help(help);
                return Err(Box::new(problem));
            }
        }
    }
    Ok(found)
}
