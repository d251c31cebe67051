//! A mistake of this program, which is what a panic is.
#![expect(
    clippy::disallowed_methods,
    clippy::exit,
    clippy::print_stderr,
    reason = "nothing is left that could be told, or end, in the usual way"
)]

use std::panic;

/// The usual status of a Rust program that has panicked.
const STATUS: i32 = 101;

/// From now on a panic, in whatever thread, says what it is and ends the process as `kill -9` would,
/// but with an exit status of its own and no memory, with its secrets, written to a core file. The
/// release build cannot do better: it is smaller by what unwinding takes. The next run clears up and
/// writes down that this one was interrupted.
pub fn panics_end_the_process() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        usual(info);
        eprintln!(
            "borgmatic: this is a mistake of the program itself, and the run is NOT complete: please report \
             the lines above"
        );
        std::process::exit(STATUS);
    }));
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    /// In a process of its own: this test, run alone.
    #[test]
    fn a_panic_ends_the_process_and_says_so() {
        if std::env::var_os("BORGMATIC_TEST_PANIC").is_some() {
            super::panics_end_the_process();
            std::thread::spawn(|| panic!("oh")).join().ok();
            std::process::exit(0);
        }
        let name = "sys::mistake::tests::a_panic_ends_the_process_and_says_so";
        let ran = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env("BORGMATIC_TEST_PANIC", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(super::STATUS), "{said}");
        assert!(
            said.contains("oh") && said.contains("the run is NOT complete"),
            "{said}"
        );
    }
}
