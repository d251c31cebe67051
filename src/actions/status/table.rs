//! The table for people.

use std::time::Duration;

use jiff::Zoned;

use crate::actions::history::Past;
use crate::actions::next_run::NextRun;
use crate::host::Env;
use crate::ledger::{History, Outcome};
use crate::option::age::brief;

const HEADS: [&str; 6] = [
    "repository",
    "last backup",
    "age",
    "size",
    "trend",
    "last run",
];

/// Where nothing is known.
const NONE: &str = "-";

/// Are bars drawn? Not where a reader speaks, nor where the locale knows ASCII only.
pub(super) fn may_draw(env: &Env) -> bool {
    env.speaks_utf8() && !env.refuses_graphics()
}

/// The lines: for each configuration its path, and its repositories below.
pub(super) fn lines(
    pasts: &[Past<'_>],
    now: &Zoned,
    next: Option<&NextRun>,
    draws: bool,
) -> Vec<String> {
    let rows: Vec<_> = pasts.iter().map(|past| cells(past, now)).collect();
    let wide = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([HEADS[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..HEADS.len()).map(wide).collect();
    let line = |row: [&str; 6]| {
        let mut text = String::from(" ");
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            if column == 4 && !draws {
                continue;
            }
            text += &match column {
                2 | 3 => format!(" {cell:>width$} "),
                _ => format!(" {cell:<width$} "),
            };
        }
        text.trim_end().to_owned()
    };
    let mut lines = Vec::new();
    let mut above = None;
    for (past, row) in pasts.iter().zip(&rows) {
        let configuration = past.key.configuration.as_str();
        if above != Some(configuration) {
            lines.push(
                match next.filter(|next| next.reads(configuration.as_ref())) {
                    Some(next) => format!("{configuration}: next run {}", next.coming(now)),
                    None => configuration.to_owned(),
                },
            );
            lines.push(line(HEADS));
            above = Some(configuration);
        }
        lines.push(line(std::array::from_fn(|column| row[column].as_str())));
    }
    lines
}

fn cells(past: &Past<'_>, now: &Zoned) -> [String; 6] {
    let history = &past.history;
    let backup = history.backup();
    let none = || NONE.to_owned();
    let last = backup.map_or_else(
        || "never".into(),
        |backup| {
            let local = backup.end.to_zoned(now.time_zone().clone());
            local.strftime("%Y-%m-%d %H:%M").to_string()
        },
    );
    let age = backup.map_or_else(none, |backup| {
        Duration::try_from(backup.age(now.timestamp())).map_or_else(|_| "?".into(), brief)
    });
    let size = history.sizes.last().map_or_else(none, |size| bytes(*size));
    let name = past.unit.repository.label.text();
    [
        name.map_or_else(|| past.key.repository.clone(), str::to_owned),
        last,
        age,
        size,
        spark(&history.sizes),
        verdict(history),
    ]
}

/// The first thing that went wrong in the newest run, else how it went.
fn verdict(history: &History) -> String {
    let mut run = history.newest_run.iter();
    let first = run.clone().next();
    let tried = run.find(|action| action.result.is_try());
    match history.trouble().or(tried).or(first) {
        None => NONE.to_owned(),
        Some(action) if action.result == Outcome::Done => "done".to_owned(),
        Some(action) => action.told(),
    }
}

/// One bar for each size, from the smallest to the largest of them.
fn spark(sizes: &[u64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let (Some(least), Some(most)) = (sizes.iter().min(), sizes.iter().max()) else {
        return String::new();
    };
    let range = u128::from(most - least);
    let bar = |size: &u64| {
        let above = u128::from(size - least) * 7;
        let index = above.checked_div(range).unwrap_or(3);
        BARS[usize::try_from(index).unwrap_or(0)]
    };
    sizes.iter().map(bar).collect()
}

/// «12.4 GB»; units of 1000, as borg has them.
fn bytes(size: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if size < 1000 {
        return format!("{size} B");
    }
    let (mut tenths, mut unit) = (size / 100, 0);
    while tenths >= 9995 && unit < 5 {
        tenths /= 1000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (size, shown) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (12_440_000_000, "12.4 GB"),
            (999_949, "0.9 MB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(bytes(size), shown);
        }
    }

    #[test]
    fn a_trend_goes_from_low_to_high() {
        assert_eq!(spark(&[]), "");
        assert_eq!(spark(&[5]), "▄");
        assert_eq!(spark(&[0, 0]), "▄▄");
        assert_eq!(spark(&[0, 50, 100, u64::MAX]), "▁▁▁█");
        assert_eq!(spark(&[7, 0, 3]), "█▁▄");
    }
}
