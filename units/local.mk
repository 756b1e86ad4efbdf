# SPDX-License-Identifier: LGPL-2.1-or-later
# The unit files that pintle ships, in $(unitdir). Those with an .in name programs of ours.
PLAIN_UNITS =
PLAIN_UNITS += units/basic.target
PLAIN_UNITS += units/bluetooth.target
PLAIN_UNITS += units/console-getty.service
PLAIN_UNITS += units/emergency.target
PLAIN_UNITS += units/exit.target
PLAIN_UNITS += units/final.target
PLAIN_UNITS += units/getty-pre.target
PLAIN_UNITS += units/getty.target
PLAIN_UNITS += units/getty@.service
PLAIN_UNITS += units/graphical.target
PLAIN_UNITS += units/halt.target
PLAIN_UNITS += units/kexec.target
PLAIN_UNITS += units/local-fs-pre.target
PLAIN_UNITS += units/local-fs.target
PLAIN_UNITS += units/multi-user.target
PLAIN_UNITS += units/network-online.target
PLAIN_UNITS += units/network-pre.target
PLAIN_UNITS += units/network.target
PLAIN_UNITS += units/nss-lookup.target
PLAIN_UNITS += units/nss-user-lookup.target
PLAIN_UNITS += units/paths.target
PLAIN_UNITS += units/pintle-random-seed.service
PLAIN_UNITS += units/pintle-tmpfiles.service
PLAIN_UNITS += units/poweroff.target
PLAIN_UNITS += units/printer.target
PLAIN_UNITS += units/reboot.target
PLAIN_UNITS += units/remote-fs-pre.target
PLAIN_UNITS += units/remote-fs.target
PLAIN_UNITS += units/rescue.target
PLAIN_UNITS += units/rpcbind.target
PLAIN_UNITS += units/serial-getty@.service
PLAIN_UNITS += units/shutdown.target
PLAIN_UNITS += units/slices.target
PLAIN_UNITS += units/sockets.target
PLAIN_UNITS += units/swap.target
PLAIN_UNITS += units/sysinit.target
PLAIN_UNITS += units/systemd-modules-load.service
PLAIN_UNITS += units/systemd-sysctl.service
PLAIN_UNITS += units/systemd-sysusers.service
PLAIN_UNITS += units/systemd-tmpfiles-setup-dev.service
PLAIN_UNITS += units/systemd-tmpfiles-setup.service
PLAIN_UNITS += units/systemd-udev-settle.service
PLAIN_UNITS += units/systemd-udev-trigger.service
PLAIN_UNITS += units/systemd-udevd.service
PLAIN_UNITS += units/systemd-user-sessions.service
PLAIN_UNITS += units/time-set.target
PLAIN_UNITS += units/time-sync.target
PLAIN_UNITS += units/timers.target
PLAIN_UNITS += units/umount.target
MADE_UNITS =
MADE_UNITS += units/emergency.service
MADE_UNITS += units/pintle-fsck-root.service
MADE_UNITS += units/pintle-late-mounts.service
MADE_UNITS += units/pintle-mounts.service
MADE_UNITS += units/pintle-remote-mounts.service
MADE_UNITS += units/pintle-swap.service
MADE_UNITS += units/rescue.service
MADE_UNITS += units/systemd-remount-fs.service

# Links in $(unitdir): ALIAS=UNIT, and TARGET.wants/UNIT=FILE.
UNIT_LINKS =
UNIT_LINKS += default.target=graphical.target
UNIT_LINKS += ctrl-alt-del.target=reboot.target
UNIT_LINKS += autovt@.service=getty@.service
UNIT_LINKS += runlevel0.target=poweroff.target
UNIT_LINKS += runlevel1.target=rescue.target
UNIT_LINKS += runlevel2.target=multi-user.target
UNIT_LINKS += runlevel3.target=multi-user.target
UNIT_LINKS += runlevel4.target=multi-user.target
UNIT_LINKS += runlevel5.target=graphical.target
UNIT_LINKS += runlevel6.target=reboot.target
UNIT_LINKS += sysinit.target.wants/systemd-udevd.service=../systemd-udevd.service
UNIT_LINKS += sysinit.target.wants/systemd-udev-trigger.service=../systemd-udev-trigger.service
UNIT_LINKS += sysinit.target.wants/systemd-modules-load.service=../systemd-modules-load.service
UNIT_LINKS += sysinit.target.wants/systemd-sysctl.service=../systemd-sysctl.service
UNIT_LINKS += sysinit.target.wants/systemd-sysusers.service=../systemd-sysusers.service
UNIT_LINKS += sysinit.target.wants/systemd-tmpfiles-setup-dev.service=../systemd-tmpfiles-setup-dev.service
UNIT_LINKS += sysinit.target.wants/systemd-tmpfiles-setup.service=../systemd-tmpfiles-setup.service
UNIT_LINKS += sysinit.target.wants/pintle-tmpfiles.service=../pintle-tmpfiles.service
UNIT_LINKS += sysinit.target.wants/pintle-random-seed.service=../pintle-random-seed.service
UNIT_LINKS += multi-user.target.wants/getty.target=../getty.target
UNIT_LINKS += multi-user.target.wants/systemd-user-sessions.service=../systemd-user-sessions.service
UNIT_LINKS += multi-user.target.wants/remote-fs.target=../remote-fs.target
UNIT_LINKS += getty.target.wants/getty@tty1.service=../getty@.service

unitfiledir = $(unitdir)
dist_unitfile_DATA = $(PLAIN_UNITS)
nodist_unitfile_DATA = $(MADE_UNITS)
EXTRA_DIST += units/emergency.service.in units/pintle-fsck-root.service.in units/pintle-late-mounts.service.in units/pintle-mounts.service.in units/pintle-remote-mounts.service.in units/pintle-swap.service.in units/rescue.service.in units/systemd-remount-fs.service.in
CLEANFILES += $(MADE_UNITS)

units/emergency.service: units/emergency.service.in
units/pintle-fsck-root.service: units/pintle-fsck-root.service.in
units/pintle-late-mounts.service: units/pintle-late-mounts.service.in
units/pintle-mounts.service: units/pintle-mounts.service.in
units/pintle-remote-mounts.service: units/pintle-remote-mounts.service.in
units/pintle-swap.service: units/pintle-swap.service.in
units/rescue.service: units/rescue.service.in
units/systemd-remount-fs.service: units/systemd-remount-fs.service.in
$(MADE_UNITS): Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) \
		-e 's|@pkglibexecdir[@]|$(pkglibexecdir)|g' \
		-e 's|@bindir[@]|$(bindir)|g' $(srcdir)/$@.in >$@.new && mv $@.new $@

# Also used by the tests, to lay out a unit directory without installing: make unit-links DESTDIR=... unitdir=...
unit-links:
	@for link in $(UNIT_LINKS); do \
		name=$${link%%=*}; \
		$(MKDIR_P) "$$(dirname "$(DESTDIR)$(unitdir)/$$name")" && \
		ln -sfn "$${link#*=}" "$(DESTDIR)$(unitdir)/$$name" || exit 1; \
	done

unit-unlinks:
	@for link in $(UNIT_LINKS); do rm -f "$(DESTDIR)$(unitdir)/$${link%%=*}"; done
	@for dir in sysinit multi-user getty; do \
		rmdir "$(DESTDIR)$(unitdir)/$$dir.target.wants" 2>/dev/null || true; \
	done

install-data-local: unit-links
uninstall-local: unit-unlinks
.PHONY: unit-links unit-unlinks
