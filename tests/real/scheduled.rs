//! Lines that a real cron runs.

use std::time::Duration;

use crate::machine::Machine;

#[test]
fn cron_runs_the_sample_line() {
    let Some(machine) = Machine::boot() else {
        return;
    };
    machine.put_in_place();
    machine.ready("");
    machine.copy("cron/borgmatic", "/etc/cron.d");
    machine
        .sh("sed -i 's/^0 3 /* * /' /etc/cron.d/borgmatic")
        .ends_with(0);
    machine.backs_up_again(Duration::from_mins(2), 0);
}
