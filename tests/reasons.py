"""Every reason for which a comparison with the original lets a difference pass stands in docs/differences.md."""

import pathlib
import sys


def listed(reasons):
    """Ends the program where the page lacks one of them."""
    page = (pathlib.Path(__file__).parent.parent / 'docs/differences.md').read_text()
    told = {line.removeprefix('- ') for line in page.splitlines() if line.startswith('- ')}
    lacking = sorted(set(reasons) - told)
    if lacking:
        sys.exit('docs/differences.md lacks, as an item of a list:\n' + '\n'.join(f'- {reason}' for reason in lacking))
