/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * util - the macros that every file uses: cleanup attributes, ownership hand-over, small arithmetic.
 *
 * Owns nothing. A variable with a cleanup attribute is initialised where it is declared
 * (`_cleanup_close_ int fd = -EBADF;`) and given away with TAKE_FD or TAKE_PTR.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _cleanup_(fn)      __attribute__((cleanup(fn)))
#define _printf_(a, b)     __attribute__((format(printf, a, b)))
#define _noreturn_         __attribute__((noreturn))
#define _pure_             __attribute__((pure))
#define _unused_           __attribute__((unused))
#define _const_            __attribute__((const))
#define _warn_unused_      __attribute__((warn_unused_result))

#define ARRAY_SIZE(a)      (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)          ((a) < (b) ? (a) : (b))
#define MAX(a, b)          ((a) > (b) ? (a) : (b))
#define ALIGN_UP(n, to)    (((n) + (to) - 1) / (to) * (to))

#define USEC_PER_MSEC      UINT64_C(1000)
#define USEC_PER_SEC       UINT64_C(1000000)
#define USEC_INFINITY      UINT64_MAX

static inline void cleanup_close(int *fd)
{
    if (*fd >= 0) {
        int saved = errno;
        close(*fd); /* never retried: on Linux the descriptor is gone even after EINTR (close(2)) */
        errno = saved;
    }
}

static inline void cleanup_free(void *p)
{
    free(*(void **)p);
}

static inline void cleanup_fclose(FILE **f)
{
    if (*f)
        fclose(*f);
}

static inline void cleanup_closedir(DIR **d)
{
    if (*d)
        closedir(*d);
}

#define _cleanup_close_    _cleanup_(cleanup_close)
#define _cleanup_free_     _cleanup_(cleanup_free)
#define _cleanup_fclose_   _cleanup_(cleanup_fclose)
#define _cleanup_closedir_ _cleanup_(cleanup_closedir)

#define TAKE_FD(fd)                                                                                          \
    ({                                                                                                       \
        int *fdp_ = &(fd);                                                                                   \
        int fd_ = *fdp_;                                                                                     \
        *fdp_ = -EBADF;                                                                                      \
        fd_;                                                                                                 \
    })

#define TAKE_PTR(ptr)                                                                                        \
    ({                                                                                                       \
        __typeof__(ptr) *pp_ = &(ptr);                                                                       \
        __typeof__(ptr) p_ = *pp_;                                                                           \
        *pp_ = NULL;                                                                                         \
        p_;                                                                                                  \
    })

static inline bool streq(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}
