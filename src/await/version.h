#pragma once

#include "await/base.h"

/*
 * version: of the headers, at compile time, and of the library that runs. The
 * first number is the interface's: where it differs a program does not fit, and
 * it is the shared library's, too.
 */

#define AW_VERSION "0.1.0"
#define AW_VERSION_MAJOR 0
#define AW_VERSION_MINOR 1
#define AW_VERSION_PATCH 0
/* To compare: AW_VERSION_NUMBER >= 0x000100 */
#define AW_VERSION_NUMBER \
    (AW_VERSION_MAJOR << 16 | AW_VERSION_MINOR << 8 | AW_VERSION_PATCH)

AW_BEGIN_DECLS

/*
 * AW_VERSION of the library.
 *
 * Owner: the library; static. Thread: any. Codes: none. Cancellation: none.
 */
const char *aw_version(void);

AW_END_DECLS
