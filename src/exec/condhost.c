/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What kind of machine this is: virtual, a container, its processor, its name, its security modules, its power. */
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "condtest.h"
#include "fd.h"
#include "text.h"

/* As systemd-detect-virt(1) names them. Return: "none" outside of a container. */
static const char *container_name(void)
{
    static char name[64];
    _cleanup_free_ char *data = NULL;
    struct stat st;
    size_t size;

    if (fd_read_file(AT_FDCWD, "/proc/1/environ", 1 << 20, &data, &size) >= 0)
        for (const char *s = data; s < data + size; s += strlen(s) + 1) {
            const char *value = text_after(s, "container=");

            if (value && *value)
                return text_copy(name, sizeof(name), value) ? name : "container-other";
        }
    if (access("/run/.containerenv", F_OK) == 0)
        return "podman";
    if (access("/.dockerenv", F_OK) == 0)
        return "docker";
    /* The first pid namespace has a number fixed in the kernel (PROC_PID_INIT_INO). */
    if (stat("/proc/self/ns/pid", &st) == 0 && st.st_ino != 0xEFFFFFFCU)
        return "container-other";
    return "none";
}

static const char *vm_name(void)
{
    static const char *const vendors[][2] = {
        {"KVM", "kvm"},           {"OpenStack", "kvm"},    {"Amazon EC2", "amazon"},    {"QEMU", "qemu"},
        {"VMware", "vmware"},     {"VMW", "vmware"},       {"innotek GmbH", "oracle"},  {"VirtualBox", "oracle"},
        {"Oracle Corporation", "oracle"}, {"Xen", "xen"},  {"Bochs", "bochs"},          {"Parallels", "parallels"},
        {"BHYVE", "bhyve"},       {"Hyper-V", "microsoft"}, {"Google Compute Engine", "google"},
    };
    static const char *const files[] = {"/sys/class/dmi/id/product_name", "/sys/class/dmi/id/sys_vendor",
                                        "/sys/class/dmi/id/board_vendor", "/sys/class/dmi/id/bios_vendor"};
    _cleanup_free_ char *cpuinfo = NULL;
    char line[256];
    size_t size;

    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        for (size_t j = 0; fd_read_line(AT_FDCWD, files[i], line, sizeof(line)) > 0 && j < ARRAY_SIZE(vendors); j++)
            if (text_after(line, vendors[j][0]))
                return vendors[j][1];
    if (fd_read_file(AT_FDCWD, "/proc/cpuinfo", 4 << 20, &cpuinfo, &size) >= 0 && strstr(cpuinfo, " hypervisor"))
        return "vm-other";
    return "none";
}

bool condhost_virtualization(const char *value)
{
    const char *container = container_name(), *vm = vm_name();
    bool is_container = !streq(container, "none"), is_vm = !streq(vm, "none"), wanted;

    if (text_parse_bool(value, &wanted) == 0)
        return wanted == (is_container || is_vm);
    if (streq(value, "container"))
        return is_container;
    if (streq(value, "vm"))
        return is_vm && !is_container;
    return streq(value, is_container ? container : vm);
}

bool condhost_architecture(const char *value)
{
    static const char *const names[][2] = {{"x86_64", "x86-64"}, {"aarch64", "arm64"}, {"i686", "x86"},
                                           {"riscv64", "riscv64"}, {"ppc64le", "ppc64-le"}, {"s390x", "s390x"},
                                           {"armv7l", "arm"}};
    struct utsname u;

    if (uname(&u) < 0)
        return false;
    if (streq(value, "native"))
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (streq(u.machine, names[i][0]))
            return streq(value, names[i][1]);
    return streq(value, u.machine);
}

bool condhost_host(const char *value)
{
    char id[64], name[256];

    if (fd_read_line(AT_FDCWD, "/etc/machine-id", id, sizeof(id)) == 32 && streq(id, value))
        return true;
    return gethostname(name, sizeof(name)) == 0 && fnmatch(value, name, FNM_CASEFOLD) == 0;
}

static const char *const capabilities[] = {
    "chown",         "dac_override",   "dac_read_search", "fowner",          "fsetid",         "kill",
    "setgid",        "setuid",         "setpcap",         "linux_immutable", "net_bind_service", "net_broadcast",
    "net_admin",     "net_raw",        "ipc_lock",        "ipc_owner",       "sys_module",     "sys_rawio",
    "sys_chroot",    "sys_ptrace",     "sys_pacct",       "sys_admin",       "sys_boot",       "sys_nice",
    "sys_resource",  "sys_time",       "sys_tty_config",  "mknod",           "lease",          "audit_write",
    "audit_control", "setfcap",        "mac_override",    "mac_admin",       "syslog",         "wake_alarm",
    "block_suspend", "audit_read",     "perfmon",         "bpf",             "checkpoint_restore",
};

/* In the bounding set: what a service could be given at most. */
bool condhost_capability(const char *value)
{
    _cleanup_free_ char *status = NULL;
    const char *line;
    char hex[20];
    uint64_t set;
    size_t size;

    if (fd_read_file(AT_FDCWD, "/proc/self/status", 65536, &status, &size) < 0 || !(line = strstr(status, "CapBnd:\t")))
        return false;
    snprintf(hex, sizeof(hex), "%.16s", line + 8);
    if (text_parse_u64(hex, 16, &set) < 0 || strncasecmp(value, "CAP_", 4) != 0)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++)
        if (strcasecmp(value + 4, capabilities[i]) == 0)
            return set >> i & 1;
    return false;
}

static bool first_byte_is(const char *path, char c)
{
    char line[16];

    return fd_read_line(AT_FDCWD, path, line, sizeof(line)) > 0 && line[0] == c;
}

bool condhost_security(const char *value)
{
    if (streq(value, "selinux"))
        return access("/sys/fs/selinux/enforce", F_OK) == 0;
    if (streq(value, "apparmor"))
        return first_byte_is("/sys/module/apparmor/parameters/enabled", 'Y');
    if (streq(value, "smack"))
        return access("/sys/fs/smackfs", F_OK) == 0;
    if (streq(value, "tomoyo"))
        return access("/sys/kernel/security/tomoyo/version", F_OK) == 0;
    if (streq(value, "ima"))
        return access("/sys/kernel/security/ima", F_OK) == 0;
    if (streq(value, "tpm2"))
        return access("/sys/class/tpmrm/tpmrm0", F_OK) == 0;
    if (streq(value, "audit"))
        return access("/proc/self/loginuid", F_OK) == 0;
    return false;
}

/* On mains when any supply of that kind is on line, or when there is none to ask: a desktop, a server. */
bool condhost_ac_power(const char *value)
{
    _cleanup_closedir_ DIR *dir = opendir("/sys/class/power_supply");
    const struct dirent *e;
    bool found = false, online = false, wanted;
    char path[600], line[32];

    if (text_parse_bool(value, &wanted) < 0)
        return false;
    while (dir && (e = readdir(dir))) {
        snprintf(path, sizeof(path), "/sys/class/power_supply/%s/type", e->d_name);
        if (e->d_name[0] == '.' || fd_read_line(AT_FDCWD, path, line, sizeof(line)) <= 0 || !streq(line, "Mains"))
            continue;
        found = true;
        snprintf(path, sizeof(path), "/sys/class/power_supply/%s/online", e->d_name);
        online = online || first_byte_is(path, '1');
    }
    return wanted == (!found || online);
}
