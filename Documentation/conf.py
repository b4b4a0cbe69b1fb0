# SPDX-License-Identifier: GPL-2.0-only
"""Sphinx configuration. The kernel-doc extension is the kernel's: CNOVA_KERNEL names a source tree."""

import os
import sys

kernel = os.environ["CNOVA_KERNEL"]
os.environ["srctree"] = kernel
sys.path.insert(0, os.path.join(kernel, "Documentation/sphinx"))

project = "cnova"
author = "the cnova developers"
copyright = author
extensions = ["kerneldoc", "automarkup"]
kerneldoc_srctree = os.path.abspath("..")
kerneldoc_bin = os.path.join(kernel, "tools/docs/kernel-doc.py")
primary_domain = "c"
highlight_language = "none"
html_theme = "alabaster"
html_theme_options = {"description": "A DRM driver with VM_BIND, and a GPU in software to run it on"}
exclude_patterns = ["examples"]

# Names of the kernel's own documentation, which is not part of ours.
nitpick_ignore_regex = [("c:.*", ".*")]
