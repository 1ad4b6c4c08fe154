#!/bin/sh
# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Finds a Python that can carry the tools and runs scripts/dev with it. Without one: one line that says what to install.
set -eu

cd "$(dirname "$0")/.."
unset PYTHONPATH PYTHONHOME PYTHONSAFEPATH

suits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

whole() {
    # Debian's python3-minimal lacks most of the standard library.
    "$1" -c 'import argparse, fcntl, hashlib, json, ssl, subprocess' 2>/dev/null
}

found=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if command -v "$candidate" >/dev/null 2>&1 && suits "$candidate"; then
        found=$candidate
        break
    fi
done

if [ -z "$found" ]; then
    echo "Missing: Python 3.11, 3.12 or 3.13 (looked for: ${PYTHON:-python3 and python3.11 to python3.13})." \
        "On Debian and Ubuntu: apt-get install python3 python3-venv" >&2
    exit 2
fi
if ! whole "$found"; then
    echo "Missing: the standard library of $found. On Debian and Ubuntu: apt-get install python3 python3-venv" >&2
    exit 2
fi

exec "$found" -m scripts.dev "$@"
