#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "transfer/content.h"

#define BYTES(text) text, sizeof(text) - 1

static const struct {
    const char *bytes;
    size_t count;
    const char *kind;
} kinds[] = {
    {BYTES("GIF89a\x01"), "a GIF image"},
    {BYTES("GIF87a"), "a GIF image"},
    {BYTES("GIF88a"), NULL},
    {BYTES("GIF8"), NULL},
    {BYTES("\x89PNG\r\n\x1a\n\0\0"), "a PNG image"},
    {BYTES("\x89PNG\n"), NULL},
    {BYTES("\xff\xd8\xff\xe0"), "a JPEG image"},
    {BYTES("RIFF\x10\0\0\0WEBPVP8 "), "a WebP image"},
    {BYTES("RIFF\x10\0\0\0WAVEfmt "), NULL},
    {BYTES("<svg xmlns='http://www.w3.org/2000/svg'/>"), "an SVG image"},
    {BYTES("\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <html> -->\n"
           "<!DOCTYPE svg PUBLIC 'x'>\n<svg>"),
     "an SVG image"},
    {BYTES("<ns0:svg xmlns:ns0='x'>"), "an SVG image"},
    {BYTES("<!doctype HTML>"), "an HTML page"},
    {BYTES("  \n<html lang=en>"), "an HTML page"},
    {BYTES("<HEAD><svg>"), "an HTML page"},
    {BYTES("<?xml version='1.0'?><html xmlns='x'>"), "an HTML page"},
    {BYTES("<rss>"), "an XML document"},
    {BYTES("<?xml version='1.0'"), "an XML document"},
    {BYTES("<svgz>"), "an XML document"},
    {BYTES("hello"), NULL},
    {BYTES("\0\0\0"), NULL},
    {BYTES(""), NULL},
    {BYTES("<"), "an XML document"},
};

Test(content, is_told_by_its_first_bytes)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const char *kind = content_kind(kinds[i].bytes, kinds[i].count);

        cr_expect(eq(str, (char *)(kind ? kind : "unknown"),
                     (char *)(kinds[i].kind ? kinds[i].kind : "unknown")),
                  "case %zu", i);
    }
}

Test(content, must_be_what_the_name_promises)
{
    static const struct {
        const char *name;
        const char *bytes;
        bool fits;
    } cases[] = {
        {"br.gif", "GIF89a", true},
        {"br.GIF", "GIF89a", true},
        {"br.gif", "<html>", false},
        {"br.gif", "\x89PNG\r\n\x1a\n", false},
        {"br.gif", "nonsense", false},
        {"br.png", "\x89PNG\r\n\x1a\n", true},
        {"br.jpg", "\xff\xd8\xff", true},
        {"br.jpeg", "\xff\xd8\xff", true},
        {"br.svg", "<svg>", true},
        {"br.svg", "<html>", false},
        {"br.svg", "<rss>", false},
        {"br.svg", "<?xml version='1.0'?>", false},
        {"br.gif", "<?xml version='1.0'?>", false},
        {"br", "anything", true},
        {"br.txt", "<html>", true},
        {"gif", "anything", true},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *promised;
        const char *found;

        cr_expect(eq(int,
                     content_fits(cases[i].name, cases[i].bytes,
                                  strlen(cases[i].bytes), &promised, &found),
                     cases[i].fits),
                  "%s: %s", cases[i].name, cases[i].bytes);
    }
}

Test(content, of_a_long_prolog_may_be_svg_but_nothing_else)
{
    char head[1024];
    const char *promised;
    const char *found;

    memset(head, ' ', sizeof(head));
    memcpy(head, "<!-- ", 5);
    cr_expect(content_fits("br.svg", head, sizeof(head), &promised, &found));
    cr_expect(
        not(content_fits("br.gif", head, sizeof(head), &promised, &found)));
}
