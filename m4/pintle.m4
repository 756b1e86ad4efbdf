dnl SPDX-License-Identifier: LGPL-2.1-or-later

dnl PINTLE_CC_FLAGS(VARIABLE, FLAGS): append each flag that the compiler takes without a warning.
AC_DEFUN([PINTLE_CC_FLAGS], [
  for pintle_flag in m4_normalize([$2]); do
    AC_MSG_CHECKING([whether $CC takes $pintle_flag])
    pintle_save=$CFLAGS
    pintle_try=`echo "$pintle_flag" | sed 's/^-Wno-/-W/'`
    AS_IF([test "x$pintle_try" = x-D_FORTIFY_SOURCE=3], [pintle_try="-O2 -U_FORTIFY_SOURCE $pintle_try"])
    CFLAGS="$CFLAGS -Werror $pintle_try"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]], [[]])],
      [AC_MSG_RESULT([yes]); $1="$$1 $pintle_flag"], [AC_MSG_RESULT([no])])
    CFLAGS=$pintle_save
  done])

dnl PINTLE_LD_FLAGS(VARIABLE, FLAGS): append each flag that the linker takes.
AC_DEFUN([PINTLE_LD_FLAGS], [
  for pintle_flag in m4_normalize([$2]); do
    AC_MSG_CHECKING([whether the linker takes $pintle_flag])
    pintle_save=$LDFLAGS
    pintle_save_c=$CFLAGS
    AS_CASE([$pintle_flag], [-pie|-static-pie], [CFLAGS="$CFLAGS -fPIE"])
    LDFLAGS="$LDFLAGS $pintle_flag"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[]], [[]])],
      [AC_MSG_RESULT([yes]); $1="$$1 $pintle_flag"], [AC_MSG_RESULT([no])])
    LDFLAGS=$pintle_save
    CFLAGS=$pintle_save_c
  done])
