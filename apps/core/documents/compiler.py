"""The child process of `rendering`: python compiler.py TEMPLATE < data.json > document.pdf"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import typst

_APPS = Path(__file__).parents[2]  # papers of one app take pieces from those of another
_MOST_MEMORY = 3 * 2**30  # of address space; a thousand lines take a third of it


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    template = Path(sys.argv[1])
    document, warnings = typst.compile_with_warnings(
        str(template),
        root=str(_APPS if template.is_relative_to(_APPS) else template.parent),
        sys_inputs={"data": sys.stdin.buffer.read().decode()},
        ignore_system_fonts=True,
        pdf_standards=["a-2b"],
    )
    for warning in warnings:  # an unknown font family, say: tests fail for it
        sys.stderr.write(f"{warning}\n")
    sys.stdout.buffer.write(document or b"")


if __name__ == "__main__":
    main()
