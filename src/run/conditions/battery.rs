//! `--on-battery skip`: does the machine run on its battery? Where nothing tells, it does not.

use std::path::Path;

use super::tell;
use crate::host::{Command, Heard, Host, Level};
use crate::plan::Outline;
use crate::run::observe::{Ended, Observer};

/// What Linux knows of batteries and chargers; docs: ABI/testing/sysfs-class-power.
const SUPPLIES: &str = "/sys/class/power_supply";

/// The longest of its words, in bytes.
const WORD: u64 = 64;

const REASON: &str = "the machine runs on its battery";

/// Is a battery what the machine runs on?
pub(super) fn is_source(host: &Host<'_>) -> bool {
    if cfg!(target_os = "macos") {
        let mut on_battery = false;
        let command = Command::new("/usr/bin/pmset").args(["-g", "batt"]).reads();
        let told = host.processes.run(&command, &mut |heard| {
            if let Heard::Out(line) = heard {
                on_battery |= String::from_utf8_lossy(line).contains("'Battery Power'");
            }
        });
        return told.is_ok() && on_battery;
    }
    is_discharging(host)
}

/// As systemd decides for `ConditionACPower=`: a charger that is plugged in counts before a battery
/// that loses charge; the batteries of mice and keyboards do not count.
fn is_discharging(host: &Host<'_>) -> bool {
    let folder = Path::new(SUPPLIES);
    let mut discharging = false;
    for name in host.files.names(folder).unwrap_or_default() {
        let word = |file: &str| {
            let bytes = host.files.head(&folder.join(&name).join(file), WORD);
            String::from_utf8_lossy(&bytes.unwrap_or_default())
                .trim()
                .to_owned()
        };
        if word("scope") == "Device" {
            continue;
        }
        match word("type").as_str() {
            "Battery" => discharging |= word("status") == "Discharging",
            "Mains" | "USB" | "Wireless" if word("online") != "0" && !word("online").is_empty() => {
                return false;
            }
            _ => {}
        }
    }
    discharging
}

/// Tells that nothing runs now.
pub(super) fn skip(host: &Host<'_>, outline: &Outline<'_>, observer: &dyn Observer) {
    for file in &outline.files {
        let scope = file.loaded.path.to_string_lossy();
        let words = format!("skipped, as --on-battery skip asks: {REASON}");
        host.bus.line(Level::Warning, &scope, &words);
        for unit in &file.units {
            tell(host, observer, file, unit, Ended::Skipped(REASON));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::host::script::Stage;

    /// A supply in a line: its name, then `file=word`.
    fn discharges(supplies: &[&str]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        for supply in supplies {
            let mut words = supply.split(' ');
            let place = folder
                .path()
                .join(&SUPPLIES[1..])
                .join(words.next().unwrap());
            fs::create_dir_all(&place).unwrap();
            for word in words {
                let (file, value) = word.split_once('=').unwrap();
                fs::write(place.join(file), format!("{value}\n")).unwrap();
            }
        }
        is_discharging(&Stage::new(folder.path()).host())
    }

    #[test]
    fn a_battery_that_loses_charge_is_the_source_unless_a_charger_is_plugged_in() {
        let battery = "BAT0 type=Battery status=Discharging scope=System";
        assert!(discharges(&[battery]));
        assert!(discharges(&[battery, "AC type=Mains online=0"]));
        assert!(!discharges(&[battery, "AC type=Mains online=1"]));
        assert!(!discharges(&[battery, "usb type=USB online=1"]));
        assert!(!discharges(&[
            "BAT0 type=Battery status=Full",
            "AC type=Mains online=0"
        ]));
        assert!(!discharges(&[
            "mouse type=Battery status=Discharging scope=Device"
        ]));
        assert!(!discharges(&[]));
    }
}
