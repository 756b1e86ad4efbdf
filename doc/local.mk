# SPDX-License-Identifier: LGPL-2.1-or-later
dist_man_MANS += doc/pintle-stage1.8
dist_man_MANS += doc/pintle.8
dist_man_MANS += doc/pintlectl.1
EXTRA_DIST += doc/architecture.md doc/model.md doc/plan.md doc/measurements.md doc/survival.md
dist_man_MANS += doc/pintle-compile.8
dist_man_MANS += doc/pintle-mkinitrd.8
