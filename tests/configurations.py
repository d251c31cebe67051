#!/usr/bin/env python3
"""Compares what configurations mean to Python borgmatic 2.1.10 and to us.

Makes configurations: a few options of the table with values that fit, at the top or in a repository,
hooks of the user's own, and an action to run with each of them; borg is a stand-in of one of several
versions that writes down how it was called, with which environment and which files. Compared are
success and all calls, of borg and of the hooks.

    configurations.py --bin BORGMATIC [--count N] [--seed N] [--show N]

Needs a Python that has borgmatic 2.1.10. The last line is `N passed, N failed`; where both agree, or
where the difference is listed in REASONS, a configuration has passed.
"""

import argparse
import collections
import json
import multiprocessing
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

import borgmatic.commands.borgmatic  # noqa: F401  (loaded once, before the processes part)

import command_lines

# Differences that are meant: a pattern for `CONFIGURATION => THEIRS <= OURS`, and why.
REASONS = [
    (r'`mount` works on one repository', '`mount` with several repositories is refused'),
    (r'TRACEBACK', 'the original crashes'),
    (r'=> 0 (.|\n)*<= 1 (.|\n)*borg [\w-]+ ended with exit status 75', 'exit status 75 of borg is an error'),
    (r'"check_repositories": \["', '`check_repositories` chooses repositories: in the original, none is checked then'),
    (r'exit=75(.|\n)*=> 0 (.|\n)*<= 1 ', 'a hook that asks to leave out the rest does not hide what failed before'),
    (r'\[(\'-v\', \'-?\d\', |\'--log-json\', )?\'mount\'[^\n]* borg 2', 'mount without --archive works with Borg 2, too'),
    (r'"after": "configuration"[^\n]*exit=75', 'a hook after the configuration that asks to leave out the rest does not keep the commands after an error away'),
    (r'--dry-run --list. returned non-zero', 'the dry run before create is another one, and not always made'),
    (r'\[\'--dry-run\'(\] borg|[^\n]*\'(mount|break-lock|check)\')', 'mount, break-lock and the times of checks: a dry run changes nothing'),
    (r'"source_directories": \[\](.|\n)*there is nothing to back up', 'a backup without any source is refused'),
    (r'"label": "one", ([^}]*, )?"statistics": true', '`statistics: true` of a repository means standard there, too'),
]

VERSIONS = ['1.1.17', '1.2.4', '1.2.8', '1.4.1', '1.4.3', '2.0.0b14', '2.0.0b18', '2.0.0b20', '2.0.0b24']

ACTIONS = [
    [], [], [], ['create'], ['create', '--list'], ['create', '--stats'], ['create', '--json'], ['prune'], ['prune', '--list'],
    ['compact'], ['compact', '--progress'], ['check'], ['check', '--force'], ['check', '--only', 'archives'], ['list'],
    ['list', '--archive', 'latest'], ['list', '--json'], ['list', '--find', 'x'], ['info'], ['info', '--archive', 'latest'], ['info', '--json'],
    ['repo-info'], ['repo-list'], ['repo-list', '--json'], ['extract', '--archive', 'latest'], ['repo-create'],
    ['repo-create', '-e', 'repokey'], ['delete', '--archive', 'latest'], ['repo-delete'], ['break-lock'],
    ['export-tar', '--archive', 'latest', '--destination', 'out.tar'], ['mount', '--mount-point', 'out'],
    ['key', 'export'], ['key', 'change-passphrase'], ['borg', 'list'], ['diff', '--archive', 'h-1', '--second-archive', 'h-2'],
    ['create', 'prune'], ['transfer', '--archive', 'h-1', '--source-repository', '{world}/one.borg'],
    ['recreate', '--archive', 'h-1'],
]

BORG = '''#!/usr/bin/python3
import json, os, pathlib, re, sys
words = sys.argv[1:]
world = pathlib.Path('{world}')
def files():
    for at, word in enumerate(words[:-1]):
        if word in ('--patterns-from', '--exclude-from'):
            yield pathlib.Path(words[at + 1]).read_text()
env = {{name: value for name, value in os.environ.items() if name.startswith('BORG_') or name == 'TMPDIR'}}
if 'BORG_PASSPHRASE_FD' in env:
    env['BORG_PASSPHRASE_FD'] = os.read(int(env['BORG_PASSPHRASE_FD']), 99).decode()
with open(world / 'calls', 'a') as calls:
    calls.write(json.dumps(['borg', words, env, os.getcwd(), list(files())]) + '\\n')
line = ' ' + ' '.join(words) + ' '
has = lambda *parts: all(' ' + part + ' ' in line for part in parts)
number = str(sum(map(len, [word for word in words if '.borg' in word][:1])))
repository = {{'repository': {{'id': 'ab' + number, 'location': 'x'}}, 'encryption': {{'mode': 'none'}}}}
archive = {{'name': 'h-1', 'archive': 'h-1', 'id': 'cd', 'start': '2026-01-01T00:00:00', 'time': '2026-01-01T00:00:00'}}
if has('--version'):
    print('borg {version}')
elif has('--json') and (has('info') or has('list') or has('repo-list') or has('rlist') or has('rinfo') or has('repo-info')):
    print(json.dumps({{**repository, 'archives': [archive]}}))
elif has('list', '--short') or has('rlist', '--short') or has('repo-list', '--short'):
    print('h-1')
elif has('create', '--json'):
    print(json.dumps({{**repository, 'archive': archive}}))
elif has('--dry-run', '--list'):
    for at in (world / 'run').glob('borgmatic-*/borgmatic'):
        print(f'- {{at}}/bootstrap/manifest.json')
sys.exit({code} if has('{fails}') else 0)
'''

HOOK = '''#!/usr/bin/python3
import json, os, sys
with open('{world}/calls', 'a') as calls:
    calls.write(json.dumps(['hook', sys.argv[1:], os.getcwd(), os.umask(0)]) + '\\n')
sys.exit(int(next((word[5:] for word in sys.argv if word.startswith('exit=')), 0)))
'''

FLAGS = [True, False]
NAMES = ['create', 'prune', 'compact', 'check', 'list', 'info', 'extract']
KEEP = [0, 1, 7]
# What each option may be; `{world}` is replaced. Options whose effect is not seen in a call are left out.
VALUES = {
    'source_directories': [['{world}/source'], ['{world}/source', '{world}/other dir'], ['~/source'], ['{world}/so*'], ['{world}/nothere'], []],
    'source_directories_must_exist': FLAGS,
    'working_directory': ['{world}', '{world}/source', '~'],
    'one_file_system': FLAGS, 'numeric_ids': FLAGS, 'atime': FLAGS, 'ctime': FLAGS, 'birthtime': FLAGS, 'flags': FLAGS,
    'files_changed': ['ctime', 'mtime', 'disabled'],
    'files_cache': ['ctime,size,inode', 'mtime,size'],
    'unsafe_skip_path_validation_before_create': FLAGS,
    'remote_path': ['borg1', '/opt/my borg'],
    'patterns': [['R {world}/source', '- {world}/source/x'], ['R {world}/source', '! {world}/source/y', '+ {world}'], ['R ~/source'], ['P sh', 'R {world}/source']],
    'patterns_from': [['{world}/patterns'], ['{world}/nothere']],
    'exclude_patterns': [['*.pyc'], ['~/source/*/cache', 'sh:**/tmp', 'with space'], ['# note', '']],
    'exclude_from': [['{world}/excludes'], ['{world}/excludes', '{world}/nothere']],
    'exclude_caches': FLAGS, 'keep_exclude_tags': FLAGS, 'exclude_nodump': FLAGS,
    'exclude_if_present': [['.nobackup'], ['.nobackup', 'with space'], []],
    'user_state_directory': ['{world}/own state'],
    'encryption_passphrase': ['secret of mine', 's\"\'x', '  padded  '],
    'encryption_passcommand': ['echo out of a command', "sh -c 'echo two words'"],
    'checkpoint_interval': [60, 0], 'checkpoint_volume': [1024, 0], 'chunker_params': ['19,23,21,4095', 'fixed,4096'],
    'compression': ['zstd,9', 'auto,lz4', 'none'], 'recompress': ['if-different', 'always', 'never'],
    'upload_rate_limit': [100, 0], 'upload_buffer_size': [16, 0],
    'retries': [0, 1], 'ssh_command': ['ssh -i /root/key -p 22'],
    'borg_base_directory': ['{world}/base', '~/base'], 'borg_config_directory': ['{world}/borg config'], 'borg_cache_directory': ['{world}/cache'],
    'use_chunks_archive': FLAGS, 'borg_files_cache_ttl': [5, 20, 0], 'temporary_directory': ['{world}/other dir'], 'read_special': FLAGS, 'borg_security_directory': ['{world}/security'],
    'borg_keys_directory': ['{world}/keys'], 'borg_key_file': ['{world}/key'],
    'borg_exit_codes': [[{'code': 2, 'treat_as': 'warning'}], [{'code': 1, 'treat_as': 'error'}], [{'code': 100, 'treat_as': 'error'}, {'code': 1, 'treat_as': 'warning'}]],
    'umask': [0o77, 22, 0], 'lock_wait': [0, 5],
    'archive_name_format': ['{hostname}-{now}', 'my-{now:%Y-%m-%d}', '{hostname}-docs-{now}', 'plain'],
    'match_archives': ['sh:my-*', 'h-*', 're:^x', 'id:ab', '*'],
    'archive_hostname': ['other'], 'archive_username': ['me'],
    'file_list_format': ['{path}'], 'archive_list_format': ['{archive}'],
    'relocated_repo_access_is_ok': FLAGS, 'unknown_unencrypted_repo_access_is_ok': FLAGS, 'debug_passphrase': FLAGS,
    'display_passphrase': FLAGS, 'check_i_know_what_i_am_doing': FLAGS, 'msgpack_version_check': FLAGS,
    'extra_borg_options': [{'create': '--one --two "a b"'}, {'init': '--x', 'prune': '--y', 'compact': '--z', 'check': '--c'}, {'repo_create': '--r', 'list': '--l', 'info': '--i', 'extract': '--e'}, {'repo_list': '--a', 'repo_info': '--b', 'delete': '--d', 'recreate': '--f', 'mount': '--m'}],
    'keep_within': ['3H', '2d', '1w'], 'keep_secondly': KEEP, 'keep_minutely': KEEP, 'keep_hourly': KEEP, 'keep_daily': KEEP, 'keep_weekly': KEEP,
    'keep_monthly': KEEP, 'keep_yearly': KEEP, 'keep_13weekly': KEEP, 'keep_3monthly': KEEP,
    'prefix': ['my-', ''], 'compact_threshold': [5, 0],
    'checks': [
        [{'name': 'repository'}], [{'name': 'archives', 'frequency': 'always'}, {'name': 'data'}], [{'name': 'extract'}], [{'name': 'disabled'}],
        [{'name': 'repository', 'frequency': '2 weeks'}, {'name': 'archives', 'frequency': '1 month'}], [{'name': 'repository', 'max_duration': 60}],
        [{'name': 'repository', 'only_run_on': ['Monday', 'weekend']}, {'name': 'archives', 'only_run_on': ['weekday', 'weekend']}], ['repository', 'archives'], [],
    ],
    'check_last': [3, 0], 'check_repositories': [['{world}/one.borg']],
    'statistics': ['standard', 'quick', 'none', True, False], 'quick_statistics': FLAGS, 'list_details': FLAGS, 'progress': [False],
    'verbosity': [-1, 0, 1, 2], 'log_json': FLAGS,
    'default_actions': [True], 'skip_actions': [['prune'], ['check', 'compact'], ['create'], []],
    'bootstrap': [{'store_config_files': False}, {'store_config_files': True}],
    'repositories': [['{world}/one.borg'], [{'path': '{world}/one.borg', 'label': 'one'}], [{'path': 'ssh://me@host:22/./a.borg'}], ['me@host:b.borg'], [{'path': '{world}/one.borg', 'encryption': 'repokey-blake2', 'append_only': True, 'storage_quota': '5G', 'make_parent_directories': True}]],
    'on_error': [['{world}/hook error {error}']], 'before_backup': [['{world}/hook before {{repository}}']], 'after_check': [['{world}/hook after']],
    'before_everything': [['{world}/hook everything']], 'before_actions': [['{world}/hook exit=75']],
}
OF_A_REPOSITORY = ['compression', 'keep_daily', 'keep_weekly', 'checks', 'remote_path', 'ssh_command', 'encryption_passphrase', 'retries', 'extra_borg_options', 'match_archives', 'archive_name_format', 'exclude_patterns', 'skip_actions', 'one_file_system', 'lock_wait', 'upload_rate_limit', 'borg_exit_codes', 'statistics', 'working_directory', 'source_directories']


class Maker:
    """Makes the configuration, the command line and the borg of one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def commands(self):
        pick = self.random.choice
        hooks = []
        for _ in range(pick([0, 0, 0, 1, 1, 2, 3])):
            kind, when = pick(['before', 'after']), pick(['action', 'repository', 'configuration', 'everything', 'error'])
            hook = {'after': 'error'} if when == 'error' else {kind: when}
            if self.random.random() < 0.4 and when in ('action', 'repository', 'configuration', 'error'):
                hook['when'] = self.random.sample(NAMES, pick([1, 2, 4]))
            if self.random.random() < 0.4 and 'after' in hook and when != 'error':
                hook['states'] = [pick(['finish', 'fail'])]
            words = ['{repository}', '{repository_label}', '{configuration_filename}', '{error}', '{log_file}', '{nothing}', '{{{{repository}}}}', 'exit=1', 'exit=75', 'plain']
            hook['run'] = [f'{{world}}/hook {when} ' + ' '.join(self.random.sample(words[:7], 2) + [pick(words[7:])]) for _ in range(pick([1, 1, 2]))]
            hooks.append(hook)
        return hooks

    def make(self):
        chance, pick = self.random.random, self.random.choice
        config = {
            'source_directories': ['{world}/source'],
            'repositories': [{'path': '{world}/one.borg', 'label': 'one'}, {'path': 'ssh://me@host/./two.borg', 'label': 'two'}],
            'keep_daily': 7,
        }
        for name in self.random.sample(sorted(VALUES), pick([1, 1, 2, 3, 5])):
            config[name] = pick(VALUES[name])
        first = config['repositories'][0]
        if isinstance(first, dict) and chance() < 0.25:
            own = {name: pick(VALUES[name]) for name in self.random.sample(OF_A_REPOSITORY, pick([1, 2]))}
            config['repositories'] = [{**first, **own}, *config['repositories'][1:]]
        if not any('hook' in str(value) for value in config.values()) and (hooks := self.commands()):
            config['commands'] = hooks
        line = [*pick(ACTIONS)]
        if chance() < 0.3:
            line = pick([['-v', '2'], ['-v', '1'], ['-v', '-1'], ['--dry-run'], ['--log-json']]) + line
        if chance() < 0.1:
            line += [] if 'borg' in line else ['--repository', pick(['one', 'two'])]
        fails = pick(['create', 'prune', 'check', 'list']) if chance() < 0.2 else 'nothing-fails'
        return config, line, pick(VERSIONS), fails, pick([1, 2, 100, 105, 13, 75])


def placed(value, folder):
    """The value with `{world}` replaced, at any depth."""
    text = json.dumps(value).replace('{world}', str(folder))
    return json.loads(text)


def prepared(folder, case):
    config, _, version, fails, code = case
    env = command_lines.world(folder)
    (folder / 'config/borgmatic/config.yaml').write_text(json.dumps(placed(config, folder), indent=4))
    (folder / 'bin/borg').write_text(BORG.format(world=folder, version=version, fails=fails, code=code))
    (folder / 'hook').write_text(HOOK.format(world=folder))
    (folder / 'hook').chmod(0o755)
    shutil.copy(folder / 'bin/borg', folder / 'bin/borg1')
    (folder / 'other dir').mkdir()
    (folder / 'patterns').write_text(f'R {folder}/source\n# note\n- {folder}/source/z\n')
    (folder / 'excludes').write_text('*.tmp\n')
    return env


def calls(folder):
    """What was called, in order; what both ask in their own way is left out."""
    path, found = folder / 'calls', []
    for line in (path.read_text() if path.exists() else '').splitlines():
        kind, words, *more = json.loads(line)
        if kind == 'borg' and (words == ['--version'] or words[:2] == ['--version', '--info'] or '--version' in words[:4] or words[-2:] == ['--dry-run', '--list'] or {'--dry-run', '--list'} <= set(words) and 'create' in words and '--progress' not in words and more and more[-1] and 'bootstrap' in more[-1][0]):
            continue
        text = json.dumps([kind, words, *more], sort_keys=True).replace(str(folder), 'W')
        text = re.sub(r'W/(run|tmp)/borgmatic-\w+', r'W/\1/borgmatic-X', text)
        text = re.sub(r'(--patterns-from", "|--exclude-from", ")[^"]+', r'\1FILE', text)
        text = re.sub(r'\d{4}-\d\d-\d\dT?[\d:.]*', 'DATE', text)
        # The words for what is refused are our own.
        text = re.sub(r'(Cannot|could not) read [^"]*|Requested encryption mode [^,]*|the repository exists with [^,]*, not [^,]*', 'WORDS', text)
        found.append(text)
    kept = [str(path.relative_to(folder)) for path in sorted(folder.rglob('*state/borgmatic/checks/**/*')) if path.is_file()]
    return [*found, *kept]


def compare(job):
    seed, case, binary, folder = job
    own = pathlib.Path(folder) / str(multiprocessing.current_process().pid)
    line = placed(case[1], own)
    env = prepared(own, case)
    code, said = command_lines.theirs_in(own, line, env)
    commands = calls(own)
    env = prepared(own, case)
    ran = subprocess.run([binary, *line], cwd=own, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return seed, case, (code, commands, said), (ran.returncode, calls(own), (ran.stdout + ran.stderr).decode(errors='replace'))


def differing(theirs, ours):
    """The first calls that differ."""
    for at, pair in enumerate(zip([*theirs, *[None] * len(ours)], [*ours, *[None] * len(theirs)])):
        if pair[0] != pair[1]:
            return at, pair
    return None


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument('--bin', required=True)
    options.add_argument('--count', type=int, default=150)
    options.add_argument('--seed', type=int, default=20_261_200)
    options.add_argument('--show', type=int, default=20, help='how many differences are printed')
    options = options.parse_args()
    command_lines.prepare()
    found, failed = collections.Counter(), 0
    binary = str(pathlib.Path(options.bin).resolve())
    with tempfile.TemporaryDirectory() as folder:
        jobs = [(options.seed + n, Maker(options.seed + n).make(), binary, folder) for n in range(options.count)]
        with multiprocessing.Pool(2) as pool:
            for seed, case, (code, commands, said), (our_code, our_commands, our_said) in pool.imap(compare, jobs):
                if (code == 0) == (our_code == 0) and commands == our_commands:
                    found['accepted' if code == 0 else 'refused'] += 1
                    continue
                config, line, version, fails, exits = case
                shown = f'{json.dumps(config)}\n{line} borg {version} {fails} {exits}'
                text = f'{shown}\n=> {code} {commands}\n{said}\n<= {our_code} {our_commands}\n{our_said}'
                reason = next((why for pattern, why in REASONS if re.search(pattern, text)), None)
                if reason:
                    found[reason] += 1
                    continue
                failed += 1
                if failed <= options.show:
                    print(f'seed {seed}: {shown}\n  theirs {code}, ours {our_code}')
                    if differs := differing(commands, our_commands):
                        at, (their, our) = differs
                        print(f'  call {at} of {len(commands)} and {len(our_commands)}\n    theirs {their}\n    ours   {our}')
                    print('   ', said[-400:].strip().replace('\n', '\n    '), '\n    ----\n   ', our_said[-500:].strip().replace('\n', '\n    '), flush=True)
    print(', '.join(f'{count} {what}' for what, count in found.items()))
    print(f'{options.count - failed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
