#!/usr/bin/env python3
"""Judges `schema/borgmatic.schema.json` with a validator of JSON Schema: what our program takes, the
schema takes; a wrong name, type or choice, it refuses.

    schema.py [--bin PATH]

Needs a Python that has jsonschema, as the one with borgmatic 2.1.10 does. The last line is
`N passed, N failed`.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parent.parent
INVALID = ROOT / 'tests/invalid'
# What a schema can tell of a file.
CODES = re.compile(r'borgmatic::config::(unknown-option|wrong-type|choice|missing)\b')
# Files that ours takes and the schema does not, and the other way round, with the reasons.
STRICTER = {
    'aliases.new': 'old forms that a rewrite leaves as they are',
}
LOOSER = {
    'config-date-time': 'dates are text in JSON',
    'config-type-text-date': 'dates are text in JSON',
}


def all_on():
    """The text of the full sample with every option switched on."""
    lines, on = [], False
    for line in (ROOT / 'sample/config.yaml').read_text().split('\n'):
        # A comment of words goes on until an option begins.
        begins = re.match(r'# [a-z_0-9]+:( |$)', line) is not None
        on = begins or on and re.match(r'#($| *(- )?[a-z_0-9]+:( |$)| *- |   )', line) is not None
        lines.append(line.removeprefix('#').removeprefix(' ') if on else line)
    return '\n'.join(lines)


def fine():
    """Files of the tests that have nothing to be told of but lints."""
    for told in sorted(INVALID.glob('config-fine-*.txt')):
        path = told.with_suffix('.yaml')
        text = path.read_text()
        if '::config::deprecated' not in told.read_text() and '!include' not in text:
            yield path


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument('--bin', default=str(ROOT / 'target/debug/borgmatic'))
    options = options.parse_args()
    schema = json.loads((ROOT / 'schema/borgmatic.schema.json').read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    judge = jsonschema.Draft7Validator(schema)

    def reasons(path):
        words = [options.bin, 'config', 'show', '--parsed', '--json', '--config', path]
        ran = subprocess.run(words, capture_output=True, text=True)
        if ran.returncode:
            return None
        errors = judge.iter_errors(json.loads(ran.stdout)[0])
        return [f'{"/".join(map(str, error.path))}: {error.message[:120]}' for error in errors]

    passed, failed = 0, []
    with tempfile.TemporaryDirectory() as folder:
        full = pathlib.Path(folder) / 'all.yaml'
        full.write_text(all_on())
        new = [path for path in sorted((ROOT / 'tests/upgrade').glob('*.new.yaml')) if '!include' not in path.read_text()]
        for path in [*sorted((ROOT / 'sample').glob('*.yaml')), full, *new, *fine()]:
            if path.stem in STRICTER:
                continue
            found = reasons(path)
            failed += [] if found == [] else [f'{path.name}: the schema refuses it: {found}']
            passed += found == []
    for told in sorted(INVALID.glob('config-*.txt')):
        path, words = told.with_suffix('.yaml'), told.read_text()
        # Each problem begins with its code.
        if not path.exists() or path.stem in LOOSER or not CODES.search(words) or 'borgmatic::yaml' in words:
            continue
        found = reasons(path)
        if found is not None:
            failed += [] if found else [f'{path.name}: the schema lets it through']
            passed += bool(found)
    print('\n'.join(failed))
    print(f'{passed} passed, {len(failed)} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
