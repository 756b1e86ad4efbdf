/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stage1 - the whole state of stage one, in one struct that the parts are given.
 *
 * Stage one is one process with one loop; each part owns its member and changes no other's.
 */
#pragma once

#include "boot.h"
#include "child.h"
#include "cmdline.h"
#include "devices.h"
#include "fail.h"
#include "image.h"
#include "loader.h"
#include "loop.h"
#include "mounting.h"
#include "rootspec.h"
#include "rootwait.h"
#include "text.h"
#include "udevmon.h"

/* When each phase was reached: CLOCK_MONOTONIC microseconds, 0 when it was not. */
struct stage1_times {
    uint64_t start, early, coldplug, root_found, mounted, pivot, exec;
};

/* The mounted root. */
struct stage1_root {
    char source[160]; /* "/dev/vda1" */
    char type[32];
    char options[512];
    bool read_only;
    dev_t dev;
    int fsck_status;  /* exit status; -1: none was run */
    char init[256];   /* as the new root names it: "/sbin/init" */
    bool init_is_pintle;
};

#define STAGE1_NEWROOT IMAGE_SYSROOT

struct stage1 {
    char **argv; /* the kernel's: init gets them unchanged */
    char **envp;
    struct cmdline cmdline;
    struct loop loop;
    struct children children;
    struct udevmon monitor;      /* the kernel's own events */
    struct udevmon udev_monitor; /* those that udevd has worked through; not open in a lean image */
    pid_t udevd_pid;             /* 0: does not run */
    int udevd_control, udevd_events;
    bool udevd_stopping;
    struct devices devices;
    struct loader loader;
    enum boot_state state;
    struct rootspec spec;
    struct rootwait wait;
    struct mounting mounting;
    struct stage1_root root;
    struct stage1_times times;
    struct strv warnings;
    struct image_conf image;
    char image_damage[160]; /* why the image is not whole; empty: it is */
    uint64_t freed_bytes;   /* given back already, after re-homing */
    const char *crashed;    /* what crash_init told of an earlier life; NULL: none */
    struct recovery *recovery; /* recovery.h; owned by it */
    struct fail failed; /* the last failure, while state is BOOT_FAILED */
};

/* stage1_warn - log a warning and keep it for the handoff record. Return: @error. */
int stage1_warn(struct stage1 *s, int error, const char *format, ...) _printf_(3, 4);
