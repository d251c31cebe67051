//! Which archives are kept.

use crate::option::{Opt, Options};
use crate::options;

options! {
    /// Which backups to keep. Each rule keeps the last archive of that many hours, days, … that have
    /// one; an archive that no rule keeps is removed.
    pub struct Retention {
        /// Keep all archives that are newer than this: a number and H, d, w, m or y.
        keep_within: String = "3H";
        /// Number of seconds to keep an archive of. Here and below, -1 keeps all.
        keep_secondly: i64 = "60";
        /// Number of minutes to keep an archive of.
        keep_minutely: i64 = "60";
        /// Number of hours to keep an archive of.
        keep_hourly: i64 = "24";
        /// Number of days to keep an archive of.
        keep_daily: i64 = "7", active;
        /// Number of weeks to keep an archive of.
        keep_weekly: i64 = "4";
        /// Number of months to keep an archive of.
        keep_monthly: i64 = "6";
        /// Number of years to keep an archive of.
        keep_yearly: i64 = "1";
        /// Number of quarters, as thirteen weeks each, to keep an archive of.
        keep_13weekly: i64 = "13";
        /// Number of quarters, as three months each, to keep an archive of.
        keep_3monthly: i64 = "3";
        /// Prune and check only archives whose names start with this.
        prefix: String = "sourcehostname", deprecated = "archive_name_format or match_archives";
        /// How many percent of a segment must be unused before compact rewrites it.
        compact_threshold: u32 = "20", default = "10";
    }
}

/// The limits of prune, as flags and values. borgmatic 2.1.10: in alphabetical order.
impl Retention {
    pub fn limits(&self) -> Vec<(String, String)> {
        let number = |value: &Opt<i64>| value.get().map(i64::to_string);
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
