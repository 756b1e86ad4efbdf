/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crypthash.h"

#include <crypt.h>
#include <dlfcn.h>

typedef char *crypt_r_fn(const char *phrase, const char *setting, struct crypt_data *data);

bool crypthash_is_locked(const char *hash)
{
    return !*hash || *hash == '*' || *hash == '!';
}

/* In a time that does not tell where the two begin to differ. */
static bool is_same(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    unsigned char diff = n != m;

    for (size_t i = 0; i < MIN(n, m); i++)
        diff |= (unsigned char)(a[i] ^ b[i]);
    return diff == 0;
}

static int check_with(crypt_r_fn *fn, const char *password, const char *hash)
{
    struct crypt_data *data = calloc(1, sizeof(*data));
    const char *out;
    int r;

    if (!data)
        return -ENOMEM;
    out = fn(password, hash, data);
    /* libxcrypt says "no such kind of hash" with a text that begins with '*' and is never equal to a hash. */
    r = !out || *out == '*' ? -EINVAL : is_same(out, hash);
    explicit_bzero(data, sizeof(*data));
    free(data);
    return r;
}

int crypthash_check(const char *password, const char *hash)
{
    crypt_r_fn *fn;
    void *lib;
    int r;

    if (crypthash_is_locked(hash))
        return -EINVAL;
    lib = dlopen(CRYPTHASH_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!lib)
        return -ELIBACC;
    *(void **)&fn = dlsym(lib, "crypt_r");
    r = fn ? check_with(fn, password, hash) : -ELIBACC;
    dlclose(lib);
    return r;
}
