#include "cli/values.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
    FRACTION_DIGITS = 9, /* what follows them is too small to count */
};

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit times[] = {
    {"", 1000000},  {"us", 1},       {"ms", 1000},
    {"s", 1000000}, {"m", 60000000}, {"h", 3600000000},
};

static const struct unit sizes[] = {
    {"", 1},        {"k", 1 << 10}, {"K", 1 << 10}, {"m", 1 << 20},
    {"M", 1 << 20}, {"g", 1 << 30}, {"G", 1 << 30},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_digit(char c)
{
    return c >= '0' && c <= '9'; /* isdigit() asks the locale */
}

/* Read digits into *number and return what follows them: `text` itself if
   there are none, NULL if they do not fit. */
static const char *read_digits(const char *text, int64_t *number)
{
    int64_t sum = 0;

    for (; is_digit(*text); text++) {
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, *text - '0', &sum))
            return NULL;
    }
    *number = sum;
    return text;
}

/* Read the digits after the point as a numerator over *scale. */
static const char *read_fraction(const char *text, int64_t *numerator,
                                 int64_t *scale)
{
    *numerator = 0;
    *scale = 1;
    for (int digits = 0; is_digit(*text); text++, digits++) {
        if (digits >= FRACTION_DIGITS)
            continue;
        *numerator = *numerator * 10 + (*text - '0');
        *scale *= 10;
    }
    return text;
}

static const struct unit *find_unit(const struct unit *units, size_t count,
                                    const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    }
    return NULL;
}

/* Is it digits, perhaps with one point, and at least one digit? *end is what
   follows. */
static bool is_decimal(const char *text, const char **end)
{
    int digits = 0;

    for (; is_digit(*text); text++)
        digits++;
    if (*text == '.') {
        if (!is_digit(text[1]))
            return false;
        for (text++; is_digit(*text); text++)
            digits++;
    }
    *end = text;
    return digits > 0;
}

/* whole * factor + numerator * factor / scale, where it fits. */
static int scaled(const char *text, int64_t factor, int64_t *result)
{
    int64_t whole = 0;
    int64_t numerator = 0;
    int64_t scale = 1;

    text = read_digits(text, &whole);
    if (!text)
        return -ERANGE;
    if (*text == '.')
        read_fraction(text + 1, &numerator, &scale);
    /* At most 1e9 * 3.6e9: the second product always fits. */
    if (__builtin_mul_overflow(whole, factor, &whole) ||
        __builtin_add_overflow(whole, numerator * factor / scale, &whole))
        return -ERANGE;
    *result = whole;
    return 0;
}

int value_integer(const char *text, int64_t *number)
{
    int64_t read = 0;
    const char *end = read_digits(text, &read);

    if (!end) /* too long to fit, but is it digits to its end? */
        return text[strspn(text, "0123456789")] == '\0' ? -ERANGE : -EINVAL;
    if (end == text || *end != '\0')
        return -EINVAL;
    *number = read;
    return 0;
}

int value_duration(const char *text, int64_t *us)
{
    const struct unit *unit;
    const char *end;

    if (!is_decimal(text, &end))
        return -EINVAL;
    unit = find_unit(times, COUNT(times), end);
    if (!unit)
        return -EINVAL;
    return scaled(text, unit->factor, us);
}

int value_size(const char *text, int64_t *bytes)
{
    const char *end = text + strspn(text, "0123456789");
    const struct unit *unit = find_unit(sizes, COUNT(sizes), end);

    if (end == text || !unit)
        return -EINVAL;
    return scaled(text, unit->factor, bytes);
}

int value_rate(const char *text, struct value_rate *rate)
{
    const char *end = text + strspn(text, "0123456789");
    const struct unit *unit;
    int64_t count = 0;

    if (end == text || *end != '/' || end[1] == '\0')
        return -EINVAL;
    unit = find_unit(times, COUNT(times), end + 1);
    if (!unit)
        return -EINVAL;
    if (!read_digits(text, &count) || count == 0)
        return -ERANGE;
    *rate = (struct value_rate){.count = count, .unit_us = unit->factor};
    return 0;
}

int value_probability(const char *text, double *probability)
{
    int64_t billionths = 0;
    const char *end;
    bool is_percentage;
    int rc;

    if (!is_decimal(text, &end))
        return -EINVAL;
    is_percentage = strcmp(end, "%") == 0;
    if (*end != '\0' && !is_percentage)
        return -EINVAL;
    rc = scaled(text, is_percentage ? 10000000 : 1000000000, &billionths);
    if (rc < 0)
        return rc;
    if (billionths > 1000000000)
        return -ERANGE;
    *probability = (double)billionths / 1e9;
    return 0;
}
