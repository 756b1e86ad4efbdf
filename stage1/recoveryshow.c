/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recoverystate.h"

#include <stdarg.h>
#include <sys/utsname.h>

#include "clock.h"
#include "hardware.h"
#include "page.h"

void recoveryshow_say(struct recovery *r, const char *format, ...)
{
    char text[600], wrapped[800];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    page_wrap(text, 8, wrapped, sizeof(wrapped));
    consoles_write(&r->consoles, wrapped);
}

static void append(char *buf, size_t size, const char *format, ...) _printf_(3, 4);
static void append(char *buf, size_t size, const char *format, ...)
{
    size_t used = strlen(buf);
    va_list ap;

    va_start(ap, format);
    vsnprintf(buf + used, size - used, format, ap);
    va_end(ap);
}

void recoveryshow_prefill(struct recovery *r)
{
    static const char *const keys[] = {"rootfstype", "rootflags", "init"};
    const struct cmdline *c = &r->s->cmdline;
    const char *root = cmdline_get(c, "root");
    int last = cmdline_last_of(c, "ro", "rw");

    r->prefill[0] = '\0';
    append(r->prefill, sizeof(r->prefill), root && strpbrk(root, " \t") ? "\"root=%s\"" : "root=%s", root ?: "");
    if (last >= 0)
        append(r->prefill, sizeof(r->prefill), " %s", last == 0 ? "ro" : "rw");
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        if (cmdline_get(c, keys[i]))
            append(r->prefill, sizeof(r->prefill), " %s=%s", keys[i], cmdline_get(c, keys[i]));
    for (char *p = r->prefill; *p; p++) /* it is shown as it is edited */
        if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
            *p = '?';
}

void recoveryshow_waiting(struct recovery *r)
{
    struct stage1 *s = r->s;
    uint64_t now = clock_now(), deadline = boot_deadline(s);
    struct page_wait w = {.root = s->spec.text, .left_usec = USEC_INFINITY, .hint = s->state == BOOT_WAITING};
    const struct child *child = child_eldest(&s->children);
    char text[1024], instead[256];

    if (s->state != BOOT_WAITING) {
        snprintf(instead, sizeof(instead), s->state == BOOT_COLDPLUG ? "the look at the hardware" : "'%s' to be mounted",
                 s->root.source);
        w.instead = instead;
    }
    if (deadline != 0 && deadline != USEC_INFINITY)
        w.left_usec = deadline > now ? deadline - now : 0;
    for (size_t i = 0; i < s->devices.n; i++)
        if (!s->devices.v[i]->gone && s->devices.v[i]->info.bytes > 0) {
            w.n_devices++;
            w.n_unread += s->devices.v[i]->info.probed == BLKINFO_PROBING;
        }
    if (child && now - child->since >= USEC_PER_SEC) {
        w.busy = child->what;
        w.busy_usec = now - child->since;
    }
    page_waiting(&w, text, sizeof(text));
    consoles_write(&r->consoles, text);
}

void recoveryshow_page(struct recovery *r, struct console *c, bool everything)
{
    struct stage1 *s = r->s;
    struct utsname un = {0};
    _cleanup_free_ const struct blkinfo **devices = NULL, **gone = NULL;
    _cleanup_free_ struct page_hardware *hardware = NULL;
    _cleanup_free_ char *text = malloc(PAGE_MAX);
    struct page_input in = {.fail = &s->failed, .root = cmdline_get(&s->cmdline, "root"),
                            .spec = s->spec.n > 0 ? &s->spec : NULL};
    char about[200];

    devices = devices_list(&s->devices, false, &in.n_devices);
    gone = devices_list(&s->devices, true, &in.n_gone);
    hardware = hardware_list(s, everything, &in.n_hardware);
    if (!text || !devices || !gone) {
        console_write(c, "*** pintle: not enough memory for the page\n");
        return;
    }
    (void)uname(&un);
    snprintf(about, sizeof(about), "pintle " PACKAGE_VERSION ", Linux %.65s, an image for Linux %.65s", un.release,
             r->conf.kernel[0] ? r->conf.kernel : "(unknown)");
    in.devices = devices;
    in.gone = gone;
    in.hardware = hardware;
    in.about = about;
    page_write(&in, everything, text, PAGE_MAX);
    console_write(c, "\n");
    console_write(c, text);
}

void recoveryshow_menu(struct recovery *r, struct console *c)
{
    char text[1024];

    menu_text(recovery_menu(r, c), r->news, countdown_left(&r->countdown, clock_now()), text, sizeof(text));
    console_write(c, text);
}
