# SPDX-License-Identifier: LGPL-2.1-or-later
# Everything but main in a library, so that the tests can run each verb.
noinst_LIBRARIES += libctl.a
libctl_a_CPPFLAGS = $(COMMON_CPPFLAGS) $(UNIT_INCLUDES) -I$(top_srcdir)/src/ctl
libctl_a_SOURCES =
libctl_a_SOURCES += src/ctl/change.c
libctl_a_SOURCES += src/ctl/client.c src/ctl/client.h
libctl_a_SOURCES += src/ctl/ctl.c src/ctl/ctl.h
libctl_a_SOURCES += src/ctl/describe.c src/ctl/describe.h
libctl_a_SOURCES += src/ctl/enable.c
libctl_a_SOURCES += src/ctl/final.c
libctl_a_SOURCES += src/ctl/list.c
libctl_a_SOURCES += src/ctl/ctloption.c
libctl_a_SOURCES += src/ctl/show.c
libctl_a_SOURCES += src/ctl/answer.c
libctl_a_SOURCES += src/ctl/status.c
libctl_a_SOURCES += src/ctl/targets.c
libctl_a_SOURCES += src/ctl/term.c src/ctl/term.h
libctl_a_SOURCES += src/ctl/times.c src/ctl/times.h
libctl_a_SOURCES += src/ctl/timesprint.c
libctl_a_SOURCES += src/ctl/unitfile.c src/ctl/unitfile.h
libctl_a_SOURCES += src/ctl/unitlink.c
libctl_a_SOURCES += src/ctl/verify.c
libctl_a_SOURCES += src/ctl/view.c src/ctl/view.h

# Static: it starts in half the time, and poweroff works when the root's libc does not.
bin_PROGRAMS += pintlectl
pintlectl_SOURCES = src/ctl/main.c
pintlectl_CPPFLAGS = $(COMMON_CPPFLAGS) $(UNIT_INCLUDES) -I$(top_srcdir)/src/ctl
pintlectl_LDFLAGS = $(AM_LDFLAGS) $(PINTLE_STATIC_LDFLAGS)
pintlectl_LDADD = libctl.a libunit.a libcore.a libbase.a $(JSON_LIBS)
TESTLIBS += libctl.a

# The old names would take the place of a running systemd's own programs: only where somebody asks for them.
if INSTALL_LINKS
install-exec-hook: install-links
uninstall-hook: uninstall-links
endif
.PHONY: install-links uninstall-links
install-links:
	$(MKDIR_P) '$(DESTDIR)$(bindir)' '$(DESTDIR)$(sbindir)'
	cd '$(DESTDIR)$(bindir)' && rm -f systemctl && $(LN_S) pintlectl systemctl
	for name in reboot poweroff halt shutdown; do \
	  rm -f '$(DESTDIR)$(sbindir)'/$$name && $(LN_S) '$(bindir)/pintlectl' '$(DESTDIR)$(sbindir)'/$$name || exit 1; \
	done
uninstall-links:
	rm -f '$(DESTDIR)$(bindir)/systemctl'
	cd '$(DESTDIR)$(sbindir)' && rm -f reboot poweroff halt shutdown
