//! `--wait-network`: after a start or a resume, a run comes before the network does. We wait until
//! the machines of the remote repositories answer, and go on in the end: borg then says what is wrong.

use std::io::{self, ErrorKind};
use std::time::Duration;

use crate::borg::remote::{self, Place};
use crate::host::{Command, Exit, Heard, Host, Level};
use crate::option::age::spoken;
use crate::plan::{Outline, UnitPart};

/// How long one machine may take to answer before the next is asked.
const ANSWER: Duration = Duration::from_secs(5);

const PAUSE: Duration = Duration::from_secs(1);

/// What one question may count for: a clock that is set meanwhile is no wait.
const MOST: Duration = Duration::from_secs(30);

struct Waiting {
    name: String,
    host: String,
    port: u16,
    /// Why not, the last time.
    why: String,
}

/// Waits, at most so long.
pub(super) fn wait(host: &Host<'_>, outline: &Outline<'_>, longest: Duration) {
    let mut left = waiting(host, outline);
    let mut waited = Duration::ZERO;
    let mut announced = false;
    loop {
        left.retain_mut(|machine| {
            if host.processes.stop().is_some() {
                return true;
            }
            let most = ANSWER.min(longest.saturating_sub(waited)).max(PAUSE);
            let start = host.clock.now();
            let answer = answers(host, machine, most);
            let took = host.clock.now().duration_since(&start);
            waited += Duration::try_from(took).unwrap_or_default().min(MOST);
            machine.why = answer
                .as_ref()
                .err()
                .map_or_else(String::new, ToString::to_string);
            answer.is_err()
        });
        if left.is_empty() || host.processes.stop().is_some() {
            return;
        }
        if waited >= longest {
            break;
        }
        if !announced {
            announced = true;
            let names: Vec<_> = left.iter().map(Waiting::place).collect();
            let words = format!("Waiting for the network: {}", names.join(", "));
            host.bus.line(Level::Info, "", &words);
            host.bus.flush();
        }
        host.clock.sleep(PAUSE);
        waited += PAUSE;
    }
    for machine in left {
        let words = format!(
            "{} did not answer for {}: {}; the run goes on",
            machine.place(),
            spoken(longest),
            machine.why
        );
        host.bus.line(Level::Warning, &machine.name, &words);
    }
}

/// The machines of all repositories that the run works on, each once.
fn waiting(host: &Host<'_>, outline: &Outline<'_>) -> Vec<Waiting> {
    let mut all: Vec<Waiting> = Vec::new();
    let units = outline.files.iter().flat_map(|file| &file.units);
    for part in units.filter(|part: &&UnitPart<'_>| part.running().next().is_some()) {
        let repository = &part.unit.repository;
        let rsh = part.unit.config.borg.ssh_command.text();
        match remote::place(host, rsh, repository.path()) {
            Place::Here => {}
            Place::Unknown => {
                let words = "not waited for: only borg's own helpers know where it is";
                host.bus.line(Level::Info, repository.name(), words);
            }
            Place::Tcp { host, port } => {
                if !all
                    .iter()
                    .any(|known| known.host == host && known.port == port)
                {
                    all.push(Waiting {
                        name: repository.name().to_owned(),
                        host,
                        port,
                        why: String::new(),
                    });
                }
            }
        }
    }
    all
}

impl Waiting {
    fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// Names are looked up by ourselves, and where that fails by the system's own library, which may know
/// more: mDNS, for example, which a static program does not.
fn answers(host: &Host<'_>, machine: &Waiting, longest: Duration) -> io::Result<()> {
    let refused = match host.network.answers(&machine.host, machine.port, longest) {
        Err(error) if error.kind() == ErrorKind::NotFound => error,
        known => return known,
    };
    for address in looked_up(host, &machine.host) {
        if host
            .network
            .answers(&address, machine.port, longest)
            .is_ok()
        {
            return Ok(());
        }
    }
    Err(refused)
}

/// What `getent` finds for a name; nothing for what is an address already.
fn looked_up(host: &Host<'_>, name: &str) -> Vec<String> {
    if name.parse::<std::net::IpAddr>().is_ok() || name.starts_with('-') {
        return Vec::new();
    }
    let command = Command::new("getent")
        .args(["ahosts", name])
        .reads()
        .within(MOST);
    let mut found: Vec<String> = Vec::new();
    let exit = host.processes.run(&command, &mut |heard| {
        if let Heard::Out(line) = heard
            && let Some(address) = String::from_utf8_lossy(line).split_whitespace().next()
            && !found.iter().any(|known| known == address)
        {
            found.push(address.to_owned());
        }
    });
    if matches!(exit, Ok(Exit::Code(0))) {
        found
    } else {
        Vec::new()
    }
}
