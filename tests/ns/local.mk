# SPDX-License-Identifier: LGPL-2.1-or-later
# Namespace tests: the built pintle as PID 1 of fresh namespaces. Each is a Python file; the harness is in tests/lib.
NS_TESTS =
NS_TESTS += tests/ns/test-bad-input.py
NS_TESTS += tests/ns/test-carry-on.py
NS_TESTS += tests/ns/test-context.py
NS_TESTS += tests/ns/test-destroyed.py
NS_TESTS += tests/ns/test-exhausted.py
NS_TESTS += tests/ns/test-faults.py
NS_TESTS += tests/ns/test-hostile.py
NS_TESTS += tests/ns/test-kill.py
NS_TESTS += tests/ns/test-life.py
NS_TESTS += tests/ns/test-notify.py
NS_TESTS += tests/ns/test-order.py
NS_TESTS += tests/ns/test-pintlectl.py
NS_TESTS += tests/ns/test-reload.py
NS_TESTS += tests/ns/test-spawn.py
NS_TESTS += tests/ns/test-storm-1000.py
NS_TESTS += tests/ns/test-storm.py
NS_TESTS += tests/ns/test-upgrade.py

# PID 1 of a namespace is killed by the leak checker of its own build: under sanitizers the unit tests say enough.
if !SANITIZERS
check_PROGRAMS += tests/ns/nsservice
tests_ns_nsservice_SOURCES = tests/ns/nsservice.c
tests_ns_nsservice_CPPFLAGS = $(COMMON_CPPFLAGS)
tests_ns_nsservice_LDFLAGS = -static
tests_ns_nsservice_LDADD =

check_PROGRAMS += tests/ns/nshostile
tests_ns_nshostile_SOURCES = tests/ns/nshostile.c
tests_ns_nshostile_CPPFLAGS = $(COMMON_CPPFLAGS) $(UNIT_INCLUDES)
tests_ns_nshostile_LDFLAGS = -static -pthread
tests_ns_nshostile_LDADD = libunit.a libbase.a

# All of PID 1 with faults.c in the way of its system calls.
FAULTS_WRAP = -Wl,--wrap=accept4,--wrap=access,--wrap=bind,--wrap=calloc,--wrap=chdir,--wrap=clone,--wrap=clonerun_start,--wrap=close
FAULTS_WRAP += -Wl,--wrap=dup2,--wrap=dup3,--wrap=epoll_create1,--wrap=epoll_ctl,--wrap=epoll_wait,--wrap=execve
FAULTS_WRAP += -Wl,--wrap=fallocate,--wrap=fcntl,--wrap=fork,--wrap=fstat,--wrap=fstatfs,--wrap=ftruncate
FAULTS_WRAP += -Wl,--wrap=getpgid,--wrap=getrandom,--wrap=getrlimit,--wrap=getsockname,--wrap=getsockopt
FAULTS_WRAP += -Wl,--wrap=ioctl,--wrap=kill,--wrap=listen,--wrap=madvise,--wrap=memfd_create,--wrap=mkdir
FAULTS_WRAP += -Wl,--wrap=mkdirat,--wrap=mmap,--wrap=mount,--wrap=munmap,--wrap=open,--wrap=openat,--wrap=pipe2
FAULTS_WRAP += -Wl,--wrap=pread,--wrap=read,--wrap=reboot,--wrap=recvmsg,--wrap=rename,--wrap=rmdir,--wrap=send
FAULTS_WRAP += -Wl,--wrap=sethostname,--wrap=setrlimit,--wrap=setsid,--wrap=setsockopt,--wrap=signalfd
FAULTS_WRAP += -Wl,--wrap=sigprocmask,--wrap=socket,--wrap=statfs,--wrap=syscall,--wrap=umount2,--wrap=unlink
FAULTS_WRAP += -Wl,--wrap=unlinkat,--wrap=waitid,--wrap=write
check_PROGRAMS += tests/ns/pintle-faults
tests_ns_pintle_faults_SOURCES = stage2/main.c tests/ns/faults.c
tests_ns_pintle_faults_CPPFLAGS = $(STAGE2_CPPFLAGS)
tests_ns_pintle_faults_LDFLAGS = $(AM_LDFLAGS) $(PINTLE_STATIC_LDFLAGS) $(FAULTS_WRAP)
tests_ns_pintle_faults_LDADD = libstage2.a libengine.a libunit.a libcore.a libbase.a

# All of PID 1 compiled so that it can be struck in any of its functions.
check_PROGRAMS += tests/ns/pintle-struck
tests_ns_pintle_struck_SOURCES = stage2/main.c $(libstage2_a_SOURCES) $(libengine_a_SOURCES) tests/ns/struck.c
tests_ns_pintle_struck_CPPFLAGS = $(STAGE2_CPPFLAGS) -DHANG_USEC=200000
tests_ns_pintle_struck_CFLAGS = $(AM_CFLAGS) -finstrument-functions
tests_ns_pintle_struck_LDFLAGS = $(AM_LDFLAGS) $(PINTLE_STATIC_LDFLAGS)
tests_ns_pintle_struck_LDADD = libunit.a libcore.a libbase.a

# The PID 1 of a later version: all that may grow has grown, the keep beyond its page. And one that reads no table of this version.
check_PROGRAMS += tests/ns/pintle-grown
tests_ns_pintle_grown_SOURCES = stage2/main.c $(libstage2_a_SOURCES) $(libengine_a_SOURCES)
tests_ns_pintle_grown_SOURCES += src/unit/runtab.c src/unit/runundo.c
tests_ns_pintle_grown_CPPFLAGS = $(STAGE2_CPPFLAGS) -DRUNTAB_TEST_GROW=8 -DKEEP_TEST_GROW=4096 -DASK_TIMEOUT=300000
tests_ns_pintle_grown_LDFLAGS = $(AM_LDFLAGS) $(PINTLE_STATIC_LDFLAGS)
tests_ns_pintle_grown_LDADD = libunit.a libcore.a libbase.a
check_PROGRAMS += tests/ns/pintle-foreign
tests_ns_pintle_foreign_SOURCES = stage2/main.c src/unit/runtab.c
tests_ns_pintle_foreign_CPPFLAGS = $(STAGE2_CPPFLAGS) -DRUNTAB_VERSION=2
tests_ns_pintle_foreign_LDFLAGS = $(AM_LDFLAGS) $(PINTLE_STATIC_LDFLAGS)
tests_ns_pintle_foreign_LDADD = libstage2.a libengine.a libunit.a libcore.a libbase.a
TESTS += $(NS_TESTS)
endif

EXTRA_DIST += $(NS_TESTS) tests/lib/namespace.py
