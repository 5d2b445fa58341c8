#include "comparison/condition_reader.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "comparison/condition.h"

enum { LONGEST_WORD = 40 };

const double reader_greatest = 1e15;

int reader_refuse(struct reader *reader, const char *where, const char *format,
                  ...)
{
    int size = snprintf(reader->why, CONDITION_WHY_SIZE,
                        "at %td: ", where - reader->text + 1);
    va_list args;

    va_start(args, format);
    vsnprintf(reader->why + size, CONDITION_WHY_SIZE - (size_t)size, format,
              args);
    va_end(args);
    for (char *c = reader->why; *c; c++) {
        if (!isprint((unsigned char)*c))
            *c = '?';
    }
    return -EINVAL;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool reader_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t reader_word_size(const char *text)
{
    size_t size = 0;

    while (is_word(text[size]))
        size++;
    return size;
}

int reader_shown(size_t size)
{
    return size < LONGEST_WORD ? (int)size : LONGEST_WORD;
}

void reader_skip_blanks(struct reader *reader)
{
    while (*reader->at == ' ' || *reader->at == '\t')
        reader->at++;
}

bool reader_take(struct reader *reader, char c)
{
    reader_skip_blanks(reader);
    if (*reader->at != c)
        return false;
    reader->at++;
    return true;
}

int reader_expected(struct reader *reader, const char *what)
{
    size_t size;

    reader_skip_blanks(reader);
    if (!*reader->at)
        return reader_refuse(reader, reader->at, "it ends where %s is expected",
                             what);
    size = reader_word_size(reader->at);
    return reader_refuse(reader, reader->at, "expected %s instead of '%.*s'",
                         what, reader_shown(size > 0 ? size : 1), reader->at);
}

double reader_digits_value(const char *digits, size_t size)
{
    double value = 0;

    for (size_t i = 0; i < size && value <= reader_greatest; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

size_t reader_digits_size(const char *text)
{
    size_t size = 0;

    while (reader_is_digit(text[size]))
        size++;
    return size;
}
