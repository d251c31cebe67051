//! What check looks at, and how often.

use crate::option::scalars::text_or_number;
use crate::option::{At, Shape, Value};
use crate::options;
use crate::text::{Node, Problem, Problems};

options! {
    /// What check looks at, and how often.
    pub struct Checks {
        /// The checks to run. To run none, put check into skip_actions.
        checks: Vec<Check> = "- name: archives\n  frequency: 2 weeks\n- name: repository", default = "repository and archives, each once a month";
        /// Check only these repositories: paths or labels, as for --repository.
        check_repositories: Vec<String> = "- user@backupserver:sourcehostname.borg", default = "all";
        /// Check only this many of the latest archives.
        check_last: u32 = "3", default = "all";
    }
}

options! {
    /// One check.
    pub struct Check {
        /// Which check. repository: is the repository whole? archives: is each archive's list of files
        /// whole? data: can all data be read, and is it what was stored? extract: can the latest archive
        /// be extracted? spot: do files on this machine match their copies? disabled: no check at all.
        name: CheckName = "archives", required;
        /// How often: a number and minutes, hours, days, weeks, months or years; or always.
        frequency: Frequency = "2 weeks", default = "always";
        /// Days of the week on which it may run: their English names, weekday or weekend.
        only_run_on: Vec<String> = "- Saturday\n- Sunday", default = "any day";
        /// Repository check only: stop after so many seconds and go on from there the next time.
        max_duration: u32 = "3600", default = "no limit", of = "name=repository";
        /// Spot check only: by how many percent the number of files may differ between the source and
        /// the latest archive.
        count_tolerance_percentage: f64 = "10", required, of = "name=spot";
        /// Spot check only: how many percent of the files are compared with their copies.
        data_sample_percentage: f64 = "1", required, of = "name=spot";
        /// Spot check only: how many percent of all files may differ from their copies. Not more than
        /// are compared.
        data_tolerance_percentage: f64 = "0.5", required, of = "name=spot";
        /// Spot check only: a program that hashes files of the source, instead of borgmatic itself.
        xxh64sum_command: String = "/usr/local/bin/xxh64sum", of = "name=spot";
    }
}

options! {
    /// The name of a check.
    pub enum CheckName {
        Repository = "repository",
        Archives = "archives",
        Data = "data",
        Extract = "extract",
        Spot = "spot",
        Disabled = "disabled",
    }
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

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        let text = text_or_number(node, at, out)?;
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
