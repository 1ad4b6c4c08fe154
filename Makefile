# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every target is a word to scripts/dev.sh, which finds a Python and hands over to scripts/dev/. Nothing is written
# outside .build. Paths are relative, so that the repository may lie anywhere, below folders with blanks too.

.DEFAULT_GOAL := help
TARGETS := help drill bench fidelity mutation test lint sanity docs mission lock clean

# The drill's variables reach it through the environment, whether given to make or set before.
export WAY VMS DOMAINS PROFILE FAIL LATENCY RESET CHECK
# Which benchmarks, and at which sizes.
export BENCH SIZES
# Which scene of the recordings, e.g. 05-placement.
export SCENE
# FORCE=1 repeats checks that passed on the same files; PYTHON=... chooses the Python to build on.
export FORCE PYTHON

.PHONY: $(TARGETS)
$(TARGETS):
	@sh scripts/dev.sh $@
