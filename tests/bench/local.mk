# SPDX-License-Identifier: LGPL-2.1-or-later
# The benchmarks: built by "make bench-programs", run by ./dev bench, never by make check (their figures need
# a quiet machine, and ratios are read by a person).
bench_list = \
	tests/bench/bench-crash \
	tests/bench/crash-floor \
	tests/bench/bench-floor \
	tests/bench/bench-init \
	tests/bench/bench-service \
	tests/bench/boot-floor \
	tests/bench/boot-root-init
EXTRA_PROGRAMS = $(bench_list)
bench-programs: $(bench_list) tests/ns/nsservice
.PHONY: bench-programs

bench_cppflags = $(COMMON_CPPFLAGS) -I$(top_srcdir)/tests/bench
# As small as they can be: static, without what --enable-hardening adds to the programs that matter.
bench_cflags = -std=gnu17 -O2 -Wall -Wextra -fno-stack-protector -fcf-protection=none -fno-pie
bench_ldflags = -static -no-pie
tests_bench_bench_floor_SOURCES = tests/bench/bench-floor.c
tests_bench_bench_floor_CPPFLAGS = $(bench_cppflags)
tests_bench_bench_floor_CFLAGS = $(bench_cflags)
tests_bench_bench_floor_LDFLAGS = $(bench_ldflags)
tests_bench_bench_floor_LDADD =
tests_bench_bench_init_SOURCES = tests/bench/bench-init.c tests/bench/report.h
tests_bench_bench_init_CPPFLAGS = $(bench_cppflags)
tests_bench_bench_init_CFLAGS = $(bench_cflags)
tests_bench_bench_init_LDFLAGS = $(bench_ldflags)
tests_bench_bench_init_LDADD =
tests_bench_bench_service_SOURCES = tests/bench/bench-service.c tests/bench/report.h
tests_bench_bench_service_CPPFLAGS = $(bench_cppflags)
tests_bench_bench_service_CFLAGS = $(bench_cflags)
tests_bench_bench_service_LDFLAGS = $(bench_ldflags) -nostartfiles
tests_bench_bench_service_LDADD =
tests_bench_boot_floor_SOURCES = tests/bench/boot-floor.c
tests_bench_boot_floor_CPPFLAGS = $(bench_cppflags)
tests_bench_boot_floor_CFLAGS = $(bench_cflags)
tests_bench_boot_floor_LDFLAGS = $(bench_ldflags)
tests_bench_boot_floor_LDADD =
tests_bench_boot_root_init_SOURCES = tests/bench/boot-root-init.c
tests_bench_boot_root_init_CPPFLAGS = $(bench_cppflags)
tests_bench_boot_root_init_CFLAGS = $(bench_cflags)
tests_bench_boot_root_init_LDFLAGS = $(bench_ldflags)
tests_bench_boot_root_init_LDADD =
tests_bench_bench_crash_SOURCES = tests/bench/bench-crash.c
tests_bench_bench_crash_CPPFLAGS = $(COMMON_CPPFLAGS) $(UNIT_INCLUDES)
tests_bench_bench_crash_CFLAGS = $(bench_cflags)
tests_bench_bench_crash_LDFLAGS = $(bench_ldflags)
tests_bench_bench_crash_LDADD =
tests_bench_crash_floor_SOURCES = tests/bench/crash-floor.c
tests_bench_crash_floor_CPPFLAGS = $(COMMON_CPPFLAGS) $(UNIT_INCLUDES)
tests_bench_crash_floor_CFLAGS = $(bench_cflags)
tests_bench_crash_floor_LDFLAGS = $(bench_ldflags)
tests_bench_crash_floor_LDADD =
EXTRA_DIST += tests/bench/boot.py tests/bench/crash.py tests/bench/stage2.py
