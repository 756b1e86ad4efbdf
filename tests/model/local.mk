# SPDX-License-Identifier: LGPL-2.1-or-later
check_PROGRAMS += tests/model/model
TESTS += tests/model/model
tests_model_model_CPPFLAGS = $(COMMON_CPPFLAGS)
tests_model_model_SOURCES = tests/model/model.c
tests_model_model_LDADD =
