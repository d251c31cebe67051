#!/usr/bin/env python3
"""Compares our reading of configuration files with that of Python borgmatic 2.1.10.

Makes documents from a grammar of what configuration files hold (and some that are damaged), reads
each with the original's loader and with ours, and compares the values. Needs a Python that has
borgmatic 2.1.10; our side runs as a Rust test, in one process.

    differential.py [--count N] [--seed N] [--show N]

The last line is `N passed, N failed`; a document on which both agree, or whose difference is listed
in REASONS, has passed.
"""

import argparse
import collections
import datetime
import json
import math
import multiprocessing
import os
import pathlib
import random
import re
import signal
import struct
import subprocess
import sys
import tempfile
import warnings

import borgmatic.config.load

import reasons

# Differences that are meant: which side reads it, what the document (and the original's answer) has, and why.
REASONS = [
    ('ours', r'=> ERR (TimeoutError|RecursionError)', 'the original does not come to an end'),
    ('ours', r'\t', 'a tab where only the pure parser refuses it: libyaml takes it'),
    ('both', r'[\[{,]\s*\?\w', '`[?x]`: the text ?x, as YAML 1.2 has it'),
    ('ours', r'[\[{:,]\s*\?\w', '`{a: ?x}`: the text ?x, as YAML 1.2 has it'),
    ('both', r'\w\s*:\s*[,}\]]', '`{a:}`, `[1 :]`: nothing under a name, as YAML 1.2 has it'),
    ('theirs', r'\w\s*:\s*[,}\]]', '`{a:}`, `[1 :]`: nothing under a name, as YAML 1.2 has it'),
    ('ours', r'[\[{:,]\s*:\w', '`{a: :x}`: the text :x, as YAML 1.2 has it'),
    ('ours', r'"":?"?\w+":\w|"a":b', '`["a":b]`: a mapping of one, as YAML 1.2 has it'),
    ('ours', r'[\[{:,]\s*[|>]', '`[|x]`: the text |x to our parser'),
    ('ours', r"(?s)=> ERR ParserError.*expected ',' or '[}\]]', but got ':'", 'a name in brackets over two lines, as YAML 1.2 has it'),
    ('theirs', r'[\]}"\',]#', 'a comment without a space before it'),
    ('theirs', r'!!(binary|set|omap|pairs)', 'no option takes such a value'),
    ('theirs', r'<= ERR .*(what the tag before it promises|the tag `\S+` means nothing|stands inside of what)', 'a value is checked also where another one takes its place'),
    ('ours', r'(?s)<<.*=> ERR ValueError: The !(omit|retain)', 'what `<<` brings in may have tags that lead nowhere where its value is not used'),
    ('ours', r'[{\[]\s*!\s*[}\]]', '`{!}`: nothing with no tag'),
    ('theirs', r'<= ERR .*are one value', 'two spellings of one number as names, beside a merge'),
    ('ours', r'=> ERR ScannerError: more indented follow up', 'only the pure parser refuses blank lines that are wider than a block of text'),
    ('theirs', r'(?s)[|>][-+0-9]*( #[^\n]*)?\r?\n\s*\n +#', 'a block of text that has only wide blank lines, and a comment after it'),
    ('both', r'(?s)[|>][0-9]*\+.*\n +\n=> ', 'the end of a block of text at the end of a file that does not end its line'),
]

WORDS = '''yes no on off y n true True TRUE false null ~ NULL 0 7 -1 +5 017 0o17 0x1F -0x1 0b11 1_000 1e3 1. .5
.5e3 1.5 -2.5e-3 1e+16 .inf -.inf .NaN 12:30 12:30:45 1:30 2024-01-01 2001-12-14T21:59:43Z 2001-12-14t21:59:43.10-05:00
a b home /home /etc/borgmatic ~/x sh:*/x lz4 zstd,10 ssh://u@h/./r user@host:repo {hostname}-{now} ${HOME}
a:b a#b x-y -x --y "" '' [] {} [a] 99999999999999999999 1__0 0b2 08 é 日本 🎉 a'b a"b \\n :x ::'''.split()

# Words that few places allow.
TROUBLE = '''= << ?z !q %p @at `tick` | > & * # *.pyc 0x_ 2024-13-01 {a: 1} " ' ] }'''.split()

QUOTED = ['a', '', ' a ', 'a: b', '# no', "it's", 'tab\\t', '\\u00e9', '\\x41', '\\U0001F389', 'a\\', '5', 'true', 'é', '{x}', '*a',
          '\\/', '\\_', '\\N', '\\e']

FLOW_WORDS = [word for word in WORDS if not re.search(r'[][{},:]|^["\']', word)] + ['a', 'p', 'q', 'r', 's'] * 3

KEYS = '''a b c d keep_daily source_directories repositories path label hooks storage 1 0x1 true ~ 1.5 2024-01-01 "a" 'b'
"1" é before_backup'''.split()

# What a name has under it, most of the time: what stands twice can be joined then.
KINDS = {'a': 'scalar', 'b': 'mapping', 'c': 'list', 'd': 'scalar', 'path': 'scalar', 'repositories': 'list', 'hooks': 'mapping'}

FILES = {
    'one.yaml': 'a: 1\nb: {x: 1, y: [1]}\nc: [p, q]\n',
    'two.yaml': 'a: 2\nb: {y: [2], z: 3}\nc: [r]\nd: word\n',
    'nested.yaml': '<<: !include one.yaml\nc: [!omit p, s]\nb: !retain {only: 1}\n',
    'list.yaml': '- a\n- b: 1\n',
    'word.yaml': 'just words\n',
    'number.yaml': '0x10\n',
    'empty.yaml': '',
    'wrong.yaml': 'a: [1\n',
    'retained.yaml': 'a: !retain [1]\n',
}


class Maker:
    """Writes documents. Every choice comes from one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def document(self):
        self.anchors = []
        dice = self.random.random()
        if dice < 0.9:
            text = self.mapping(0, 0)
        elif dice < 0.95:
            text = self.sequence(0, 0)
        else:
            text = self.inline(0) + '\n'
        if self.chance(0.05):
            text = '---' + self.pick(['\n', ' # x\n', '\n\n']) + text
        if self.chance(0.02):
            text += self.pick(['...\n', '--- \n', '---\na: 1\n'])
        if self.chance(0.02):
            text = self.pick(['%YAML 1.2\n---\n', '%YAML 1.1\n---\n', '\ufeff', '\n\n', '# x\n']) + text
        if self.chance(0.05):
            text = text.replace('\n', '\r\n')
        if self.chance(0.05):
            text = text.rstrip('\n')
        if self.chance(0.07):
            text = self.damaged(text)
        return text

    def chance(self, share):
        return self.random.random() < share

    def pick(self, choices):
        return self.random.choice(choices)

    def damaged(self, text):
        for _ in range(self.random.randint(1, 2)):
            at = self.random.randint(0, len(text))
            dice = self.random.random()
            if dice < 0.5:
                text = text[:at] + text[at + self.random.randint(1, 3):]
            else:
                text = text[:at] + self.pick(list(' \n:-[]{},"\'#&*!|>a1') + ['  ', '\n  ']) + text[at:]
        return text

    def mapping(self, indent, depth):
        if depth == 0 and self.chance(0.03):
            return ' ' * indent + self.pick(['{}', '[]', '~', '{a: 1}']) + '\n'
        lines = ''
        keys = [self.key() for _ in range(self.random.randint(1, 5))]
        if self.chance(0.25):
            keys.insert(self.random.randint(0, len(keys)), '<<')
        for key in keys:
            if self.chance(0.08):
                lines += self.pick(['\n', ' ' * indent + '# note\n', '# note: x\n'])
            lines += ' ' * indent
            if self.chance(0.02):
                lines += '? '
            lines += key
            if key == '<<':
                lines += ':' + self.merged(indent, depth)
            else:
                kind = KINDS.get(key) if self.chance(0.95) else None
                lines += self.pick(['', '', '', '', ' ']) + ':' + self.value(indent, depth, False, kind)
        return lines

    def key(self):
        return self.pick(KEYS[:8]) if self.chance(0.85) else self.pick(KEYS)

    def merged(self, indent, depth):
        dice = self.random.random()
        if dice < 0.35:
            return ' !include ' + self.file() + '\n'
        if dice < 0.5:
            return f' !include [{self.file()}, {self.file()}]\n'
        if dice < 0.75 and self.anchors:
            return f' *{self.pick(self.anchors)}\n'
        if dice < 0.8 and len(self.anchors) > 1:
            return f' [*{self.pick(self.anchors)}, *{self.pick(self.anchors)}]\n'
        if dice < 0.9:
            return ' ' + self.flow_mapping(depth + 1) + '\n'
        return self.value(indent, depth, False, 'mapping')

    def file(self):
        return self.pick(list(FILES)[:4] * 3 + list(FILES) + ['missing.yaml', './one.yaml', '"two.yaml"'])

    def sequence(self, indent, depth):
        lines = ''
        for _ in range(self.random.randint(1, 4)):
            if self.chance(0.05):
                lines += self.pick(['\n', ' ' * indent + '# note\n'])
            lines += ' ' * indent + '-' + self.value(indent, depth, True)
        return lines

    def anchor(self, collection):
        if not self.chance(0.15):
            return ''
        name = self.pick(['x', 'y', 'base', 'z1'])
        if collection or self.chance(0.1):
            self.anchors.append(name)
        return f'&{name} '

    def tag(self, own):
        if not self.chance(0.03):
            return ''
        return self.pick(own) + ' '

    def value(self, indent, depth, in_sequence, kind=None):
        """What follows `key:` or `-`, to the end of its last line."""
        if kind is None:
            kind = self.random.choices(['scalar', 'mapping', 'list'], [5, 2, 2])[0]
        if depth > 4:
            kind = 'scalar'
        comment = self.pick(['', '', '', '', '', ' # why', '  #: x'])
        dice = self.random.random()
        if dice < 0.03 and not in_sequence:
            return ' !include ' + self.file() + comment + '\n'
        if dice < 0.04 and self.anchors:
            return ' *' + self.pick(self.anchors) + '\n'
        if kind == 'mapping':
            if dice < 0.3:
                return ' ' + self.anchor(True) + self.tag(['!retain']) + self.flow_mapping(depth + 1) + comment + '\n'
            head = (' ' + self.anchor(True) + self.tag(['!retain', '!retain', '!!map', '!omit', '!!seq'])).rstrip()
            if in_sequence and not head and self.chance(0.7):
                return ' ' + self.mapping(indent + 2, depth + 1).lstrip(' ')
            return head + comment + '\n' + self.mapping(indent + self.pick([2, 2, 2, 4, 1]), depth + 1)
        if kind == 'list':
            if dice < 0.3:
                return ' ' + self.anchor(True) + self.tag(['!retain']) + self.flow_sequence(depth + 1) + comment + '\n'
            head = (' ' + self.anchor(True) + self.tag(['!retain', '!retain', '!!seq', '!omit', '!include'])).rstrip()
            below = indent + (self.pick([2, 4]) if in_sequence else self.pick([0, 0, 2, 4]))
            return head + comment + '\n' + self.sequence(below, depth + 1)
        if dice < 0.15:
            return self.block_scalar(indent)
        if dice < 0.2:
            lines = [self.pick(['a b', 'c', 'h#i', '', '- f'] if self.chance(0.9) else ['# g', 'd: e'])
                     for _ in range(self.random.randint(1, 2))]
            return ' words' + ''.join('\n' + ' ' * (indent + 2) + line for line in lines) + '\n'
        if dice < 0.25:
            return comment + '\n'
        return ' ' + self.inline(depth) + comment + '\n'

    def block_scalar(self, indent):
        head = self.pick(['|', '>', '|-', '>-', '|+', '>+', '|2', '>1-', '| # x'])
        lines = [self.pick(['text', '  more', '', 'a: b', '# not', '- x', 'é', ' ', 'end '])
                 for _ in range(self.random.randint(0, 4))]
        pad = ' ' * (indent + self.pick([2, 2, 4]))
        return f' {head}\n' + ''.join((pad + line if line else '') + '\n' for line in lines)

    def word(self):
        return self.pick(TROUBLE) if self.chance(0.005) else self.pick(WORDS)

    def quoted(self):
        if self.chance(0.5):
            return "'" + self.pick(QUOTED).replace("'", "''") + "'"
        return '"' + self.pick(QUOTED) + ('\\' if self.chance(0.02) else '') + '"'

    def inline(self, depth):
        """A scalar on the line."""
        if self.chance(0.04):
            tag = self.pick(['!!str', '!!int', '!!float', '!!bool', '!!null', '!omit', '!retain', '!', '!odd', '!!binary'])
            return tag + ' ' + self.word()
        return self.anchor(False) + (self.quoted() if self.chance(0.25) else self.word())

    def flow_item(self, depth):
        if depth < 4 and self.chance(0.2):
            return self.pick([self.flow_sequence, self.flow_mapping])(depth + 1)
        if self.chance(0.02):
            return '!omit ' + self.pick(['a', 'p', 'r', '1'])
        if self.chance(0.1):
            return self.quoted()
        if self.anchors and self.chance(0.05):
            return '*' + self.pick(self.anchors) + ' '
        if self.chance(0.02):
            return self.pick(['a: b', '? x', '?x', 'a:', '', ':x', '"a":b'])
        return self.pick(FLOW_WORDS)

    def flow_sequence(self, depth):
        items = [self.flow_item(depth) for _ in range(self.random.randint(0, 4))]
        end = self.pick(['', '', '', ','] if items else [''])
        return '[' + self.pick([', ', ', ', ',', ' , ', ',\n    ']).join(items) + end + ']'

    def flow_mapping(self, depth):
        pairs = [self.key() + self.pick([': ', ': ', ': ', ' : ']) + self.flow_item(depth)
                 for _ in range(self.random.randint(0, 3))]
        if self.chance(0.05):
            pairs.append(self.pick(['a', 'b:', '? c', '"d":1']))
        return '{' + self.pick([', ', ', ', ',\n     ']).join(pairs) + '}'


def show(value):
    """A value with its type, names sorted, as our side writes it."""
    if value is None:
        return 'null'
    if value is True or value is False:
        return str(value).lower()
    if isinstance(value, float):
        return 'f:nan' if math.isnan(value) else 'f:' + struct.pack('>d', value).hex()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime.datetime):
        return f'datetime({value.isoformat()})'
    if isinstance(value, datetime.date):
        return f'date({value.isoformat()})'
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        return '[' + ','.join(show(item) for item in value) + ']'
    if isinstance(value, dict):
        pairs = [f'{show(key)}:{show(item)}' for key, item in value.items()]
        # By code points, as Rust sorts bytes of UTF-8.
        return '{' + ','.join(sorted(pairs, key=lambda pair: pair.encode('utf-8', 'surrogatepass'))) + '}'
    return f'other({type(value).__name__})'


def workplace(folder):
    """A folder for this process, with the files that documents include."""
    folder = folder / str(os.getpid())
    folder.mkdir()
    os.chdir(folder)
    for name, text in FILES.items():
        pathlib.Path(name).write_text(text)
    warnings.simplefilter('ignore')
    signal.signal(signal.SIGALRM, too_slow)


def too_slow(*_):
    raise TimeoutError


def original(text):
    """What a document means to the original."""
    path = pathlib.Path('document.yaml').absolute()
    path.write_text(text, encoding='utf-8', newline='')
    signal.alarm(3)
    try:
        return show(borgmatic.config.load.load_configuration(str(path)))
    except Exception as error:  # whatever it is, the file is refused
        return f'ERR {type(error).__name__}: {" ".join(str(error).split())}'
    finally:
        signal.alarm(0)


def excused(text, theirs, ours):
    kind = 'ours' if theirs.startswith('ERR') else 'theirs' if ours.startswith('ERR') else 'both'
    return next((reason for side, pattern, reason in REASONS if side == kind and re.search(pattern, f'{text}\n=> {theirs}\n<= {ours}')), None)


def ours(documents):
    """Our values, from one process."""
    subprocess.run(['cargo', 'test', '--locked', '--quiet', '--test', 'differential'], check=True,
                   cwd=pathlib.Path(__file__).parent, env={**os.environ, 'BORGMATIC_DOCUMENTS': str(documents)},
                   stdout=subprocess.DEVNULL)
    return (documents.parent / 'trees').read_bytes().decode().split('\n')


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument('--count', type=int, default=20_000)
    options.add_argument('--seed', type=int, default=20_261_100)
    options.add_argument('--show', type=int, default=20, help='how many differences are printed')
    options = options.parse_args()
    reasons.listed(reason for _, _, reason in REASONS)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder).resolve()
        for name, text in FILES.items():
            (folder / name).write_text(text)
        documents = [Maker(options.seed + number).document() for number in range(options.count)]
        lines = [json.dumps(document, ensure_ascii=True) for document in documents]
        (folder / 'documents').write_text('\n'.join(lines) + '\n')
        trees = ours(folder / 'documents')
        with multiprocessing.Pool(initializer=workplace, initargs=[folder]) as pool:
            values = pool.map(original, documents, chunksize=200)
        found = collections.Counter()
        differences = []
        for number, text in enumerate(documents):
            theirs = values[number]
            both = theirs.startswith('ERR') and trees[number].startswith('ERR')
            found['read' if not theirs.startswith('ERR') else 'refused'] += 1
            if both or theirs == trees[number]:
                continue
            reason = excused(text, theirs, trees[number])
            if reason:
                found[reason] += 1
            else:
                differences.append((options.seed + number, text, theirs, trees[number]))
    for seed, text, theirs, mine in sorted(differences, key=lambda one: len(one[1]))[:options.show]:
        print(f'seed {seed}\n{text}\n  theirs {theirs[:300]}\n  ours   {mine[:300]}\n')
    print(', '.join(f'{count} {what}' for what, count in found.items()))
    print(f'{options.count - len(differences)} passed, {len(differences)} failed')
    return 1 if differences else 0


if __name__ == '__main__':
    sys.exit(main())
