"""Measures borgmatic beside the original and beside plain borg. Started by scripts/bench.

What is compared runs in turns (A B C, A B C, …), so that whatever else the machine does hits all alike.
Times are wall time, fork and exec included; medians are shown, and ratios of medians, also of the processor
time, which other programs on the machine disturb less. Peak memory is the biggest of the process and of the
children that it waited for.
"""
import argparse
import os
import pathlib
import platform
import random
import shutil
import statistics
import subprocess
import sys

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument('parts', nargs='*', help='version validate load run unchanged spot lines parallel overhead (default: all)')
parser.add_argument('--rounds', type=int, help='turns of each measurement (default: its own number)')
parser.add_argument('--files', type=int, default=100_000, help='files in the parts "unchanged" and "spot"')
parser.add_argument('--lines', type=int, default=1_000_000, help='lines in the part "lines"')
for name in ('work', 'ours', 'original', 'borg', 'loader'):
    parser.add_argument(f'--{name}', type=pathlib.Path, required=True, help=argparse.SUPPRESS)
ARGUMENTS = parser.parse_args()
WORK = ARGUMENTS.work.resolve()
OURS, ORIGINAL = str(ARGUMENTS.ours.resolve()), str(ARGUMENTS.original.absolute())
BORG = str(ARGUMENTS.borg.absolute())
ENVIRONMENT = {
    'PATH': f'{WORK}/bin:/usr/bin:/bin',
    'HOME': f'{WORK}/home',
    'LC_ALL': 'C.UTF-8',
    'TMPDIR': f'{WORK}/tmp',
    'XDG_RUNTIME_DIR': f'{WORK}/run',
    'BORG_PASSPHRASE': 'bench',
    'BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK': 'yes',
}


def run(command, environment):
    """Seconds, peak KiB and seconds of processor time of one run; the programs' words go to a file that is shown if one fails."""
    result, log = WORK / 'result', WORK / 'log'
    with open(log, 'wb') as out:
        code = subprocess.call(
            [WORK / 'bench-helper', result, *command], env=environment, cwd=WORK, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    if code:
        sys.exit(f'{command} ended with {code}:\n{log.read_text(errors="replace")[-2000:]}')
    seconds, peak, busy = result.read_text().split()
    return float(seconds), int(peak), float(busy)


def in_turns(rounds, contenders, before=lambda name: None, environment=None):
    """{name: (median seconds, highest peak in KiB, median processor seconds)} for {name: list of commands run one after another}."""
    measured = {name: [] for name in contenders}
    for turn in range((ARGUMENTS.rounds or rounds) + 1):
        for name, commands in contenders.items():
            before(name)
            results = [run(command, environment or ENVIRONMENT) for command in commands]
            if turn:  # The first turn only warms the caches.
                seconds, peaks, busy = zip(*results)
                measured[name].append((sum(seconds), max(peaks), sum(busy)))
    result = {}
    for name, values in measured.items():
        seconds, peaks, busy = zip(*values)
        result[name] = statistics.median(seconds), max(peaks), statistics.median(busy)
    return result


def pretty(seconds):
    return f'{seconds * 1000:.2f} ms' if seconds < 1 else f'{seconds:.2f} s'


def row(what, measured, other, note=''):
    ours, theirs = measured['ours'], measured.get(other)
    memory = f'{ours[1] / 1024:.1f} MB / {theirs[1] / 1024:.1f} MB'
    cells = [what, other, pretty(ours[0]), pretty(theirs[0]), f'{theirs[0] / ours[0]:.2f}', f'{theirs[2] / ours[2]:.2f}', memory, note]
    print('| ' + ' | '.join(cells) + ' |', flush=True)


def configure(name, *, repository='repo', source='source', more=''):
    path = WORK / 'configurations' / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f'source_directories:\n    - {WORK}/{source}\nrepositories:\n    - path: {WORK}/{repository}\n'
        f'      label: local\nencryption_passphrase: bench\nkeep_daily: 7\n{more}'
    )
    return str(path)


def part_version():
    measured = in_turns(20, {'ours': [[OURS, '--version']], 'Python': [[ORIGINAL, '--version']]})
    row('`--version`', measured, 'Python')


def part_validate():
    for count in (1, 100):
        files = [configure(f'{count}-{i}.yaml', repository=f'repo{i}') for i in range(count)]
        words = ['config', 'validate']
        for file in files:
            words += ['--config', file]
        measured = in_turns(20 if count == 1 else 3, {'ours': [[OURS, *words]], 'Python': [[ORIGINAL, *words]]})
        row(f'`config validate`, {count} file{"s" * (count > 1)}', measured, 'Python')


TWENTY = """archive_name_format: '{hostname}-docs-{now}'
compression: zstd,5
exclude_patterns:
    - '*.pyc'
    - /home/*/.cache
exclude_caches: true
keep_weekly: 4
keep_monthly: 6
checks:
    - name: repository
      frequency: 2 weeks
    - name: archives
check_last: 3
"""


def part_load():
    """Loading and checking beside a bare parse of the same bytes into events, and many small files."""
    small = configure('load-20.yaml', more=TWENTY)
    large = configure('load-large.yaml', more='exclude_patterns:\n' + ''.join(f'    - /srv/data/{i}/*.tmp\n' for i in range(20_000)))
    sample = pathlib.Path(__file__).parent.parent / 'sample/config.yaml'
    for what, file in (('20 lines', small), ('the sample of all options', sample), ('20,000 lines', large)):
        out = subprocess.run([ARGUMENTS.loader, file], check=True, capture_output=True, text=True).stdout
        bare, ours = map(float, out.split())
        memory = run([OURS, 'config', 'validate', '--config', str(file)], ENVIRONMENT)[1] / 1024
        met = 'met' if ours <= 3 * bare and memory < 15 else 'MISSED'
        cells = [f'load and check {what}', 'bare events', pretty(ours), pretty(bare), f'{bare / ours:.2f}', '', f'{memory:.1f} MB', f'target 0.33, under 15 MB: {met}']
        print('| ' + ' | '.join(cells) + ' |', flush=True)
    files = [configure(f'twenty-{i}.yaml', repository=f'repo{i}', more=TWENTY) for i in range(100)]
    words = ['config', 'validate', *(word for file in files for word in ('--config', file))]
    measured = in_turns(1, {'ours': [[OURS, *words]], 'Python': [[ORIGINAL, *words]]})
    ratio, memory = measured['Python'][0] / measured['ours'][0], measured['ours'][1] / 1024
    row('`config validate`, 100 files of 20 lines', measured, 'Python', f'target 400, under 15 MB: {"met" if ratio >= 400 and memory < 15 else "MISSED"}')


def new_repository(name):
    path = WORK / name
    shutil.rmtree(path, ignore_errors=True)
    subprocess.run([BORG, 'init', '--encryption', 'repokey', path], env=ENVIRONMENT, check=True, capture_output=True)
    return str(path)


def part_run():
    """A bare run against the borg commands that a person would type for the same work."""
    fill(WORK / 'source', 2_000)
    contenders = {}
    for name, program in (('ours', OURS), ('Python', ORIGINAL)):
        new_repository(f'run-{name}')
        config = configure(f'run-{name}.yaml', repository=f'run-{name}', more='checks: [{name: repository}, {name: archives}]\n')
        contenders[name] = [[program, '--config', config]]
    repository = new_repository('run-borg')
    contenders['plain borg'] = [
        [BORG, 'create', f'{repository}::host-{{now:%Y-%m-%dT%H:%M:%S.%f}}', f'{WORK}/source'],
        [BORG, 'prune', '--keep-daily', '7', '--glob-archives', 'host-*', repository],
        [BORG, 'compact', repository],
        [BORG, 'check', '--glob-archives', 'host-*', repository],
    ]
    # What our run starts, typed by hand: the difference is what our process costs.
    same = new_repository('run-same')
    contenders['same commands'] = [
        [BORG, 'create', '--log-json', f'{same}::host-{{now:%Y-%m-%dT%H:%M:%S.%f}}', f'{WORK}/source'],
        [BORG, 'prune', '--keep-daily', '7', '--glob-archives', 'host-*', '--log-json', same],
        [BORG, 'compact', '--log-json', same],
        [BORG, 'info', '--log-json', '--json', same],
        [BORG, 'check', '--glob-archives', 'host-*', '--log-json', same],
    ]
    # The first check of a repository is due; later ones too, because what is remembered of them is taken away.
    measured = in_turns(5, contenders, before=lambda name: forget_checks())
    row('bare run (create, prune, compact, check), 2,000 files', measured, 'same commands')
    row('the same', measured, 'plain borg')
    row('the same', measured, 'Python')


def part_parallel():
    """Two repositories at once against one after the other."""
    fill(WORK / 'both', ARGUMENTS.files // 5)
    contenders = {}
    for name, more in (('ours', 'parallel_repositories: 2\n'), ('one after the other', '')):
        repositories = [new_repository(f'{name.split()[0]}-{i}') for i in (1, 2)]
        path = WORK / 'configurations' / f'{name.split()[0]}.yaml'
        path.parent.mkdir(exist_ok=True)
        listed = ''.join(f'    - path: {repository}\n' for repository in repositories)
        path.write_text(
            f'source_directories:\n    - {WORK}/both\nrepositories:\n{listed}encryption_passphrase: bench\nkeep_daily: 7\n{more}'
        )
        contenders[name] = [[OURS, '--config', str(path)]]
    measured = in_turns(3, contenders, before=lambda name: forget_checks())
    row(f'bare run, two repositories, {ARGUMENTS.files // 5:,} files', measured, 'one after the other')


def part_overhead():
    """What our process takes beside its children, in a bare run over one repository."""
    fill(WORK / 'source', 2_000)
    new_repository('overhead')
    config = configure('overhead.yaml', repository='overhead', more='checks: [{name: repository}, {name: archives}]\n')
    times = WORK / 'times'
    environment = {**ENVIRONMENT, 'PATH': f'{WORK}/fake:/usr/bin:/bin', 'BENCH_TIMES': str(times), 'BENCH_BORG': BORG}
    found = []
    for turn in range((ARGUMENTS.rounds or 10) + 1):
        forget_checks()
        times.unlink(missing_ok=True)
        whole, _, _ = run([OURS, '--config', config], environment)
        children = [float(line.split()[0]) for line in times.read_text().splitlines()]
        if turn:
            found.append((whole - sum(children), sum(children), len(children)))
    ours, theirs = (statistics.median(values) for values in list(zip(*found))[:2])
    note = f'{found[0][2]} children; least {pretty(min(one[0] for one in found))}; target 15 ms'
    print(f'| bare run: our process beside its children | its own children | {pretty(ours)} | {pretty(theirs)} | | | | {note} |', flush=True)


def forget_checks():
    shutil.rmtree(WORK / 'home/.local/state/borgmatic/checks', ignore_errors=True)


def part_unchanged():
    fill(WORK / 'many', ARGUMENTS.files)
    contenders = {}
    for name, program in (('ours', OURS), ('Python', ORIGINAL)):
        new_repository(f'many-{name}')
        config = configure(f'many-{name}.yaml', repository=f'many-{name}', source='many')
        contenders[name] = [[program, '--config', config, 'create']]
    repository = new_repository('many-borg')
    contenders['plain borg'] = [[BORG, 'create', f'{repository}::host-{{now:%Y-%m-%dT%H:%M:%S.%f}}', f'{WORK}/many']]
    measured = in_turns(5, contenders)
    row(f'`create`, {ARGUMENTS.files:,} unchanged files', measured, 'plain borg')
    row('the same', measured, 'Python')


def part_spot():
    """A spot check with a quarter of the files sampled, against the listings that it needs, typed by hand. The
    original is not among them: with so many files it does not come to an end."""
    fill(WORK / 'many', ARGUMENTS.files)
    repository = new_repository('spot')
    spot = '- {name: spot, count_tolerance_percentage: 1, data_sample_percentage: 25, data_tolerance_percentage: 0}'
    config = configure('spot.yaml', repository='spot', source='many', more=f'checks:\n    {spot}\n')
    subprocess.run([OURS, '--config', config, 'create'], env=ENVIRONMENT, check=True)
    archive = subprocess.run([BORG, 'list', '--short', repository], env=ENVIRONMENT, check=True, capture_output=True, text=True)
    archive = f'{repository}::{archive.stdout.strip()}'
    names = [str(path.relative_to('/')) for path in (WORK / 'many').rglob('*.txt')]
    patterns = WORK / 'sample'
    sample = random.sample(names, len(names) // 4)
    patterns.write_text(''.join(f'+ pf:{name}\n' for name in sample) + '- fm:*')
    look = [BORG, 'create', '--log-json', '--list', '--dry-run', f'{repository}::x', f'{WORK}/many']
    paths = [BORG, 'list', '--json-lines', archive]
    hashes = [*paths[:3], '--format', '{xxh64}{path}{linktarget}{target}', '--patterns-from', patterns, archive]
    contenders = {
        'ours': [[OURS, '--config', config, 'check']],
        'two listings': [paths, hashes],
        'listings and dry run': [look, paths, hashes],
    }
    measured = in_turns(3, contenders)
    row(f'spot check, {ARGUMENTS.files:,} files, {len(sample):,} sampled', measured, 'two listings')
    row('the same', measured, 'listings and dry run')


def part_lines():
    """A stand-in borg says the lines, so that what is measured is borgmatic."""
    environment = {**ENVIRONMENT, 'PATH': f'{WORK}/fake:/usr/bin:/bin'}
    config = configure('lines.yaml', more='bootstrap:\n    store_config_files: false\n')
    (WORK / 'source').mkdir(exist_ok=True)
    # Ours comes last: its output is the one that is counted below.
    contenders = {
        name: [[program, '--config', config, 'create', '--list']] for name, program in (('Python', ORIGINAL), ('ours', OURS))
    }
    for lines in (ARGUMENTS.lines // 10, ARGUMENTS.lines):
        measured = in_turns(2, contenders, environment={**environment, 'BENCH_LINES': str(lines)})
        said = (WORK / 'log').read_bytes().count(b'file-')
        if said != lines:
            sys.exit(f'{said} lines came through, not {lines}')
        rates = ' / '.join(f'{lines / measured[name][0]:,.0f}' for name in ('ours', 'Python'))
        row(f'`create --list`, {lines:,} lines from borg', measured, 'Python', f'{rates} lines/s')


def fill(directory, count):
    """Files of 100 bytes, 1,000 in each folder."""
    if directory.exists():
        return
    for i in range(count):
        if i % 1_000 == 0:
            folder = directory / f'folder-{i // 1_000:04}'
            folder.mkdir(parents=True)
        (folder / f'file-{i:07}.txt').write_text(f'{i:07} {"x" * 91}\n')


def main():
    names = ('version', 'validate', 'load', 'run', 'unchanged', 'spot', 'lines', 'parallel', 'overhead')
    parts = ARGUMENTS.parts or names
    if unknown := [part for part in parts if part not in names]:
        sys.exit(f'no such part: {" ".join(unknown)}; there are {" ".join(names)}')
    for name in ('bin', 'home', 'tmp', 'run', 'fake'):
        (WORK / name).mkdir()
    os.symlink(BORG, WORK / 'bin/borg')
    os.symlink(WORK / 'bench-helper', WORK / 'fake/borg')
    version = subprocess.run([BORG, '--version'], capture_output=True, text=True, check=True).stdout.strip()
    print(f'{version}, Python {platform.python_version()}, {os.cpu_count()} cores, Linux {platform.release()}\n')
    print('| what | beside | ours | theirs | theirs / ours | the same, processor time | peak memory, ours / theirs | |')
    print('| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |')
    for part in parts:
        globals()[f'part_{part}']()


main()
