# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx turns the pages that antsibull-docs writes into HTML. Nothing is fetched: the build works offline."""

from __future__ import annotations

project = title = html_short_title = "ovirt_dr.storage"
project_copyright = "2026 the ovirt_dr.storage contributors"

extensions = ["sphinx_antsibull_ext"]
default_role = "any"
highlight_language = "YAML+Jinja"
pygments_style = "ansible"

html_theme = "sphinx_rtd_theme"
html_copy_source = False
html_use_modindex = False
html_use_index = False

# The pages link to parts of Ansible's own documentation, which is not built here. Links within the collection are
# checked by the linter.
suppress_warnings = ["ref.ref", "ref.any"]
