/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "initcheck.h"

#include <elf.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include "initnote.h"
#include "text.h"

#define HEAD_SIZE   256 /* what the kernel looks at (BINPRM_BUF_SIZE) */
#define SCRIPTS_MAX 4   /* "#!" programs that name each other; the kernel stops at five */
#define PHDRS_MAX   128

static const char *const default_inits[] = {"/sbin/init", "/etc/init", "/bin/init", "/bin/sh"};

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#elif defined(__riscv)
#define OWN_MACHINE EM_RISCV
#elif defined(__powerpc64__)
#define OWN_MACHINE EM_PPC64
#elif defined(__s390x__)
#define OWN_MACHINE EM_S390
#else
#define OWN_MACHINE EM_NONE
#endif

struct elf_info {
    char interpreter[256];
    uint32_t handoff; /* 0: no note */
};

static int open_in_root(int rootfd, const char *path, uint64_t flags)
{
    struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, rootfd, path, &how, sizeof(how));

    return fd < 0 ? -errno : (int)fd;
}

/* "needs '/lib64/ld.so', which the root lacks" and the like. Always returns -ENOEXEC or the errno given. */
static int problem(struct initcheck *c, int error, const char *format, ...) _printf_(3, 4);
static int problem(struct initcheck *c, int error, const char *format, ...)
{
    size_t at = strlen(c->problem);
    va_list ap;

    if (at > 0 && at + 2 < sizeof(c->problem)) {
        memcpy(c->problem + at, "; ", 3);
        at += 2;
    }
    va_start(ap, format);
    vsnprintf(c->problem + at, sizeof(c->problem) - at, format, ap);
    va_end(ap);
    return error;
}

/* Both classes through one 64-bit view: a 32-bit program runs on a 64-bit kernel too. */
static bool read_phdr(int fd, const Elf64_Ehdr *eh, bool is64, unsigned i, Elf64_Phdr *ret)
{
    uint64_t at = is64 ? eh->e_phoff : ((const Elf32_Ehdr *)(const void *)eh)->e_phoff;
    Elf32_Phdr p32;

    if (is64)
        return pread(fd, ret, sizeof(*ret), (off_t)(at + i * sizeof(*ret))) == sizeof(*ret);
    if (pread(fd, &p32, sizeof(p32), (off_t)(at + i * sizeof(p32))) != sizeof(p32))
        return false;
    *ret = (Elf64_Phdr){.p_type = p32.p_type, .p_offset = p32.p_offset, .p_filesz = p32.p_filesz};
    return true;
}

static void look_for_note(int fd, const Elf64_Phdr *ph, struct elf_info *ret)
{
    uint8_t notes[4096];
    size_t size = MIN((size_t)ph->p_filesz, sizeof(notes)), at = 0;
    ssize_t n = pread(fd, notes, size, (off_t)ph->p_offset);

    if (n < 0)
        return;
    while (at + sizeof(Elf64_Nhdr) <= (size_t)n) {
        Elf64_Nhdr nh; /* the same in both classes */
        size_t name, desc;

        memcpy(&nh, notes + at, sizeof(nh));
        name = at + sizeof(nh);
        desc = name + ALIGN_UP((size_t)nh.n_namesz, 4);
        if (desc + nh.n_descsz > (size_t)n)
            return;
        if (nh.n_namesz == sizeof(INITNOTE_NAME) && nh.n_type == INITNOTE_TYPE &&
            nh.n_descsz >= sizeof(ret->handoff) && memcmp(notes + name, INITNOTE_NAME, sizeof(INITNOTE_NAME)) == 0)
            memcpy(&ret->handoff, notes + desc, sizeof(ret->handoff));
        at = desc + ALIGN_UP((size_t)nh.n_descsz, 4);
    }
}

/* Return: 0; -ENOEXEC with the problem noted. */
static int read_elf(int fd, const char *path, const Elf64_Ehdr *eh, struct elf_info *ret, struct initcheck *c)
{
    bool is64 = eh->e_ident[EI_CLASS] == ELFCLASS64;
    unsigned n = is64 ? eh->e_phnum : ((const Elf32_Ehdr *)(const void *)eh)->e_phnum;

    *ret = (struct elf_info){0};
    if (OWN_MACHINE != EM_NONE && eh->e_machine != OWN_MACHINE &&
        !(OWN_MACHINE == EM_X86_64 && eh->e_machine == EM_386))
        return problem(c, -ENOEXEC, "'%s' is a program for another machine (ELF machine %u)", path, eh->e_machine);
    for (unsigned i = 0; i < MIN(n, PHDRS_MAX); i++) {
        Elf64_Phdr ph;

        if (!read_phdr(fd, eh, is64, i, &ph))
            return problem(c, -ENOEXEC, "'%s' is cut short", path);
        if (ph.p_type == PT_NOTE)
            look_for_note(fd, &ph, ret);
        if (ph.p_type != PT_INTERP)
            continue;
        if (ph.p_filesz < 2 || ph.p_filesz > sizeof(ret->interpreter) ||
            pread(fd, ret->interpreter, ph.p_filesz, (off_t)ph.p_offset) != (ssize_t)ph.p_filesz)
            return problem(c, -ENOEXEC, "'%s' names its interpreter wrongly", path);
        ret->interpreter[ph.p_filesz - 1] = '\0';
    }
    return 0;
}

static int check_program(int rootfd, const char *path, const char *needed_by, int depth, struct initcheck *c);

static int check_script(int rootfd, const char *path, char *line, int depth, struct initcheck *c)
{
    char *word = line + 2 + strspn(line + 2, " \t");

    word[strcspn(word, " \t\n")] = '\0';
    if (!*word)
        return problem(c, -ENOEXEC, "'%s' begins with '#!' and names no interpreter", path);
    if (depth >= SCRIPTS_MAX)
        return problem(c, -ENOEXEC, "'%s': interpreters that name each other", path);
    return check_program(rootfd, word, path, depth + 1, c);
}

static int check_contents(int rootfd, int fd, const char *path, int depth, struct initcheck *c)
{
    union {
        char text[HEAD_SIZE + 1];
        Elf64_Ehdr elf;
    } head = {0};
    char shown[128];
    struct elf_info elf;
    ssize_t n = pread(fd, head.text, HEAD_SIZE, 0);
    int r;

    text_printable(path, shown, sizeof(shown));
    if (n < 0)
        return problem(c, -errno, "cannot read '%s' (%s)", shown, strerrordesc_np(errno));
    if (n == 0)
        return problem(c, -ENOEXEC, "'%s' is empty", shown);
    if (strncmp(head.text, "#!", 2) == 0)
        return check_script(rootfd, shown, head.text, depth, c);
    if ((size_t)n < sizeof(Elf32_Ehdr) || memcmp(head.text, ELFMAG, SELFMAG) != 0)
        return problem(c, -ENOEXEC, "'%s' is neither an ELF program nor a script", shown);
    r = read_elf(fd, shown, &head.elf, &elf, c);
    if (r < 0)
        return r;
    if (depth == 0 && elf.handoff > 0) {
        c->is_pintle = true;
        c->handoff = elf.handoff;
    }
    return elf.interpreter[0] ? check_program(rootfd, elf.interpreter, path, SCRIPTS_MAX + 1, c) : 0;
}

/*
 * @needed_by: the program whose interpreter this is; NULL for init itself.
 * @depth: SCRIPTS_MAX + 1: a dynamic loader, which needs no interpreter of its own.
 */
static int check_program(int rootfd, const char *path, const char *needed_by, int depth, struct initcheck *c)
{
    _cleanup_close_ int fd = -EBADF;
    char shown[128], by[128];
    struct stat st;
    int r = open_in_root(rootfd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

    text_printable(path, shown, sizeof(shown));
    text_printable(needed_by ?: "", by, sizeof(by));
    if (r < 0 && needed_by)
        return problem(c, r, "'%s' needs '%s', %s", by, shown,
                       r == -ENOENT ? "which the root lacks" : "which cannot be opened");
    if (r < 0)
        return r == -ENOENT ? problem(c, r, "no '%s'", shown)
                            : problem(c, r, "cannot open '%s' (%s)", shown, strerrordesc_np(-r));
    fd = r;
    if (fstat(fd, &st) < 0)
        return problem(c, -errno, "cannot look at '%s'", shown);
    if (!S_ISREG(st.st_mode))
        return problem(c, -EACCES, "'%s' is no regular file", shown);
    if (!(st.st_mode & 0111))
        return problem(c, -EACCES, "'%s' is not executable (mode %04o)", shown, st.st_mode & 07777);
    return depth > SCRIPTS_MAX ? 0 : check_contents(rootfd, fd, path, depth, c);
}

int initcheck_find(int rootfd, const char *init, struct initcheck *ret)
{
    struct statvfs fs;
    int first = 0;

    *ret = (struct initcheck){0};
    if (fstatvfs(rootfd, &fs) == 0 && fs.f_flag & ST_NOEXEC)
        return problem(ret, -EACCES, "the root is mounted noexec: nothing on it can be run");
    for (size_t i = 0; i < (init ? 1 : ARRAY_SIZE(default_inits)); i++) {
        const char *path = init ?: default_inits[i];
        int r = check_program(rootfd, path, NULL, 0, ret);

        if (r >= 0) {
            ret->problem[0] = '\0';
            return text_copy(ret->path, sizeof(ret->path), path) ? 0 : -ENAMETOOLONG;
        }
        if (first == 0)
            first = r;
    }
    return init ? first : -ENOENT;
}
