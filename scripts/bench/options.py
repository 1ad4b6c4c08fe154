# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``make bench`` is asked to run: its variables, checked before anything is started."""

from __future__ import annotations

import dataclasses
import fnmatch
import typing as t

from .catalogue import BENCHMARKS, Benchmark

LEAST, MOST = 15, 10_000
"""VMs that the recorded estate has, and that it can grow to."""
MOST_BESIDE = 300
"""VMs for the other collection, which takes seconds for each."""


class BenchError(Exception):
    """The bench cannot be run; the text says why and what to do, in one line."""


def chosen(environ: t.Mapping[str, str], benchmarks: t.Sequence[Benchmark] = BENCHMARKS) -> list[Benchmark]:
    """The benchmarks that BENCH (patterns of names, separated by commas; all when empty) selects, at the sizes of SIZES
    (numbers of VMs separated by commas) where it is given. BenchError for what selects nothing or is no size."""
    patterns = _words(environ.get("BENCH")) or ["*"]
    found = [made for made in benchmarks if any(fnmatch.fnmatchcase(made.name, pattern) for pattern in patterns)]
    for pattern in patterns:
        if not any(fnmatch.fnmatchcase(made.name, pattern) for made in benchmarks):
            names = ", ".join(made.name for made in benchmarks)
            raise BenchError(f"BENCH={environ.get('BENCH')}: no benchmark is named {pattern}; there are: {names}")
    sizes = _sizes(environ.get("SIZES"))
    if not sizes:
        return found
    return [dataclasses.replace(made, sizes=_of(made, sizes)) for made in found]


def _of(made: Benchmark, asked: tuple[int, ...]) -> tuple[int, ...]:
    """The sizes at which a benchmark is run: those asked for, where it can be run at them, else its own."""
    if made.kind == "probe":
        return made.sizes
    if made.kind == "peer":
        return tuple(size for size in asked if size <= MOST_BESIDE) or made.sizes
    return asked


def _sizes(text: str | None) -> tuple[int, ...]:
    words = _words(text)
    if not all(word.isascii() and word.isdigit() and LEAST <= int(word) <= MOST for word in words):
        raise BenchError(f"SIZES={text}: must be whole numbers from {LEAST} to {MOST}, separated by commas")
    return tuple(sorted({int(word) for word in words}))


def _words(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]
