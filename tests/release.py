#!/usr/bin/env python3
"""Makes a release twice, in different folders, and compares; then uses it as people do.

    release.py [--work DIR]

scripts/release builds for both targets in each folder, with a key of this test's own: all bytes must be the
same. A server on the loopback address then has the release: install.sh installs it, self-update replaces it
by a newer one and goes back, and what is not signed is refused. Packages are looked into, installed in
roots of their own and removed. It takes long: two builds for each target. With --work, the folders stay, and
the next run builds faster.

The newer release is the same program with another number written over its own. The last line is
`N passed, N failed`.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import http.server
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback

PROJECT = pathlib.Path(__file__).resolve().parent.parent
VERSION = re.search(r'^version = "(.*)"', (PROJECT / 'Cargo.toml').read_text(), re.M)[1]
TARGETS = ('x86_64', 'aarch64')
NATIVE = platform.machine()


class Skip(Exception):
    """Why a test cannot run here."""


def name(version, arch=NATIVE):
    return f'borgmatic-{version}-{arch}-linux-musl'


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tree(folder):
    """What is in a folder: every path, what it is, and what is in it."""
    found = {}
    for path in sorted(folder.rglob('*')):
        if path.is_symlink():
            found[str(path)] = os.readlink(path)
        else:
            found[str(path)] = sha256(path) if path.is_file() else 'folder'
    return found


def run(*words, code=0, **options):
    """Runs a command; its output, both streams."""
    options.setdefault('stdin', subprocess.DEVNULL)
    done = subprocess.run(
        [str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    assert code is None or done.returncode == code, f'{words}: exit {done.returncode}, not {code}\n{done.stdout}'
    return done.stdout


class Release:
    """A release that was made twice, and a server for it."""

    def __init__(self, work):
        self.work = work
        self.folders = [work / 'one', work / 'two/in/a/longer/folder']
        self.outs = [work / 'served', work / 'again']
        for out in self.outs:
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
        handler = functools.partial(Quiet, directory=str(self.outs[0]))
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f'http://127.0.0.1:{server.server_address[1]}'
        self.key = work / 'test.key'
        run('minisign', '-G', '-W', '-f', '-p', work / 'test.pub', '-s', self.key)
        self.public = (work / 'test.pub').read_text().splitlines()[1]

    def build(self):
        with concurrent.futures.ThreadPoolExecutor() as both:
            list(both.map(self.build_in, self.folders, self.outs))

    def build_in(self, folder, out):
        """Builds from what is committed and what is not, as the work tree has it."""
        folder.mkdir(parents=True, exist_ok=True)
        listed = run('git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard', cwd=PROJECT)
        wanted = {file for file in listed.split('\0') if file and (PROJECT / file).is_file()}
        for path in [path for path in folder.iterdir() if path.name != 'target']:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for file in wanted:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT / file, folder / file)
            shutil.copymode(PROJECT / file, folder / file)
        environment = {
            **os.environ,
            'SOURCE_DATE_EPOCH': '1767225600',
            'BORGMATIC_RELEASE_KEY': self.public,
            'TMPDIR': str(self.work),
        }
        environment.pop('CARGO_TARGET_DIR', None)
        words = [folder / 'scripts/release', VERSION, '--base-url', self.url, '--key', self.key, '--out', out]
        said = run(*words, cwd='/', env=environment, code=None)
        (self.work / f'{out.name}.log').write_text(said)
        assert (out / VERSION / 'SHA256SUMS.minisig').exists(), said[-5000:]

    def file(self, path):
        return self.outs[0] / VERSION / path

    def newer(self, version):
        """The same release with another number: programs, hashes, signature."""
        folder = self.outs[0] / version
        folder.mkdir(exist_ok=True)
        assert len(version) == len(VERSION)
        program = self.file(name(VERSION)).read_bytes()
        assert VERSION.encode() in program
        path = folder / name(version)
        path.write_bytes(program.replace(VERSION.encode(), version.encode()))
        path.chmod(0o755)
        (folder / 'SHA256SUMS').write_text(f'{sha256(path)}  {path.name}\n')
        self.sign(version)
        (self.outs[0] / 'latest').write_text(f'{version}\n')

    def sign(self, version, comment=None, key=None):
        sums = self.outs[0] / version / 'SHA256SUMS'
        run('minisign', '-S', '-q', '-s', key or self.key, '-m', sums, '-t', comment or f'borgmatic {version}')


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Home:
    """A user's home, on a machine with nothing else."""

    def __init__(self, release):
        self.release = release
        self.kept = tempfile.TemporaryDirectory(prefix='home of ann ')
        self.dir = pathlib.Path(self.kept.name)
        self.program = self.dir / '.local/bin/borgmatic'

    def environment(self):
        return {'HOME': str(self.dir), 'PATH': '/usr/bin:/bin:/usr/sbin:/sbin', 'LC_ALL': 'C.UTF-8'}

    def install(self, *options, code=0):
        script = f'curl -fsSL {self.release.url}/install.sh | sh -s -- --user --no-schedule "$@"'
        return run('/bin/sh', '-c', script, 'sh', *options, code=code, env=self.environment(), cwd=self.dir)

    def borgmatic(self, *words, code=0, program=None):
        return run(program or self.program, *words, code=code, env=self.environment(), cwd=self.dir)

    def version(self):
        return self.borgmatic('--version').strip()


def reproducible(release):
    """Two folders, two builds, the same bytes, and no word of where they were built."""
    one, two = [
        {path.name: sha256(path) for path in (out / VERSION).iterdir()} for out in release.outs
    ]
    different = [file for file in one if one[file] != two.get(file)]
    assert not different and set(one) == set(two), f'different: {different}, {set(one) ^ set(two)}'
    for arch in TARGETS:
        program = release.file(name(VERSION, arch)).read_bytes()
        for path in (*release.folders, pathlib.Path.home() / '.cargo'):
            assert str(path).encode() not in program, f'{arch} names {path}'


def complete(release):
    """Everything is there, listed, signed, and small enough."""
    files = {path.name for path in (release.outs[0] / VERSION).iterdir()}
    expected = {'SHA256SUMS', 'SHA256SUMS.minisig', 'install.sh', f'borgmatic-{VERSION}.cdx.json'}
    for arch, debian in zip(TARGETS, ('amd64', 'arm64')):
        expected |= {name(VERSION, arch), f'{name(VERSION, arch)}.tar.gz'}
        expected |= {f'borgmatic-static_{VERSION}-1_{debian}.deb', f'borgmatic-static-{VERSION}-1.{arch}.rpm'}
        assert release.file(name(VERSION, arch)).stat().st_size < 5_000_000
    assert files == expected, files ^ expected
    run('sha256sum', '--check', '--strict', 'SHA256SUMS', cwd=release.outs[0] / VERSION)
    listed = {line.split('  ')[1] for line in release.file('SHA256SUMS').read_text().splitlines()}
    assert listed == files - {'SHA256SUMS', 'SHA256SUMS.minisig'}, listed
    run('minisign', '-V', '-P', release.public, '-m', release.file('SHA256SUMS'))
    assert (release.outs[0] / 'latest').read_text() == f'{VERSION}\n'


def refuses_a_second_time(release):
    """What is released does not change; a wrong version is none."""
    script = release.folders[0] / 'scripts/release'
    said = run(script, VERSION, '--out', release.outs[0], code=1)
    assert 'is there already' in said, said
    said = run(script, '2020.1.0', '--out', release.outs[0], code=1)
    assert f'Cargo.toml says version {VERSION}' in said, said


def runs(release, arch):
    """It runs on its machine, here or under qemu."""
    emulator = [] if arch == NATIVE else [f'qemu-{arch}-static']
    program = release.file(name(VERSION, arch))
    assert run(*emulator, program, '--version').strip() == VERSION
    with tempfile.TemporaryDirectory() as root:
        words = ['self-install', '--system', '--no-schedule', '--yes', '--root', root]
        run(*emulator, program, *words)
        assert sha256(pathlib.Path(root) / 'usr/local/bin/borgmatic') == sha256(program)


def materials(release):
    """The list of materials names the crates, their licences, and no folder of this machine."""
    text = release.file(f'borgmatic-{VERSION}.cdx.json').read_text()
    document = json.loads(text)
    crates = {component['name'] for component in document['components']}
    locked = set(re.findall(r'^name = "(.*)"', (PROJECT / 'Cargo.lock').read_text(), re.M))
    assert {'minisign-verify', 'saphyr-parser', 'ureq', 'rustls'} <= crates <= locked, crates - locked
    assert all('licenses' in component for component in document['components'])
    assert not any(str(folder) in text for folder in release.folders)


def archive(release):
    with tempfile.TemporaryDirectory() as folder:
        run('tar', '--extract', '--file', release.file(f'{name(VERSION)}.tar.gz'), '--directory', folder)
        inside = pathlib.Path(folder) / name(VERSION)
        assert sha256(inside / 'borgmatic') == sha256(release.file(name(VERSION)))
        for file in ('README.md', 'LICENSE', 'share/man/man1/borgmatic-create.1', 'systemd/borgmatic.timer'):
            assert (inside / file).stat().st_size > 100, file


def installs_itself(release):
    """`curl … | sh`, twice, a look, and back to nothing."""
    home = Home(release)
    before = tree(home.dir)
    home.install('--dry-run')
    assert tree(home.dir) == before
    home.install()
    assert home.version() == VERSION
    assert sha256(home.program) == sha256(release.file(name(VERSION)))
    first = {path: os.stat(path).st_mtime_ns for path in tree(home.dir)}
    said = home.install()
    assert 'nothing to download' in said, said
    assert {path: os.stat(path).st_mtime_ns for path in tree(home.dir)} == first, said
    home.borgmatic('self-install', '--user', '--check')
    assert 'nothing to do' in home.borgmatic('self-update'), 'up to date'
    home.borgmatic('self-install', '--user', '--uninstall', '--yes')
    left = {path for path, what in tree(home.dir).items() if what != 'folder'}
    assert left == set(), left


def updates_itself(release):
    """To a newer release and back; then what is not one."""
    newer = '2099.11.0'
    home = Home(release)
    home.install()
    release.newer(newer)
    try:
        assert newer in home.borgmatic('self-update', '--check', code=10)
        before = tree(home.dir)
        said = home.borgmatic('self-update', '--dry-run')
        assert 'would take the place' in said and tree(home.dir) == before, said
        home.borgmatic('self-update')
        assert home.version() == newer
        home.borgmatic('self-install', '--user', '--check')
        assert sha256(home.program.with_suffix('.prev')) == sha256(release.file(name(VERSION)))
        home.borgmatic('self-update', '--rollback')
        assert home.version() == VERSION
        home.borgmatic('self-update', '--to', newer)
        home.borgmatic('self-update', '--to', VERSION)
        assert home.version() == VERSION

        folder = release.outs[0] / newer
        good = {path.name: path.read_bytes() for path in folder.iterdir()}
        program = good[name(newer)]
        other = release.work / 'other.key'
        run('minisign', '-G', '-W', '-f', '-p', release.work / 'other.pub', '-s', other)
        before = tree(home.dir)

        def refused(words):
            said = home.borgmatic('self-update', code=1)
            assert words in said and tree(home.dir) == before, said
            for file, data in good.items():
                (folder / file).write_bytes(data)

        (folder / name(newer)).write_bytes(program + b'\n')
        refused('is not the released one')
        (folder / 'SHA256SUMS').write_text(f'{hashlib.sha256(program).hexdigest()}  {name(newer)}\n\n')
        refused('signature')
        release.sign(newer, key=other)
        refused('signature')
        release.sign(newer, comment='borgmatic 2098.1.0')
        refused('signed as')
        (folder / 'SHA256SUMS.minisig').unlink()
        refused('404')
        # Signed, but it does not run: a program of another machine.
        (folder / name(newer)).write_bytes(release.file(name(VERSION, TARGETS[NATIVE == TARGETS[0]])).read_bytes()[:4096])
        (folder / 'SHA256SUMS').write_text(f'{sha256(folder / name(newer))}  {name(newer)}\n')
        release.sign(newer)
        refused('does not run here')
        home.borgmatic('self-install', '--user', '--uninstall', '--yes')
        left = {path for path, what in tree(home.dir).items() if what != 'folder'}
        assert left == set(), left
    finally:
        shutil.rmtree(release.outs[0] / newer)
        (release.outs[0] / 'latest').write_text(f'{VERSION}\n')


PACKAGED = [
    'usr/bin/borgmatic',
    'usr/bin/generate-borgmatic-config',
    'usr/bin/validate-borgmatic-config',
    'usr/bin/upgrade-borgmatic-config',
    'usr/lib/systemd/system/borgmatic.service',
    'usr/lib/systemd/system/borgmatic.timer',
    'usr/share/man/man1/borgmatic.1.gz',
    'usr/share/man/man1/borgmatic-create.1.gz',
    'usr/share/bash-completion/completions/borgmatic',
    'usr/share/fish/vendor_completions.d/borgmatic.fish',
    'usr/share/borgmatic/borgmatic.schema.json',
]


def debian(release):
    """The .deb: what it says, what is in it, and a life in a Debian of its own."""
    for arch in ('amd64', 'arm64'):
        package = release.file(f'borgmatic-static_{VERSION}-1_{arch}.deb')
        fields = {
            field: run('dpkg-deb', '--field', package, field).strip()
            for field in ('Package', 'Version', 'Architecture', 'Provides', 'Conflicts', 'Replaces')
        }
        assert fields.pop('Architecture') == arch
        assert fields.pop('Version') == f'{VERSION}-1'
        assert fields.pop('Package') == 'borgmatic-static'
        assert set(fields.values()) == {'borgmatic'}, fields
        inside = run('dpkg-deb', '--contents', package)
        for path in (*PACKAGED, 'usr/share/zsh/vendor-completions/_borgmatic'):
            assert f' ./{path}\n' in inside, f'{path} is not in\n{inside}'
        assert not re.search(r'^(?!.* 0/0 )', inside.rstrip(), re.M), inside
    machine = os.environ.get('MACHINE_ROOT')
    if os.geteuid() != 0 or not machine:
        raise Skip('a Debian of its own needs root and MACHINE_ROOT')
    package = release.file(f'borgmatic-static_{VERSION}-1_{"amd64" if NATIVE == "x86_64" else "arm64"}.deb')
    with tempfile.TemporaryDirectory() as folder:
        life = f'''
            set -eu
            mount -t tmpfs none {folder}
            cd {folder}
            mkdir upper work root
            mount -t overlay -o lowerdir={machine},upperdir=upper,workdir=work none root
            cp {package} root/new.deb
            chroot root /bin/sh -euc '
                dpkg --install /new.deb
                [ "$(borgmatic --version)" = {VERSION} ]
                generate-borgmatic-config --destination /etc/borgmatic/config.yaml
                validate-borgmatic-config --help >/dev/null
                systemd-analyze verify /usr/lib/systemd/system/borgmatic.service /usr/lib/systemd/system/borgmatic.timer
                # Nothing starts by itself.
                ! [ -e /etc/systemd/system/timers.target.wants/borgmatic.timer ]
                status=0
                borgmatic self-update >/said 2>&1 || status=$?
                [ "$status" = 3 ] || {{ cat /said; exit 1; }}
                grep "was not put there by self-install" /said
                # It can still be scheduled, with units of its own making.
                dpkg --remove borgmatic-static
                ! [ -e /usr/bin/borgmatic ] && ! [ -e /usr/lib/systemd/system/borgmatic.timer ]
                [ -e /etc/borgmatic/config.yaml ]
            '
        '''
        said = run('unshare', '--mount', 'sh', '-c', life, env={**os.environ, 'PATH': '/usr/sbin:/usr/bin:/sbin:/bin'})
        assert 'ignoring' not in said, said


def fedora(release):
    """The .rpm: what it says, what is in it, its files in a root of their own."""
    for arch in TARGETS:
        package = release.file(f'borgmatic-static-{VERSION}-1.{arch}.rpm')
        ask = functools.partial(run, 'rpm', '--query', '--package', package)
        assert ask('--queryformat', '%{name} %{version} %{arch}') == f'borgmatic-static {VERSION} {arch}'
        assert 'borgmatic\n' in ask('--provides') and ask('--conflicts') == 'borgmatic\n'
        inside = ask('--list').splitlines()
        for path in (*PACKAGED, 'usr/share/zsh/site-functions/_borgmatic'):
            assert f'/{path}' in inside, f'{path} is not in {inside}'
    with tempfile.TemporaryDirectory() as root:
        package = release.file(f'borgmatic-static-{VERSION}-1.{NATIVE}.rpm')
        words = ['rpm', '--root', root, '--dbpath', '/rpm', '--nodeps', '--noscripts', '--nosignature']
        run(*words, '--install', package)
        assert sha256(pathlib.Path(root) / 'usr/bin/borgmatic') == sha256(release.file(name(VERSION)))
        run(*words, '--erase', 'borgmatic-static')
        assert not (pathlib.Path(root) / 'usr/bin/borgmatic').exists()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--work', type=pathlib.Path, help='where to build; stays')
    work = parser.parse_args().work
    kept = None
    if work is None:
        kept = tempfile.TemporaryDirectory(prefix='release-')
        work = pathlib.Path(kept.name)
    work = work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    release = Release(work)
    tests = [('builds', lambda _: release.build())]
    tests += [(test.__name__, test) for test in (reproducible, complete, refuses_a_second_time, materials, archive)]
    tests += [(f'runs[{arch}]', lambda release, arch=arch: runs(release, arch)) for arch in TARGETS]
    tests += [(test.__name__, test) for test in (installs_itself, updates_itself, debian, fedora)]
    passed = failed = 0
    for label, test in tests:
        try:
            test(release)
            passed += 1
            print(f'ok {label}', flush=True)
        except Skip as why:
            passed += 1
            print(f'SKIP: {label}: {why}', flush=True)
        except Exception:
            failed += 1
            print(f'FAIL {label}')
            traceback.print_exc(file=sys.stdout)
            if label == 'builds':
                break
    for path in sorted((release.outs[0] / VERSION).glob('borgmatic-*')) if failed == 0 else ():
        print(f'{sha256(path)}  {path.stat().st_size:>8}  {path.name}')
    print(f'{passed} passed, {failed} failed')
    return failed != 0 or passed == 0


if __name__ == '__main__':
    sys.exit(main())
