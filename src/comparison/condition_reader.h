#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Private to condition.c and condition_check.c: an expression as it is read,
 * character by character, and the reason why it is refused.
 */
struct reader {
    const char *text;
    const char *at; /* what is read next */
    char *why;      /* CONDITION_WHY_SIZE */
};

/* The greatest number that an expression may have. */
extern const double reader_greatest;

/* Write the reason, and where, counted from 1: "at 7: ...". Returns -EINVAL. */
__attribute__((format(printf, 3, 4))) int reader_refuse(struct reader *reader,
                                                        const char *where,
                                                        const char *format,
                                                        ...);

/* Likewise: "expected a number instead of 'x'". */
int reader_expected(struct reader *reader, const char *what);

void reader_skip_blanks(struct reader *reader);

/* Whether the next character is this one, which is then read. */
bool reader_take(struct reader *reader, char c);

bool reader_is_digit(char c);

/* How many letters, digits and underscores there are from here on. */
size_t reader_word_size(const char *text);
size_t reader_digits_size(const char *text);

/* The number that `size` digits make, or something above reader_greatest. */
double reader_digits_value(const char *digits, size_t size);

/* `size` as an argument of "%.*s": not more than a line has room for. */
int reader_shown(size_t size);
