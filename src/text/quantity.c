#include "text/quantity.h"

#include <math.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* How many decimals show three significant digits of a value that is not
   above 999.5. */
static int decimals(double value)
{
    int places = 2;

    /* What would be rounded to the next power of ten has one fewer. */
    for (double limit = 0.9995; value > 0 && value < limit && places < 9;
         limit /= 10)
        places++;
    if (places > 2)
        return places;
    return value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
}

void quantity_time(char text[QUANTITY_SIZE], double us)
{
    double size = fabs(us);
    const char *sign = us < 0 ? "-" : "";

    if (isnan(us))
        snprintf(text, QUANTITY_SIZE, "-");
    else if (size < 999.5)
        snprintf(text, QUANTITY_SIZE, "%s%.0f us", sign, size);
    else if (size < 999.5e3)
        snprintf(text, QUANTITY_SIZE, "%s%.*f ms", sign, decimals(size / 1e3),
                 size / 1e3);
    else
        snprintf(text, QUANTITY_SIZE, "%s%.*f s", sign, decimals(size / 1e6),
                 size / 1e6);
}

void quantity_size(char text[QUANTITY_SIZE], double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;

    /* What would be written as 1024 is 1 of the next unit. */
    while (fabs(bytes) >= 1023.5 && unit + 1 < COUNT(units)) {
        bytes /= 1024;
        unit++;
    }
    if (isnan(bytes))
        snprintf(text, QUANTITY_SIZE, "-");
    else
        snprintf(text, QUANTITY_SIZE, "%.*f %s",
                 unit > 0 && fabs(bytes) < 99.95 ? 1 : 0, bytes, units[unit]);
}

void quantity_ratio(char text[QUANTITY_SIZE], double value)
{
    if (isnan(value))
        snprintf(text, QUANTITY_SIZE, "-");
    else if (fabs(value) < 1e-6 || fabs(value) >= 1e9)
        snprintf(text, QUANTITY_SIZE, "%.3g", value);
    else
        snprintf(text, QUANTITY_SIZE, "%.*f", decimals(fabs(value)), value);
}

void quantity_count(char text[QUANTITY_SIZE], double value)
{
    if (isnan(value))
        snprintf(text, QUANTITY_SIZE, "-");
    else
        snprintf(text, QUANTITY_SIZE, "%.9g", value);
}

void quantity_share(char text[QUANTITY_SIZE], double share)
{
    double percent = 100 * share;

    if (isnan(share))
        snprintf(text, QUANTITY_SIZE, "-");
    else if (fabs(percent) < 99.95)
        snprintf(text, QUANTITY_SIZE, "%.1f %%", percent);
    else
        snprintf(text, QUANTITY_SIZE, "%.0f %%", percent);
}

int64_t quantity_timeval(const struct timeval *time)
{
    return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

const char *quantity_plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

double quantity_step(double least)
{
    static const double factors[] = {1, 2, 5};
    double power = pow(10, floor(log10(least)));

    for (size_t i = 0; i < COUNT(factors); i++) {
        /* A hair's breadth for what 10^n lacks of exactness. */
        if (factors[i] * power >= least * (1 - 1e-9))
            return factors[i] * power;
    }
    return 10 * power;
}

void quantity_tick(char text[QUANTITY_SIZE], double us, double largest_us)
{
    if (us == 0)
        snprintf(text, QUANTITY_SIZE, "0");
    else if (largest_us >= 1e6)
        snprintf(text, QUANTITY_SIZE, "%.6g s", us / 1e6);
    else if (largest_us >= 1e3)
        snprintf(text, QUANTITY_SIZE, "%.6g ms", us / 1e3);
    else
        snprintf(text, QUANTITY_SIZE, "%.6g us", us);
}
