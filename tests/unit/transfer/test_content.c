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
    {BYTES("<!DOCTYPE svg [ <!ENTITY a '<html>'> <!-- ]> --> ]><svg>"),
     "an SVG image"},
    {BYTES("\x1f\x8b\x08"), "a gzip file"},
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

static struct content content;

/* What is wrong with a body that arrives in pieces; "": nothing. */
static const char *wrong_in_pieces(const char *name, const char *bytes,
                                   size_t count, size_t piece)
{
    static char text[CONTENT_TEXT_SIZE];
    const char *wrong;
    size_t at = 0;

    content_begin(&content, name);
    while (at < count) {
        size_t least = at == 0 ? CONTENT_FIRST : 0;
        size_t taken = piece > least ? piece : least;

        if (taken > count - at)
            taken = count - at;
        cr_assert(eq(int, content_add(&content, bytes + at, taken), 0));
        at += taken;
    }
    wrong = content_wrong(&content, text);
    content_close(&content);
    return wrong ? wrong : "";
}

static const char *wrong_with(const char *name, const char *bytes, size_t count)
{
    return wrong_in_pieces(name, bytes, count, count);
}

static const struct {
    const char *name;
    const char *bytes;
    const char *wrong;
} promises[] = {
    {"br.gif", "GIF89a;", ""},
    {"br.GIF", "GIF89a;", ""},
    {"br.gif", "<html>", "not a GIF image, but an HTML page"},
    {"br.gif", "\x89PNG\r\n\x1a\n", "not a GIF image, but a PNG image"},
    {"br.gif", "nonsense", "not a GIF image"},
    {"br.png", "\x89PNG\r\n\x1a\n", "a PNG image without its end"},
    {"br.jpg", "\xff\xd8\xff\xd9", ""},
    {"br.jpeg", "\xff\xd8\xff\xd9", ""},
    {"br.svg", "<svg/>", ""},
    {"br.svg", "<html>", "not an SVG image, but an HTML page"},
    {"br.svg", "<rss>", "not an SVG image, but an XML document"},
    {"br.svg", "<?xml version='1.0'?>",
     "not an SVG image, but an XML document"},
    {"br.gif", "<?xml version='1.0'?>", "not a GIF image, but an XML document"},
    {"br.json", "<html>", "not JSON, but an HTML page"},
    {"br.gz", "GIF89a;", "not a gzip file, but a GIF image"},
    {"br", "anything", ""},
    {"br", "GIF89a", "a GIF image without its end"},
    {"br.txt", "<html>", ""},
    {"gif", "anything", ""},
};

Test(content, must_be_what_the_name_promises)
{
    for (size_t i = 0; i < sizeof(promises) / sizeof(promises[0]); i++)
        cr_expect(eq(str,
                     (char *)wrong_with(promises[i].name, promises[i].bytes,
                                        strlen(promises[i].bytes)),
                     (char *)promises[i].wrong),
                  "%s: %s", promises[i].name, promises[i].bytes);
}

Test(content, of_a_long_prolog_may_be_svg_but_nothing_else)
{
    char head[1024];

    memset(head, ' ', sizeof(head));
    memcpy(head, "<!-- ", 5);
    cr_expect(eq(str, (char *)wrong_with("br.svg", head, sizeof(head)),
                 "an XML document without its end"));
    cr_expect(eq(str, (char *)wrong_with("br.gif", head, sizeof(head)),
                 "not a GIF image, but an XML document"));
}

#define ZEROS(count) ZEROS_##count
#define ZEROS_16 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define ZEROS_64 ZEROS_16 ZEROS_16 ZEROS_16 ZEROS_16
#define QUANTIZATION "\xff\xdb\0\x43\0" ZEROS(64)
#define SCAN "\xff\xda\0\10klmnop"

/* Whole files, which lack their end wherever they are cut, but for the last
   `spare` bytes. */
static const struct {
    const char *what;
    const char *name;
    const char *bytes;
    size_t count;
    size_t spare;
} files[] = {
    {"an image with a comment that holds the trailer's byte", "a.gif",
     BYTES("GIF89a\1\0\1\0\x80\0\0\1\2\3\4\5\6"
           "\x21\xfe\2;;\0"
           "\x2c\0\0\0\0\1\0\1\0\0\2\3;\1;\0;"),
     0},
    {"an image and something after it", "a.gif",
     BYTES("GIF87a\1\0\1\0\0\0\0\x2c\0\0\0\0\1\0\1\0\0\2\1\1\0;rest"), 4},
    {"one that is an image by its first bytes only", "a.gif",
     BYTES("GIF89axxxxxxxxxxxxxxxxxxx;"), 0},
    {"a pixel, and a chunk that holds IEND", "a.png",
     BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0sum1"
           "\0\0\0\x0ctEXtIEND\xae\x42\x60\x82"
           "1234sum2"
           "\0\0\0\0IEND\xae\x42\x60\x82"),
     0},
    {"an image with a thumbnail, which has an end of its own", "a.jpg",
     BYTES("\xff\xd8\xff\xe1\0^Exif\0\0"
           "\xff\xd8" QUANTIZATION SCAN "xx\xff\xd9" QUANTIZATION SCAN
           "no\xff\0no\xff\320more" SCAN "zz\xff\xd9"),
     0},
    {"as long as it says", "a.webp",
     BYTES("RIFF\x18\0\0\0WEBPVP8 \x0c\0\0\0"
           "0123456789ab"),
     0},
    {"nested, quoted, commented, declared", "a.svg",
     BYTES("<?xml version='1.0'?><!DOCTYPE svg [ <!ENTITY a '</svg>'> "
           "<!-- don't </svg> --> ]><!-- </svg> --><s:svg a='></svg>'><x/>"
           "<![CDATA[</svg>]]><svg b='>'/><svg><path></svg></s:svg >"),
     0},
    {"without content", "a.svg", BYTES("<svg xmlns='x' />"), 0},
    {"every kind of value", "a.json",
     BYTES("\xef\xbb\xbf {\"a\":[1,-2.5e-3,0,true,false,null,[],{}],"
           "\"\\u00e9\\\"\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"}\n"),
     1},
    {"hello", "a.gz",
     BYTES("\x1f\x8b\x08\0\0\0\0\0\0\3\xcb\x48\xcd\xc9\xc9\7\0\x86\xa6\x10"
           "\x36\5\0\0\0"),
     0},
};

enum { FILES = sizeof(files) / sizeof(files[0]) };

Test(content, is_complete_in_whatever_pieces_it_comes)
{
    for (size_t i = 0; i < FILES; i++) {
        for (size_t piece = 1; piece <= files[i].count; piece += 13)
            cr_expect(eq(str,
                         (char *)wrong_in_pieces(files[i].name, files[i].bytes,
                                                 files[i].count, piece),
                         ""),
                      "%s", files[i].what);
    }
}

Test(content, lacks_its_end_wherever_it_is_cut)
{
    for (size_t i = 0; i < FILES; i++) {
        for (size_t cut = 13; cut < files[i].count - files[i].spare; cut++)
            cr_expect(ne(str,
                         (char *)wrong_with(files[i].name, files[i].bytes, cut),
                         ""),
                      "%s, cut at %zu", files[i].what, cut);
    }
}

Test(content, of_json_must_parse)
{
    static const char *const wrong[] = {
        "[1,]",       "{\"a\"}",      "[1 2]",
        "{1:2}",      "tru",          "truth",
        "01",         "1.",           "-",
        "1e",         "+1",           "[",
        "]",          "[}",           "{]",
        "\"\t\"",     "'a'",          "[1]x",
        "{\"a\":1,}", "\"\\x\"",      "\"\\u12g4\"",
        "\"\xff\"",   "\"\xc0\x80\"", "\"\xed\xa0\x80\"",
        "nul",        "NaN",          ",",
        "\"",         "[\"a\":1]"};
    static const char *const right[] = {"1",  "-0.5E+7 ", "\"\"",    "null",
                                        "[]", " {} ",     "[[[[]]]]"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_expect(ne(str,
                     (char *)wrong_with("a.json", wrong[i], strlen(wrong[i])),
                     ""),
                  "%s", wrong[i]);
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
        cr_expect(eq(str,
                     (char *)wrong_with("a.json", right[i], strlen(right[i])),
                     ""),
                  "%s", right[i]);
}

Test(content, of_json_is_looked_at_up_to_a_mebibyte)
{
    enum { LONG = 1024 * 1024 };
    static char text[LONG + 1];

    memset(text, '[', sizeof(text));
    cr_expect(ne(str, (char *)wrong_with("a.json", text, 2000), ""));
    memset(text, 'x', sizeof(text));
    cr_expect(ne(str, (char *)wrong_with("a.json", text, LONG), ""));
    cr_expect(
        eq(str, (char *)wrong_in_pieces("a.json", text, LONG + 1, 65536), ""));
}

Test(content, of_gzip_must_have_the_sum_that_it_says)
{
    char bytes[25];

    memcpy(bytes, files[FILES - 1].bytes, sizeof(bytes));
    bytes[18] ^= 1;
    cr_expect(eq(str, (char *)wrong_with("a.gz", bytes, sizeof(bytes)),
                 "a gzip file that is broken"));
}

/* RFC 1952, 2.2: a file may have several members. */
Test(content, of_gzip_must_have_the_end_of_each_member)
{
    enum { MEMBER = 25 };
    char two[2 * MEMBER];

    memcpy(two, files[FILES - 1].bytes, MEMBER);
    memcpy(two + MEMBER, files[FILES - 1].bytes, MEMBER);
    for (size_t count = MEMBER; count <= sizeof(two); count++) {
        /* One byte more is too little to tell what begins there. */
        bool whole = count <= MEMBER + 1 || count == sizeof(two);
        const char *wrong = whole ? "" : "a gzip file without its end";

        for (size_t piece = 1; piece <= count; piece += 6)
            cr_expect(eq(str,
                         (char *)wrong_in_pieces("a.gz", two, count, piece),
                         (char *)wrong),
                      "%zu bytes in pieces of %zu", count, piece);
    }
    two[MEMBER + 1] = 'x';
    cr_expect(eq(str, (char *)wrong_with("a.gz", two, sizeof(two)), ""));
}
