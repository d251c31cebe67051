//! Files that are made from the option table are checked in; a stale one fails here. `UPDATE=1 cargo
//! test --test generated` makes them anew.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use borgmatic::actions::config::{schema, template};
use borgmatic::install::systemd;

fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == text,
        "{name} is stale: UPDATE=1 cargo test --test generated"
    );
}

#[test]
fn the_sample_is_up_to_date() {
    check("sample/config.yaml", &template::text());
}

#[test]
fn the_short_sample_is_up_to_date() {
    let text = template::minimal();
    assert!(text.lines().count() < 40);
    check("sample/minimal.yaml", &text);
}

#[test]
fn the_schema_is_up_to_date() {
    check("schema/borgmatic.schema.json", &schema::text());
}

#[test]
fn the_reference_is_up_to_date() {
    check("docs/options.md", &template::page());
}

#[test]
fn the_sample_of_a_unit_is_up_to_date() {
    check("systemd/borgmatic.service", &systemd::sample());
}
