//! The timer: when the service is started.

use super::TIMER;
use super::text::Text;
use crate::host::Failure;
use crate::install::job::Job;
use crate::option::Age;

const SAMPLE: &str = include_str!("../../../systemd/borgmatic.timer");

pub(super) fn text(job: &Job) -> Result<String, Failure> {
    let mut text = Text::of(SAMPLE);
    text.head(&super::service::head(job, TIMER));
    let mut moments = job.schedule.moments().iter();
    if let Some(first) = moments.next() {
        text.set("OnCalendar", &first.to_string());
    }
    for further in moments {
        text.add("OnCalendar", "OnCalendar", &further.to_string(), &[""; 0]);
    }
    text.set("RandomizedDelaySec", &Age(job.jitter).to_string());
    text.checked()
}
