//! Old files, of YAML and of borgmatic 1.0.

#![no_main]

#[path = "../laws.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|text: &str| laws::of_upgrading(text));
