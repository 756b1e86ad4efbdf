# SPDX-License-Identifier: LGPL-2.1-or-later
STAGE2_INCLUDES = $(UNIT_INCLUDES) -I$(top_srcdir)/stage2
