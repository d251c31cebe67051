//! The whole story on one page: read the command line, load, outline, run, report, exit.

mod configs;
mod logs;

use std::ffi::OsString;
use std::sync::Arc;

use crate::actions::config::nothing_configured;
use crate::actions::{Act, Alone, Run};
use crate::cli::help::Rest;
use crate::cli::{self, Again, Invocation, Special};
use crate::config::{Loaded, is_secret};
use crate::host::dry::Dry;
use crate::host::{
    Bus, Clock, Env, Failure, Fetch, Files, Host, Level, Network, Processes, Signal, Sockets,
    Terminal,
};
use crate::install;
use crate::plan::{Shown, outline};
use crate::report::style::Colours;
use crate::report::{Bars, Console, Style, Summary};
use crate::run::{Recorder, metrics, walk};

/// What the program runs on.
pub struct Machine<'a> {
    pub processes: &'a dyn Processes,
    pub clock: Arc<dyn Clock>,
    pub terminal: Arc<dyn Terminal>,
    pub network: &'a dyn Network,
    pub sockets: Arc<dyn Sockets>,
    pub fetch: &'a dyn Fetch,
    pub files: &'a Files,
    pub env: &'a Env,
}

/// Runs one command line to its exit code.
pub fn run(args: &[OsString], machine: &Machine<'_>) -> u8 {
    let terminal = machine.terminal.as_ref();
    let question = cli::complete::answer(args, install::entries(), machine.files, machine.env);
    if let Some(answer) = question {
        terminal.out(answer.as_bytes());
        terminal.flush();
        return 0;
    }
    let invocation = match cli::split(args, install::entries(), is_secret) {
        Ok(Ok(invocation)) => invocation,
        Ok(Err(special)) => return tell(&special, terminal),
        Err(refused) => {
            let bus = Bus::default();
            let colours = Colours::of(machine.env, false, false, terminal);
            bus.attach(Box::new(console(machine, 0, colours)));
            configs::show(refused.problems.iter(), &bus, true);
            bus.flush();
            return refused.status;
        }
    };
    let loaded = if invocation.acts.iter().any(|act| act.entry.loads) {
        configs::load_all(&invocation, machine)
    } else {
        Vec::new()
    };
    // borgmatic 2.1.10: one file that acts by default is enough for a run.
    let mut files = configs::good(&loaded).peekable();
    let has_files = files.peek().is_some();
    let idle = has_files && files.all(|config| !config.run.default_actions.or(true));
    if invocation.bare && idle {
        return tell(&Special::Help(Vec::new(), false), terminal);
    }
    let code = execute(&invocation, &loaded, machine);
    terminal.flush();
    code
}

/// What a user wants to know without a run.
fn tell(special: &Special, terminal: &dyn Terminal) -> u8 {
    let text = match special {
        Special::Version => format!("{}\n", env!("CARGO_PKG_VERSION")),
        Special::Completion(script) => (*script).to_owned(),
        Special::Help(of, all) => {
            let rest = match all {
                true => Rest::All,
                // borgmatic 2.1.10 lists every flag there, and programs look for them.
                false if of.is_empty() && !terminal.out_is_terminal() => Rest::Names,
                false => Rest::Short,
            };
            cli::help::page(of, install::entries(), rest, terminal.width())
        }
        Special::Man(of) => cli::man::page(of, install::entries()),
    };
    terminal.out(text.as_bytes());
    terminal.flush();
    0
}

/// The console, as this machine shows things.
fn console(machine: &Machine<'_>, verbosity: i8, colours: Colours) -> Console {
    let style = Style::new(machine.env, machine.terminal.as_ref(), colours.err);
    Console::new(Arc::clone(&machine.terminal), verbosity, colours, style)
}

/// Lets console and logs hear the bus, and hides the secrets from them. Returns the console's
/// verbosity; or, where a log cannot be written, how the program ends.
fn listen(
    invocation: &Invocation,
    loaded: &[Loaded],
    machine: &Machine<'_>,
    bus: &Bus,
) -> Result<i8, u8> {
    let (wanted, conflict) = logs::wanted(invocation, loaded);
    let verbosity = wanted.console;
    let structured = wanted.json || invocation.acts.iter().any(|act| act.is_on("json"));
    let colours = Colours::of(
        machine.env,
        structured,
        !wanted.colour,
        machine.terminal.as_ref(),
    );
    let console = console(machine, verbosity, colours);
    bus.attach(Box::new(if wanted.json {
        console.json(Arc::clone(&machine.clock))
    } else {
        let bars = Bars::of(&machine.terminal, machine.env);
        console.with(bars.filter(|_| !structured))
    }));
    logs::hide_secrets(bus, loaded, machine.env);
    // What only looks at files needs no log, which may be another user's.
    let looks = |act: &Act| act.entry.is_alone() || act.entry.is_outline();
    let runs = !invocation.acts.iter().any(looks);
    let opened = match conflict {
        Some(problem) if runs => Err(problem),
        None if runs => logs::listen(&wanted, bus, machine),
        _ => Ok(()),
    };
    match opened {
        Ok(()) => Ok(verbosity),
        Err(problem) => {
            configs::show(std::iter::once(&*problem), bus, true);
            Err(1)
        }
    }
}

fn execute(invocation: &Invocation, loaded: &[Loaded], machine: &Machine<'_>) -> u8 {
    let bus = Bus::default();
    if let Some(again) = Again::new(&invocation.configs, install::entries()) {
        bus.rephrase(Box::new(move |text| again.named(text)));
    }
    let verbosity = match listen(invocation, loaded, machine, &bus) {
        Ok(verbosity) => verbosity,
        Err(status) => return status,
    };
    let dry = Dry(machine.processes);
    let host = Host {
        processes: if invocation.dry {
            &dry
        } else {
            machine.processes
        },
        clock: machine.clock.as_ref(),
        terminal: machine.terminal.as_ref(),
        network: machine.network,
        fetch: machine.fetch,
        files: machine.files,
        env: machine.env,
        bus: &bus,
    };

    let tells = ["config validate", "doctor"];
    let validates = invocation
        .acts
        .iter()
        .any(|act| tells.contains(&act.entry.info.name));
    let mut summary = Summary::default();
    configs::show(invocation.notes.iter(), &bus, validates);
    for note in invocation.notes.iter().filter(|_| !validates) {
        bus.line(Level::Warning, "", &note.line());
    }
    // Validation tells itself what it finds.
    if !validates {
        configs::tell(loaded, &bus, &mut summary);
    }
    let code = match invocation.acts.iter().find(|act| act.entry.is_alone()) {
        Some(act) => alone(act, loaded, &host, invocation),
        None => match invocation.acts.iter().find(|act| act.entry.is_outline()) {
            Some(act) => outlined(act, invocation, loaded, &host),
            None => on_repositories(invocation, loaded, &host, &mut summary),
        },
    };
    summary.say(verbosity, &mut |event| bus.say(event));
    bus.flush();
    if code == 0 && summary.worst() == Some(Level::Critical) {
        1
    } else {
        code
    }
}

fn alone(act: &Act, loaded: &[Loaded], host: &Host<'_>, invocation: &Invocation) -> u8 {
    let Run::Alone(run) = act.entry.run else {
        return 0;
    };
    let alone = Alone {
        host,
        loaded,
        configs: &invocation.configs,
        wishes: &invocation.wishes,
        dry: invocation.dry,
    };
    match run(&alone, &act.flags) {
        Ok(_) => 0,
        Err(failure) => refuse(host.bus, &failure),
    }
}

/// Says why nothing was run.
fn refuse(bus: &Bus, failure: &Failure) -> u8 {
    bus.failure(Level::Critical, failure);
    failure.status
}

/// Shows what a run would do.
fn outlined(act: &Act, invocation: &Invocation, loaded: &[Loaded], host: &Host<'_>) -> u8 {
    if loaded.is_empty() {
        return refuse(host.bus, &nothing_configured(host.env));
    }
    let acts: Vec<Act> = invocation
        .acts
        .iter()
        .filter(|act| !act.entry.is_outline())
        .cloned()
        .collect();
    let outline = match outline(loaded, &acts, &host.env.cwd) {
        Ok(outline) => outline,
        Err(failure) => return refuse(host.bus, &failure),
    };
    let shown = Shown {
        outline: &outline,
        loaded,
        acts: &acts,
        default: invocation.default,
        dry: invocation.dry,
    };
    if act.is_on("json") {
        host.bus.data(&shown.json().to_string());
    } else {
        let text = shown.to_string();
        text.lines()
            .for_each(|line| host.bus.line(Level::Answer, "", line));
    }
    0
}

fn on_repositories(
    invocation: &Invocation,
    loaded: &[Loaded],
    host: &Host<'_>,
    summary: &mut Summary,
) -> u8 {
    if loaded.is_empty() {
        return refuse(host.bus, &nothing_configured(host.env));
    }
    let mut outline = match outline(loaded, &invocation.acts, &host.env.cwd) {
        Ok(outline) => outline,
        Err(failure) => return refuse(host.bus, &failure),
    };
    let dry = invocation.dry;
    let recorder = Recorder::new(host, dry);
    let conditions = &invocation.conditions;
    let Some(_met) = conditions.meet(host, &mut outline, dry, &recorder) else {
        return ended(host.processes.stop());
    };
    if !dry {
        install::launchd::begin(host);
    }
    let verdict = walk(host, &outline, dry, conditions, &recorder);
    if !invocation.dry {
        metrics::write(host, &outline);
    }
    for (scope, failure) in verdict.failures {
        summary.failed(&scope, failure);
    }
    for file in verdict.files {
        for (scope, words) in file.warnings {
            summary.line(Level::Warning, format!("{scope}: {words}"));
        }
        if file.failures.is_empty() {
            summary.good(&file.path.to_string_lossy());
        }
        for (scope, failure) in file.failures {
            // Its last lines were said when it failed.
            summary.failed(&scope, failure.told());
        }
    }
    ended(verdict.stopped)
}

/// The exit status of a run, by the signal that ended it.
fn ended(stopped: Option<Signal>) -> u8 {
    stopped.map_or(0, |signal| u8::try_from(signal.status()).unwrap_or(1))
}
