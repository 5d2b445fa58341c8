#include "cli/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "await/await.h"
#include "text/escape.h"

enum { PLAIN_SIZE = 512 }; /* of a message for which there is no memory */

/* All of it, as long as somebody takes it: a pipe may take it in pieces, as
   when it is nearly full and does not block. */
static void write_line(const char *line, size_t size)
{
    while (size > 0) {
        ssize_t written = write(STDERR_FILENO, line, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return;
        line += written;
        size -= (size_t)written;
    }
}

/* The line as one piece of memory; NULL: there is none. */
static char *compose(const char *text, const char *lead, size_t *size)
{
    char *line = NULL;
    FILE *out = open_memstream(&line, size);

    if (!out)
        return NULL;
    fputs(lead, out);
    escape_print(out, text);
    fputc('\n', out);
    if (fclose(out) == 0)
        return line;
    free(line);
    return NULL;
}

static void say(const char *lead, const char *text)
{
    char plain[PLAIN_SIZE];
    char shown[PLAIN_SIZE - 32];
    size_t size = 0;
    char *line = compose(text, lead, &size);

    if (line) {
        write_line(line, size);
    } else {
        escape_copy(shown, sizeof(shown), text);
        snprintf(plain, sizeof(plain), "%s%s\n", lead, shown);
        write_line(plain, strlen(plain));
    }
    free(line);
}

__attribute__((format(printf, 2, 0))) static void say_format(const char *lead,
                                                             const char *format,
                                                             va_list args)
{
    int kept = errno;
    char plain[PLAIN_SIZE];
    char *text = NULL;
    va_list again;

    va_copy(again, args);
    if (vasprintf(&text, format, args) < 0) {
        text = NULL;
        vsnprintf(plain, sizeof(plain), format, again);
    }
    va_end(again);
    say(lead, text ? text : plain);
    free(text);
    errno = kept;
}

void message(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say_format("flags: ", format, args);
    va_end(args);
}

void message_warning(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say_format("flags: warning: ", format, args);
    va_end(args);
}

int message_failure(const char *what, const char *subject, int code)
{
    message("%s%s%s%s: %s", what, subject ? " '" : "", subject ? subject : "",
            subject ? "'" : "", aw_strerror(code));
    return code;
}
