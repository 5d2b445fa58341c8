#include "comparison/factors.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text/quantity.h"

__attribute__((format(printf, 2, 3))) static void add(
    char text[FACTORS_TEXT_SIZE], const char *format, ...)
{
    size_t used = strlen(text);
    va_list values;

    if (used > 0 && used + 2 < FACTORS_TEXT_SIZE) {
        memcpy(text + used, ", ", 3);
        used += 2;
    }
    va_start(values, format);
    vsnprintf(text + used, FACTORS_TEXT_SIZE - used, format, values);
    va_end(values);
}

void factors_describe(const struct compare_factors *factors,
                      char text[FACTORS_TEXT_SIZE])
{
    char quantity[QUANTITY_SIZE];

    text[0] = '\0';
    if (factors->size > 0) {
        quantity_size(quantity, (double)factors->size);
        add(text, "images of %s", quantity);
    }
    if (factors->bandwidth > 0) {
        quantity_size(quantity, (double)factors->bandwidth);
        add(text, "%s a second on each connection", quantity);
    }
    if (factors->connect)
        add(text, "connections that are held for %s", factors->connect);
    if (factors->tls)
        add(text, "TLS");
    if (factors->work_us > 0) {
        quantity_time(quantity, (double)factors->work_us);
        add(text, "%s of computing on each image", quantity);
    }
}
