#!/usr/bin/env python3
"""Compares what command lines mean to Python borgmatic 2.1.10 and to us.

Makes command lines out of the original's own parsers: actions under all their names, flags of these
actions and of others, shortened, with values that fit or not, options of the configuration, words that
mean nothing. Both programs run each line in a world of its own, where `borg` is a stand-in that writes
down how it was called. Compared are acceptance and the commands of borg that follow.

    command_lines.py --bin BORGMATIC [--count N] [--seed N] [--show N]

Needs a Python that has borgmatic 2.1.10. The last line is `N passed, N failed`; a line on which both
agree, or whose difference is listed in REASONS or MEANT, has passed.
"""

import argparse
import collections
import contextlib
import copy
import logging
import multiprocessing
import os
import pathlib
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import borgmatic.commands.arguments
import borgmatic.commands.borgmatic
import borgmatic.config.load
import borgmatic.config.validate

import reasons

# Differences that are meant: a pattern for `LINE => THEIRS <= OURS`, and why.
REASONS = [
    (r'`mount` works on one repository', '`mount` with several repositories is refused'),
    (r'which borg command\?', '`borg` without a command is refused: the original starts borg with nothing to do'),
    (r'Unrecognized argument: --(create|prune|list)|^[^\n]* --(create|prune)( |\n)', 'the old names of actions, with dashes, still work'),
    (r'is not of the expected type: array', 'list --patterns-from FILE and --exclude-from FILE work'),
    (r'^[^\n]*\bconfig show\b(.|\n)*(runs alone|<= 1 (.|\n)*unknown flag)', '`config show` runs alone'),
    (r'<= 1 \[\]\n(.|\n)*unknown action', 'a word that nobody wants is refused'),
    (r'^[^\n]* -[zs](.|\n)*<= 1 \[\]\n(.|\n)*unknown flag `-[zs]`', 'a word that nobody wants is refused'),
    (r'^[^\n]*--bogus\S* (config|key) (.|\n)*<= 1 \[\]\n(.|\n)*unknown flag `--bogus`', 'a word that nobody wants is refused'),
    (r'<= 1 \[\]\n(.|\n)*unknown flag `--(.|\n)*belongs to', 'a flag that belongs to no action of the line is refused: the original swallows some'),
    (r'<= 1 \[\]\n(.|\n)*unknown flag `--(.|\n)*write it in full: ', 'a shortened flag that means several is refused, also in several actions: the original gives each its own'),
    (r'<= 1 \[\]\n(.|\n)*--target needs --archive', 'recreate --target without --archive is refused'),
    (r'^([^\n]* )?borg (.|\n)*=> 1 (.|\n)*<= 0 ', 'what comes after `borg` is for borg alone'),
]


def after_borg(line, theirs, ours):
    """what comes after `borg` is for borg alone"""
    if 'borg' not in line:
        return None
    dropped = {'--info', '--debug', '--show-rc', '--dry-run', '-n'}
    rest = [word for word in line[line.index('borg') + 1:] if word not in dropped and not word.startswith('-v')]

    def bare(calls):
        words = [[word for word in shlex.split(call) if word not in dropped and not word.startswith('-v')] for call in calls]
        return [call for call in words if set(call) & set(rest)]

    return bare(theirs), bare(ours)


def wet(line, theirs, ours):
    """break-lock, mount, umount and check --repair do nothing in a dry run"""
    if not any(re.match(r'-\w*n|--dr', word) for word in line):
        return None
    acts = r'(--\S+ )*(break-lock|mount|umount|check( \S+)* --repair)( |$)'
    return [call for call in theirs if not re.match(acts, call)], ours


def recreated(line, theirs, ours):
    """recreate without --archive: only the archives that match, one by one; a comment is stored as it is, no --exclude-nodump"""
    if not any('recreate' in call for call in theirs):
        return None
    kept = []
    for at, call in enumerate(ours):
        if call.startswith('list ') and ' --short ' in call and ours[at + 1:at + 2] and ours[at + 1].startswith('recreate '):
            continue
        kept.append(call)

    def bare(calls):
        calls = [call.replace("''\"'\"'y z'\"'\"''", "'y z'") if call.startswith('recreate ') else call for call in calls]
        calls = [call.replace(' --exclude-nodump', '') if call.startswith('recreate ') else call for call in calls]
        return [call.removesuffix('::h-1') if call.startswith('recreate ') else call for call in calls]

    return bare(theirs), bare(kept)


def transferred(line, theirs, ours):
    """transfer: --archive latest is the last one over there, and a filter counts beside others"""
    if 'transfer' not in line:
        return None

    def bare(calls):
        return [re.sub(r' --(glob-archives|match-archives|first|last) (\'[^\']*\'|\S+)', '', call) if re.match(r'(--\S+ )*transfer ', call) else call for call in calls]

    return bare(theirs), bare(ours)


def on_paper(line, theirs, ours):
    """key import --paper lets borg ask for the lines"""
    if not any(word.startswith('--pa') for word in line):
        return None

    def bare(calls):
        return [call.replace('--log-json ', '').removesuffix(' -') if call.startswith('key import') else call for call in calls]

    return bare(theirs), bare(ours)


def in_order(line, theirs, ours):
    """`key …` actions run in the order of the line, as others do"""
    if line.count('key') < 2:
        return None
    return sorted(theirs), sorted(ours)


def id_hash(line, theirs, ours):
    """repo-create -i HASH is the flag, and does not run info"""
    if '-i' not in line or not {'repo-create', 'init', 'rcreate', '-I'} & set(line):
        return None
    return [call for call in theirs if not call.startswith('info ') or ' --json ' in call], ours


def kept(line, theirs, ours):
    """borg gets the `--keep-…` of the command line in alphabetical order with the others"""
    if not any(word.startswith('--keep-') for word in line):
        return None

    def sorted_keeps(calls):
        keeps = re.compile(r' --keep-\S+ \S+')
        return [keeps.sub('', call) + ''.join(sorted(keeps.findall(call))) if call.startswith('prune ') else call for call in calls]

    return sorted_keeps(theirs), sorted_keeps(ours)


def value(line, theirs, ours):
    """the value of a flag is never an action"""
    values = {word for flag, word in zip(line, line[1:]) if flag.startswith('--') and '=' not in flag}

    def others(calls):
        return [call for call in calls if call.split(' ')[0] not in values]

    return others(theirs), others(ours)


# Differences in commands that are meant: each takes its own out of both sides, and says so in its first line.
MEANT = [after_borg, wet, recreated, transferred, on_paper, in_order, id_hash, kept, value]


def meant(line, theirs, ours):
    """Why the commands differ, where they are the same without what is meant."""
    why = []
    for judge in MEANT:
        left = judge(line, theirs, ours)
        if left is not None and left != (theirs, ours):
            (theirs, ours), why = left, [*why, judge.__doc__]
    return ' and '.join(why) if theirs == ours else None


CONFIG = '''source_directories:
    - {world}/source
repositories:
    - path: {world}/one.borg
      label: one
      encryption: repokey
    - path: ssh://me@host/./two.borg
      label: two
      encryption: none
keep_daily: 7
checks:
    - name: repository
      frequency: always
    - name: archives
      frequency: always
'''

BORG = '''#!/bin/sh
{{ for word; do printf '%s\\001' "$word"; done; echo; }} >>{world}/calls
case " $* " in
*' --version '*) echo 'borg 1.4.1' ;;
*' info '*' --json '*|*' list '*' --json '*|*' repo-list '*' --json '*)
    echo '{{"repository": {{"id": "ab", "location": "x"}}, "encryption": {{"mode": "none"}}, "archives": [{{"name": "h-1", "archive": "h-1", "id": "cd", "start": "2026-01-01T00:00:00", "time": "2026-01-01T00:00:00"}}]}}' ;;
*' list '*' --short '*) echo h-1 ;;
*' create '*' --json '*)
    echo '{{"repository": {{"id": "ab", "location": "x"}}, "archive": {{"name": "h-1", "id": "cd"}}}}' ;;
*' --dry-run '*' --list '*|*' --list '*' --dry-run '*) for at in {world}/run/borgmatic-*/borgmatic; do echo "- $at/bootstrap/manifest.json"; done ;;
esac
exit 0
'''

# Options that start programs, or write outside of the world.
UNSAFE = re.compile(r'command|hook|before|after|path|directory|on-error|log-file|passphrase|ssh|commands|override|constants')
# Actions with a default outside of the world, or a screen of their own.
LEFT_OUT = {'generate', 'bootstrap', 'browse', 'restore'}


class Maker:
    """Makes the command lines of one seed."""

    def __init__(self, seed, world):
        self.random = random.Random(seed)
        self.actions, self.flags, self.common, self.options = world

    def line(self):
        chance = self.random.random
        names = self.random.sample(sorted(self.actions), self.random.choice([0, 1, 1, 1, 1, 2, 2, 3]))
        words = []
        for name in names:
            called = [[name]] if name in {'validate', 'show', 'schema', 'export', 'import', 'change-passphrase'} else [[one] for one in self.actions[name]]
            group = {'validate': 'config', 'show': 'config', 'export': 'key', 'import': 'key', 'change-passphrase': 'key'}.get(name)
            words.append(([group] if group else []) + self.random.choice(called))
        pieces = []
        owned = [flag for name in names or ['create', 'prune', 'compact', 'check'] for flag in self.flags[name]]
        for flag in owned:
            if flag.required and chance() < 0.9:
                pieces.append(self.piece(flag))
        for _ in range(self.random.choice([0, 1, 1, 2, 2, 3])):
            kind = chance()
            if kind < 0.55 and owned:
                pieces.append(self.piece(self.random.choice(owned), shorten=0.15))
            elif kind < 0.65:
                pieces.append(self.piece(self.random.choice(self.flags[self.random.choice(sorted(self.flags))])))
            elif kind < 0.75:
                pieces.append(self.random.choice([['-v', '1'], ['-v1'], ['-v', '-1'], ['--verbosity', '2'], ['-n'], ['--dry-run'], ['--no-environment-interpolation'], ['--no-color'], ['-v'], ['--verbosity=0'], ['--verbos', '1'], ['-nv', '1']]))
            elif kind < 0.95:
                pieces.append(self.piece(self.random.choice(self.options)))
            else:
                pieces.append([self.random.choice(['extra', '--bogus', '-z', '--', '-', '', '--bogus=1', 'creat', '--create', '--prune', '--list'])])
        if chance() < 0.8:
            return [word for piece in words + pieces for word in piece]
        mixed = words + pieces
        self.random.shuffle(mixed)
        return [word for piece in mixed for word in piece]

    def piece(self, flag, shorten=0.0):
        name = self.random.choice(flag.names)
        if name.startswith('--') and self.random.random() < shorten:
            name = name[:self.random.randrange(3, len(name))] if len(name) > 4 else name
        if not flag.takes:
            return [name] if self.random.random() < 0.97 else [f'{name}=x']
        if self.random.random() < 0.03:
            return [name]
        value = self.random.choice(flag.values)
        return [f'{name}={value}'] if name.startswith('--') and self.random.random() < 0.3 else [name, value]


Flag = collections.namedtuple('Flag', 'names takes values required')


def values(dest, action):
    if action.choices:
        return [*map(str, action.choices), *map(str, action.choices), 'bogus']
    if action.type in (int, float):
        return ['3', '12', '0', 'x']
    fixed = {
        'repository': ['one', 'two', 'o*', 'nowhere'],
        'archive': ['latest', 'h-1'],
        'second_archive': ['latest', 'h-2'],
        'only_checks': ['repository', 'archives', 'data', 'bogus'],
        'destination': ['out'], 'mount_point': ['out'], 'path': ['a', 'b/c'], 'paths': ['a', 'b/c'], 'restore_path': ['a'],
        'match_archives': ['sh:a*', 'x'], 'sort_by': ['name', 'timestamp'],
        'strip_components': ['1', 'all', 'x'], 'max_duration': ['60'],
    }
    return fixed.get(dest, ['x', 'y z'])


def flag_of(action):
    names = [name for name in action.option_strings]
    return Flag(names, action.nargs != 0, values(action.dest, action), action.required)


def parts(schema):
    """Actions with their names, the flags of each, the flags of options."""
    parsers, top, _ = borgmatic.commands.arguments.make_parsers(schema, ())
    aliases = borgmatic.commands.arguments.ACTION_ALIASES
    actions, flags = {}, {}

    def add(name, parser):
        inner = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
        if inner:
            for sub, subparser in inner[0].choices.items():
                add(sub, subparser)
        elif name not in LEFT_OUT:
            actions[name] = [name, *aliases.get(name, ())]
            own = [a for a in parser._actions if a.option_strings and a.dest not in ('help', 'options')]
            flags[name] = [flag_of(a) for a in own]

    known = {alias for names in aliases.values() for alias in names}
    for name, parser in top.choices.items():
        if name not in known:
            add(name, parser)
    options = []
    for action in parsers._actions:
        name = action.option_strings[-1] if action.option_strings else ''
        own = action.dest in ('config_paths', 'help', 'version', 'overrides', 'bash_completion', 'fish_completion')
        if not name.startswith('--') or '.' in name or '[' in name or own or UNSAFE.search(name):
            continue
        kind = schema['properties'].get(name[2:].replace('-', '_'), {}).get('type')
        if kind in ('array', 'object', 'string') and name not in ('--compression', '--archive-name-format', '--umask'):
            continue
        if schema['properties'].get(name[2:].removeprefix('no-').replace('-', '_'), {}).get('type') == 'object':
            continue
        options.append(flag_of(action))
    return actions, flags, [], options


def world(folder):
    """A fresh world; its environment."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ('bin', 'config/borgmatic', 'source', 'run', 'state', 'out', 'tmp'):
        (folder / name).mkdir(parents=True)
    (folder / 'config/borgmatic/config.yaml').write_text(CONFIG.format(world=folder))
    (folder / 'bin/borg').write_text(BORG.format(world=folder))
    (folder / 'bin/borg').chmod(0o755)
    return {
        'PATH': f'{folder}/bin:/usr/bin:/bin', 'HOME': str(folder), 'TMPDIR': f'{folder}/tmp', 'LC_ALL': 'C.UTF-8',
        'XDG_CONFIG_HOME': f'{folder}/config', 'XDG_RUNTIME_DIR': f'{folder}/run', 'XDG_STATE_HOME': f'{folder}/state',
    }


def calls(folder):
    """The commands of borg that follow from the line."""
    path = folder / 'calls'
    found = []
    for line in (path.read_text() if path.exists() else '').splitlines():
        words = line.split('\x01')[:-1]
        # What both ask before they act, each in its own way: the version, the place of the manifest.
        if words[:1] == ['--version'] or words[-2:] == ['--dry-run', '--list']:
            continue
        text = ' '.join(map(shlex.quote, words)).replace(str(folder), 'W')
        text = re.sub(r'W/(run|tmp)/borgmatic-\w+', r'W/\1/borgmatic-X', text)
        text = re.sub(r"(--patterns-from |--exclude-from )\S+", r'\1FILE', text)
        found.append(text)
    return found


def theirs_in(folder, line, env):
    """Runs the original in a process of its own; its exit code and what it said."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            with open(folder / 'theirs.log', 'w') as log, open(os.devnull) as null:
                os.dup2(null.fileno(), 0)
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
            sys.stdout, sys.stderr = os.fdopen(1, 'w', closefd=False), os.fdopen(2, 'w', closefd=False)
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(env)
            sys.argv = ['borgmatic', *line]
            code = 0
            try:
                borgmatic.commands.borgmatic.main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
            except BaseException as error:  # a traceback
                print('TRACEBACK', type(error).__name__, error)
                code = 99
            sys.stdout.flush()
            os._exit(code)
        os._exit(98)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), (folder / 'theirs.log').read_text(errors='replace')


def theirs(folder, line):
    code, said = theirs_in(folder, line, world(folder))
    return code, calls(folder), said


def ours(folder, line, binary):
    env = world(folder)
    ran = subprocess.run([binary, *line], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return ran.returncode, calls(folder), (ran.stdout + ran.stderr).decode(errors='replace')


def prepare():
    logging.disable(logging.NOTSET)
    path = borgmatic.config.validate.schema_filename()
    schema = borgmatic.config.load.load_configuration(path)
    load = borgmatic.config.load.load_configuration
    borgmatic.config.load.load_configuration = lambda name, *more: copy.deepcopy(schema) if name == path else load(name, *more)
    return schema


def compare(job):
    seed, line, binary, folder = job
    own = pathlib.Path(folder) / str(os.getpid())
    code, commands, said = theirs(own, line)
    our_code, our_commands, our_said = ours(own, line, binary)
    return seed, line, (code, commands, said), (our_code, our_commands, our_said)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument('--bin', required=True)
    options.add_argument('--count', type=int, default=200)
    options.add_argument('--seed', type=int, default=20_261_100)
    options.add_argument('--line', action='append', help='compare this line instead')
    options.add_argument('--show', type=int, default=20, help='how many differences are printed')
    options = options.parse_args()
    reasons.listed([*(reason for _, reason in REASONS), *(judge.__doc__ for judge in MEANT)])
    schema = prepare()
    known = parts(schema)
    lines = [(options.seed + number, Maker(options.seed + number, known).line()) for number in range(options.count)]
    if options.line:
        lines = list(enumerate(map(shlex.split, options.line)))
    found = collections.Counter()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        jobs = [(seed, line, str(pathlib.Path(options.bin).resolve()), folder) for seed, line in lines]
        with multiprocessing.Pool(2) as pool:
            for seed, line, (code, commands, said), (our_code, our_commands, our_said) in pool.imap(compare, jobs):
                if re.search(r'borgmatic::\w+::(later|unbuilt)', our_said):
                    found['not built'] += 1
                    continue
                same = (code == 0) == (our_code == 0) and commands == our_commands
                if same:
                    found['accepted' if code == 0 else 'refused'] += 1
                    continue
                shown = shlex.join(line)
                text = f'{shown}\n=> {code} {commands}\n{said}\n<= {our_code} {our_commands}\n{our_said}'
                reason = next((why for pattern, why in REASONS if re.search(pattern, text)), None)
                # A dry run in which something is not done may end with 1.
                if not reason and (code == 0 or our_code == code):
                    reason = meant(line, commands, our_commands)
                if reason:
                    found[reason] += 1
                    continue
                failed += 1
                if failed <= options.show:
                    print(f'seed {seed}: borgmatic {shown}\n  theirs {code}')
                    for command in commands:
                        print(f'    {command}')
                    print('   ', said[-300:].strip().replace('\n', '\n    '))
                    print(f'  ours {our_code}')
                    for command in our_commands:
                        print(f'    {command}')
                    print('   ', our_said[:700].strip().replace('\n', '\n    '), flush=True)
    print(', '.join(f'{count} {what}' for what, count in found.items()))
    print(f'{len(lines) - failed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
