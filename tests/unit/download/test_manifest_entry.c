#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "download/manifest/entry.h"
#include "manifest_place.h"

TestSuite(manifest, .timeout = 120);

static void expect_same(const struct manifest_entry *entry)
{
    struct manifest_line line;
    size_t bytes;
    char *text = manifest_entry_write(entry, &bytes);

    cr_assert(ne(ptr, text, NULL));
    cr_expect(eq(chr, text[bytes - 1], '\n'));
    cr_expect(eq(ptr, strchr(text, '\n'), text + bytes - 1));
    cr_assert(eq(int, manifest_line_read(&line, text, bytes), 0), "%s", text);
    cr_expect(eq(str, (char *)line.entry.name, (char *)entry->name));
    cr_expect(eq(str, (char *)line.entry.url, (char *)entry->url));
    cr_expect(eq(str, (char *)line.entry.etag, (char *)entry->etag));
    cr_expect(eq(str, (char *)line.entry.last_modified,
                 (char *)entry->last_modified));
    cr_expect(eq(i64, line.entry.bytes, entry->bytes));
    cr_expect(eq(long, line.entry.status, entry->status));
    cr_expect(digest_equal(&line.entry.digest, &entry->digest));
    manifest_line_close(&line);
    free(text);
}

Test(manifest, line_says_what_it_was_told)
{
    struct manifest_entry entry = entry_of("br.gif", 1058);

    expect_same(&entry);
    entry.etag = "W/\"5f-\\x\"";
    entry.last_modified = "Sat, 28 Nov 2026 09:00:00 GMT";
    entry.bytes = INT64_MAX;
    expect_same(&entry);
    entry.name = "Cura\xc3\xa7"
                 "ao \"x\".gif";
    expect_same(&entry);
    entry.name = "caf\xe9.gif"; /* Latin-1 */
    expect_same(&entry);
}

Test(manifest, line_with_what_is_no_entry_is_refused)
{
#define REST                                                               \
    "\"url\":\"http://h/x\",\"status\":200,\"bytes\":1,\"sha256\":"        \
    "\"0102ff0000000000000000000000000000000000000000000000000000000000\"" \
    "}"
    static const char *const bad[] = {
        "",
        "\n",
        "{",
        "[]",
        "{\"file\":\"br.gif\"}",
        "{" REST,
        "{\"file\":\"../br.gif\"," REST,
        "{\"file\":\"a/b\"," REST,
        "{\"file\":\".bashrc\"," REST,
        "{\"file\":\"\"," REST,
        "{\"file\":\"a\\u0000b\"," REST,
        "{\"file-hex\":\"2e2e\"," REST,
        "{\"file-hex\":\"610062\"," REST,
        "{\"file-hex\":\"6\"," REST,
        "{\"file\":\"a\",\"file\":\"b\"," REST,
        "{\"file\":\"br.gif\"," REST "}",
    };
    struct manifest_line line;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect(
            eq(int, manifest_line_read(&line, bad[i], strlen(bad[i])), -EINVAL),
            "%s", bad[i]);
    cr_assert(eq(int,
                 manifest_line_read(&line, "{\"file\":\"br.gif\"," REST,
                                    strlen("{\"file\":\"br.gif\"," REST)),
                 0));
    manifest_line_close(&line);
}

Test(manifest, line_of_which_a_byte_is_missing_is_refused)
{
    struct manifest_entry entry = entry_of("br.gif", 1058);
    struct manifest_line line;
    size_t bytes;
    char *text = manifest_entry_write(&entry, &bytes);

    for (size_t i = 0; i < bytes - 1; i++)
        cr_expect(eq(int, manifest_line_read(&line, text, i), -EINVAL));
    free(text);
}

Test(manifest, validator_that_no_field_can_have_is_none)
{
    struct manifest_entry entry = entry_of("br.gif", 1);
    struct manifest_line line;
    size_t bytes;
    char *text;

    entry.etag = "\"x\"\r\nCookie: y";
    text = manifest_entry_write(&entry, &bytes);
    cr_assert(eq(int, manifest_line_read(&line, text, bytes), 0));
    cr_expect(eq(str, (char *)line.entry.etag, ""));
    manifest_line_close(&line);
    free(text);
}

Test(manifest, url_has_no_credentials_and_no_port_of_our_own)
{
    struct endpoint started;
    static const struct {
        const char *url, *expected;
    } cases[] = {
        {"http://h/x?y#z", "http://h/x?y#z"},
        {"http://me:pass@h:81/@x", "http://h:81/@x"},
        {"http://[::1]:81/x", "http://[::1]:81/x"},
        {"http://127.0.0.1:4711/flags/br", "http://127.0.0.1/flags/br"},
        {"http://127.0.0.1:4712/flags/br", "http://127.0.0.1:4712/flags/br"},
        {"http://h/\xe9 \"", "http://h/%E9%20\""},
    };

    cr_assert(endpoint_of(&started, "http://127.0.0.1:4711/"));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *url = manifest_url(cases[i].url, &started);

        cr_expect(eq(str, url, (char *)cases[i].expected));
        free(url);
    }
}
