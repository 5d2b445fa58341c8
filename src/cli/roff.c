#include "cli/roff.h"

#include <assert.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

enum { LINE_ENOUGH = 60 }; /* bytes behind which a line is broken */

/* A piece of text on its way. */
struct writer {
    FILE *out;
    bool has_fonts;  /* prose, not plain text */
    int line_enough; /* INT_MAX: lines stay as they are */
    int column;      /* bytes on the line */
    char closing;    /* what ends the part in another font; 0: there is none */
    char last;       /* the character before */
};

/* What a formatter would not print as it is. NULL: it does. */
static const char *escape_of(char c)
{
    switch (c) {
    case '\\':
        return "\\e";
    case '-':
        return "\\-";
    case '\'':
        return "\\(aq";
    case '`':
        return "\\(ga";
    case '"':
        return "\\(dq";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    default:
        return NULL;
    }
}

static void put(struct writer *w, const char *roff)
{
    fputs(roff, w->out);
    w->column += (int)strlen(roff);
}

/* Behind the end of a sentence, formatters make more of a newline than of a
   blank: no line is broken there. */
static bool may_break(const struct writer *w)
{
    return w->column >= w->line_enough && !strchr(".?!)'", w->last);
}

static void write_char(struct writer *w, char c)
{
    const char *escape = escape_of(c);

    assert((c >= ' ' && c <= '~') || c == '\n');
    if (c == '\n' && w->line_enough < INT_MAX)
        c = ' '; /* where the help has a newline means nothing here */
    if (c == '\n' || (c == ' ' && may_break(w))) {
        fputc('\n', w->out);
        w->column = 0;
        return;
    }
    if (c == '.' && w->column == 0)
        put(w, "\\&"); /* else it would begin a request */
    put(w, escape ? escape : (char[]){c, '\0'});
}

/* Whether the character is a mark that begins or ends another font. */
static bool change_font(struct writer *w, char c)
{
    if (w->closing) {
        if (c != w->closing)
            return false;
        w->closing = '\0';
        put(w, "\\fR");
        return true;
    }
    if (c != '`' && c != '{')
        return false;
    w->closing = c == '`' ? '`' : '}';
    put(w, c == '`' ? "\\fB" : "\\fI");
    return true;
}

static void write_text(struct writer *w, const char *text)
{
    for (; *text; text++) {
        if (w->has_fonts && change_font(w, *text))
            continue;
        write_char(w, *text);
        w->last = *text;
    }
    assert(!w->closing);
}

void roff_plain(FILE *out, const char *text)
{
    /* Column 1: the line has begun. */
    struct writer w = {.out = out, .line_enough = INT_MAX, .column = 1};

    write_text(&w, text);
}

void roff_line(FILE *out, const char *prose)
{
    struct writer w = {.out = out, .has_fonts = true, .line_enough = INT_MAX};

    write_text(&w, prose);
    fputc('\n', out);
}

void roff_prose(FILE *out, const char *prose)
{
    struct writer w = {
        .out = out, .has_fonts = true, .line_enough = LINE_ENOUGH};

    write_text(&w, prose);
    fputc('\n', out);
}

void roff_text(FILE *out, const char *text)
{
    struct writer w = {.out = out, .line_enough = LINE_ENOUGH};

    write_text(&w, text);
    fputc('\n', out);
}

void roff_argument(FILE *out, const char *text)
{
    fputc('"', out);
    roff_plain(out, text);
    fputc('"', out);
}
