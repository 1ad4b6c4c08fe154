# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up names and addresses in place of the recorded ones, other ones in every run.

The twin cannot know a recording by heart: whatever a user chooses (names, paths, servers, targets, LUNs) is replaced
the same way in requests and in the answers that are expected."""

from __future__ import annotations

import itertools
import re
import string
from random import Random
from urllib.parse import quote, unquote

_NAME = re.compile(r"(?<![A-Za-z0-9])(rec|peer|REC)_([A-Za-z0-9]*)")
_SPACED = re.compile(r"(?<==')(rec|peer|REC) ([A-Za-z0-9]*)|(?<=, )(rec|peer|REC) ([A-Za-z0-9]+)(?=\])")
"""A value inside a fault, or one that stands behind it: there, an engine writes spaces for underscores (06 #161)."""
_PLACE = re.compile(r"(?<=[./])(recdr|rec|peer)(?=[/:<,\s\"'&;\]]|$)")
_SERVER = re.compile(r"(?<!engine1)(?<!engine2)\.example(?![A-Za-z0-9])")
_LOOPBACK = re.compile(r"127\.0\.0\.(?=\d)")
_LUN = re.compile(r"(?<![0-9A-Za-z])36[0-9A-Fa-f]{30,31}(?![0-9A-Za-z])")


class Disguise:
    """Replaces recorded names; the same seed gives the same replacement."""

    def __init__(self, seed: int) -> None:
        random = Random(f"names/{seed}")
        self._between = "".join(random.choices(string.ascii_lowercase, k=64))
        words = ["".join(random.choices(string.ascii_lowercase, k=size)) for size in (3, 4, 5, 7)]
        self._words = dict(zip(("rec", "peer", "recdr", "example"), words, strict=True))
        self._words["REC"] = self._words["rec"].upper()
        self._net = f"127.{random.randint(1, 99)}.{random.randint(1, 99)}."
        self._seed = seed

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands at the beginning of every replaced name."""
        return tuple(f"{self._words[word]}_" for word in ("rec", "peer"))

    def text(self, text: str) -> str:
        """A recorded text with other names."""
        text = _NAME.sub(lambda m: f"{self._words[m.group(1)]}_{self._mixed(m.group(2))}", text)
        text = _SPACED.sub(self._told, text)
        text = _PLACE.sub(lambda m: self._words[m.group(1)], text)
        text = _SERVER.sub("." + self._words["example"], text)
        text = _LOOPBACK.sub(self._net, text)
        return _LUN.sub(self._lun, text)

    def _mixed(self, name: str) -> str:
        """A name with a letter after each of its own. So names stay in order, and one that begins another still does:
        an engine sorts by name, and a search may name the beginning of one."""
        return "".join(own + other for own, other in zip(name, itertools.cycle(self._between), strict=False))

    def _told(self, match: re.Match[str]) -> str:
        word, name = match.group(1) or match.group(3), match.group(2) or match.group(4) or ""
        return f"{self._words[word]} {self._mixed(name)}"

    def path(self, path: str) -> str:
        """A recorded request path with other names."""
        plain, mark, query = path.partition("?")
        return self.text(plain) + mark + "&".join(self._part(part) for part in query.split("&"))

    def _part(self, part: str) -> str:
        key, equals, value = part.partition("=")
        return key + equals + quote(self.text(unquote(value)), safe="*,.;/()-_")

    def _lun(self, match: re.Match[str]) -> str:
        given = match.group()
        size = len(given) - 8
        digits = f"36001405{Random(f'{self._seed}/{given.lower()}').getrandbits(4 * size):0{size}x}"
        return digits.upper() if given != given.lower() else digits


class Undisguised(Disguise):
    """The recorded names as they are, for whoever reads a difference."""

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands at the beginning of every recorded name."""
        return ("rec_", "peer_")

    def text(self, text: str) -> str:
        """The text as it is."""
        return text
