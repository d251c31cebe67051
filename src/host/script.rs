//! The world as a test wants it: scripted answers instead of children, a clock that stands still, a
//! terminal that collects. Strict: a command that nobody answers ends the test.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Zoned;

use super::{
    About, Beside, Body, Bus, Clock, Command, Env, Event, Exit, Failure, Fetch, Files, Heard, Host,
    Level, Listener, Processes, Signal, Sockets, Terminal,
};

mod reached;

pub use reached::Reached;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a command says and how it ends.
#[derive(Clone, Debug)]
pub struct Answer {
    said: Vec<(Stream, Vec<u8>)>,
    end: End,
    once: bool,
}

#[derive(Clone, Copy, Debug)]
enum Stream {
    Out,
    Err,
}

#[derive(Clone, Debug)]
enum End {
    Exit(Exit),
    Missing,
    Stopped(Signal),
}

impl Answer {
    fn ends(end: End) -> Self {
        Self {
            said: Vec::new(),
            end,
            once: false,
        }
    }

    /// Says nothing and ends well.
    pub fn fine() -> Self {
        Self::exit(0)
    }

    pub fn exit(code: i32) -> Self {
        Self::ends(End::Exit(Exit::Code(code)))
    }

    pub fn killed(signal: i32) -> Self {
        Self::ends(End::Exit(Exit::Signal(signal)))
    }

    /// The program is not there.
    pub fn missing() -> Self {
        Self::ends(End::Missing)
    }

    /// A signal tells the whole run to end while the command runs.
    pub fn stopped(signal: i32) -> Self {
        Self::ends(End::Stopped(Signal(signal)))
    }

    #[must_use]
    pub fn out(self, text: impl AsRef<[u8]>) -> Self {
        self.says(Stream::Out, text.as_ref())
    }

    #[must_use]
    pub fn err(self, text: impl AsRef<[u8]>) -> Self {
        self.says(Stream::Err, text.as_ref())
    }

    fn says(mut self, stream: Stream, text: &[u8]) -> Self {
        if text.is_empty() {
            return self;
        }
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        self.said.extend(
            text.split(|byte| *byte == b'\n')
                .map(|line| (stream, line.to_vec())),
        );
        self
    }

    /// Holds for one command; the next one like it finds the next answer.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }
}

#[derive(Default)]
pub struct Script {
    answers: Mutex<Vec<(String, Answer)>>,
    commands: Mutex<Vec<Command>>,
    stop: Mutex<Option<Signal>>,
}

impl Script {
    /// The first answer whose words occur in the shown command is taken.
    pub fn answer(&self, words: impl Into<String>, answer: Answer) -> &Self {
        locked(&self.answers).push((words.into(), answer));
        self
    }

    /// The commands so far, in order, as they are.
    pub fn commands(&self) -> Vec<Command> {
        locked(&self.commands).clone()
    }

    /// The commands so far, one in a line, as they are shown.
    pub fn transcript(&self) -> String {
        locked(&self.commands)
            .iter()
            .flat_map(|command| [command.to_string(), "\n".into()])
            .collect()
    }
}

impl Processes for Script {
    fn run(&self, command: &Command, hear: &mut dyn FnMut(Heard<'_>)) -> Result<Exit, Failure> {
        let shown = command.to_string();
        if let Some(signal) = self.stop().filter(|_| !command.anyway) {
            return Err(Failure::interrupted(signal));
        }
        locked(&self.commands).push(command.clone());
        let answer = {
            let mut answers = locked(&self.answers);
            let Some(at) = answers.iter().position(|(words, _)| shown.contains(words)) else {
                drop(answers);
                panic!("nobody answers: {shown}\nso far:\n{}", self.transcript());
            };
            if answers[at].1.once {
                answers.remove(at).1
            } else {
                answers[at].1.clone()
            }
        };
        for (stream, line) in &answer.said {
            hear(match stream {
                Stream::Out => Heard::Out(line),
                Stream::Err => Heard::Err(line),
            });
        }
        if !answer.said.is_empty() {
            hear(Heard::Idle(b""));
        }
        match answer.end {
            End::Exit(exit) => Ok(exit),
            End::Missing => Err(Failure::missing(&command.program)),
            End::Stopped(signal) => {
                *locked(&self.stop) = Some(signal);
                Err(Failure::interrupted(signal))
            }
        }
    }

    fn stop(&self) -> Option<Signal> {
        *locked(&self.stop)
    }

    fn is_above(&self, _process: u32) -> bool {
        false
    }

    /// Here it is there from the start.
    fn beside(&self, command: &Command, _longest: Duration) -> Result<Beside, Failure> {
        match self.run(command, &mut |_| {})? {
            Exit::Code(0) => Ok(Box::new(())),
            exit => Err(Failure::new(
                "borgmatic::host::beside",
                format!("ended with {exit}"),
            )),
        }
    }
}

/// Moves only when somebody sleeps.
pub struct Still {
    now: Mutex<Zoned>,
    slept: Mutex<Vec<Duration>>,
}

impl Still {
    pub fn at(now: Zoned) -> Self {
        Self {
            now: Mutex::new(now),
            slept: Mutex::default(),
        }
    }

    pub fn slept(&self) -> Vec<Duration> {
        locked(&self.slept).clone()
    }
}

/// 4 May 2026, 03:17 UTC.
impl Default for Still {
    fn default() -> Self {
        let second = jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(1_777_864_620);
        Self::at(second.to_zoned(jiff::tz::TimeZone::UTC))
    }
}

impl Clock for Still {
    fn now(&self) -> Zoned {
        locked(&self.now).clone()
    }

    fn sleep(&self, time: Duration) {
        locked(&self.slept).push(time);
        let mut now = locked(&self.now);
        let later = now.saturating_add(
            jiff::Span::new().milliseconds(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)),
        );
        *now = later;
    }
}

/// A terminal, or a pipe, that keeps what is written.
#[derive(Debug, Default)]
pub struct Collected {
    out: Mutex<Vec<u8>>,
    err: Mutex<Vec<u8>>,
    pub terminal: bool,
    /// Standard output goes into a file all the same.
    pub out_is_file: bool,
    /// What the person there says next.
    answers: Mutex<Vec<String>>,
}

impl Collected {
    /// A terminal at which somebody answers so, the last one first.
    pub fn answering(answers: Vec<String>) -> Self {
        Self {
            answers: answers.into(),
            ..Self::default()
        }
    }

    pub fn out_text(&self) -> String {
        String::from_utf8_lossy(&locked(&self.out)).into_owned()
    }

    pub fn err_text(&self) -> String {
        String::from_utf8_lossy(&locked(&self.err)).into_owned()
    }
}

impl Terminal for Collected {
    fn out(&self, bytes: &[u8]) {
        locked(&self.out).extend_from_slice(bytes);
    }

    fn err(&self, bytes: &[u8]) {
        locked(&self.err).extend_from_slice(bytes);
    }

    fn flush(&self) {}

    fn out_is_terminal(&self) -> bool {
        self.terminal && !self.out_is_file
    }

    fn err_is_terminal(&self) -> bool {
        self.terminal
    }

    fn is_answered(&self) -> bool {
        false
    }

    fn width(&self) -> usize {
        80
    }

    fn ask(&self, question: &str) -> Option<String> {
        let answer = locked(&self.answers).pop()?;
        self.err(question.as_bytes());
        Some(answer)
    }
}

/// Keeps what is said on the bus, one event in a line.
#[derive(Clone, Default)]
pub struct Notes(Arc<Mutex<String>>);

impl Notes {
    pub fn text(&self) -> String {
        locked(&self.0).clone()
    }
}

impl Listener for Notes {
    fn hear(&mut self, event: &Event<'_>, _: &About) {
        let words = match event.body {
            Body::Line(text) | Body::Data(text) => text.to_owned(),
            Body::Passed(passed) => passed.text.to_owned(),
            Body::Failure(failure) => failure.to_string(),
            Body::Problem(problem) => problem.line(),
        };
        let separator = if event.scope.is_empty() { "" } else { ": " };
        let line = format!("{:?} {}{separator}{words}\n", event.level, event.scope);
        locked(&self.0).push_str(&line);
    }

    fn threshold(&self) -> Option<Level> {
        Some(Level::Debug)
    }
}

/// Takes what is sent to a log's socket.
#[derive(Debug, Default)]
pub struct Posted(Mutex<Vec<(PathBuf, Vec<u8>)>>);

impl Posted {
    /// The messages so far, and where they went.
    pub fn messages(&self) -> Vec<(PathBuf, Vec<u8>)> {
        locked(&self.0).clone()
    }
}

impl Sockets for Posted {
    fn send(&self, to: &Path, message: &[u8]) -> io::Result<()> {
        locked(&self.0).push((to.to_owned(), message.to_owned()));
        Ok(())
    }

    fn send_any(&self, to: &Path, message: &[u8]) -> io::Result<()> {
        self.send(to, message)
    }
}

/// Web servers, each of whose files the test has named.
#[derive(Debug, Default)]
pub struct Served {
    files: Mutex<Vec<(String, Vec<u8>)>>,
    asked: Mutex<Vec<String>>,
}

impl Served {
    /// From now on, this address has these bytes.
    pub fn serve(&self, url: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        locked(&self.files).insert(0, (url.into(), bytes.into()));
    }

    /// The addresses so far, in order.
    pub fn asked(&self) -> Vec<String> {
        locked(&self.asked).clone()
    }
}

impl Fetch for Served {
    fn get(&self, url: &str, limit: u64) -> Result<Vec<u8>, Failure> {
        locked(&self.asked).push(url.to_owned());
        let files = locked(&self.files);
        let found = files.iter().find(|(own, _)| own == url);
        let bytes = found.map(|(_, bytes)| bytes.clone());
        bytes
            .filter(|bytes| bytes.len() as u64 <= limit)
            .ok_or_else(|| Failure::new("borgmatic::host::fetch", format!("no answer: {url}")))
    }
}

/// All of it, for a test of something that takes a [`Host`].
pub struct Stage {
    pub script: Script,
    pub clock: Arc<Still>,
    pub terminal: Arc<Collected>,
    pub network: Reached,
    pub sockets: Arc<Posted>,
    pub web: Served,
    pub files: Files,
    pub env: Env,
    pub bus: Bus,
    pub notes: Notes,
}

impl Stage {
    /// Files are looked for below `root`: a directory of the test's own.
    pub fn new(root: impl Into<std::path::PathBuf>) -> Self {
        let notes = Notes::default();
        let bus = Bus::default();
        bus.attach(Box::new(notes.clone()));
        Self {
            script: Script::default(),
            clock: Arc::default(),
            terminal: Arc::default(),
            network: Reached::default(),
            sockets: Arc::default(),
            web: Served::default(),
            files: Files::new(root),
            env: Env {
                cwd: "/".into(),
                home: "/root".into(),
                ..Env::default()
            },
            bus,
            notes,
        }
    }

    pub fn host(&self) -> Host<'_> {
        Host {
            processes: &self.script,
            clock: &*self.clock,
            terminal: &*self.terminal,
            network: &self.network,
            fetch: &self.web,
            files: &self.files,
            env: &self.env,
            bus: &self.bus,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_matched_in_order_and_commands_recorded() {
        let stage = Stage::new("/");
        stage
            .script
            .answer("borg --version", Answer::fine().out("borg 1.4.1\n"))
            .answer("create", Answer::exit(2).err("one\ntwo").once())
            .answer("create", Answer::stopped(15));
        let host = stage.host();
        let run = |arg: &str| {
            let mut heard = Vec::new();
            let command = Command::new("borg").arg(arg);
            let exit = host.processes.run(&command, &mut |part| match part {
                Heard::Out(line) => heard.push(format!("out {}", String::from_utf8_lossy(line))),
                Heard::Err(line) => heard.push(format!("err {}", String::from_utf8_lossy(line))),
                Heard::Idle(_) => {}
            });
            (exit.ok(), heard)
        };
        assert_eq!(
            run("--version"),
            (Some(Exit::Code(0)), vec!["out borg 1.4.1".into()])
        );
        assert_eq!(
            run("create"),
            (
                Some(Exit::Code(2)),
                vec!["err one".into(), "err two".into()]
            )
        );
        assert_eq!(host.processes.stop(), None);
        assert_eq!(run("create"), (None, vec![]));
        assert_eq!(host.processes.stop(), Some(Signal(15)));
        assert_eq!(
            stage.script.transcript(),
            "borg --version\nborg create\nborg create\n"
        );
    }

    #[test]
    #[should_panic(expected = "nobody answers: borg prune")]
    fn a_command_without_an_answer_fails_the_test() {
        let _exit = Script::default().run(&Command::new("borg").arg("prune"), &mut |_| {});
    }

    #[test]
    fn the_clock_moves_when_somebody_sleeps() {
        let clock = Still::default();
        assert_eq!(clock.now().to_string(), "2026-05-04T03:17:00+00:00[UTC]");
        clock.sleep(Duration::from_mins(1));
        assert_eq!(clock.now().to_string(), "2026-05-04T03:18:00+00:00[UTC]");
        assert_eq!(clock.slept(), [Duration::from_mins(1)]);
    }
}
