#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "country/source.h"

Test(source, expands_bases_templates_and_presets)
{
    static const struct {
        const char *text;
        const char *image;
        const char *metadata;
        const char *extension;
    } cases[] = {
        {"http://localhost:8000/flags", "http://localhost:8000/flags/br/br.gif",
         "http://localhost:8000/flags/br/metadata.json", "gif"},
        {"http://localhost:8000/flags//",
         "http://localhost:8000/flags/br/br.gif",
         "http://localhost:8000/flags/br/metadata.json", "gif"},
        {"http://[::1]:8000", "http://[::1]:8000/br/br.gif",
         "http://[::1]:8000/br/metadata.json", "gif"},
        {"HTTPS://example.com/", "HTTPS://example.com/br/br.gif",
         "HTTPS://example.com/br/metadata.json", "gif"},
        {"http://h/{CC}.svg", "http://h/BR.svg", "http://h/metadata.json",
         "svg"},
        {"http://h/{cc}/{CC}.PNG?x={cc}#f", "http://h/br/BR.PNG?x=br#f",
         "http://h/br/metadata.json", "png"},
        {"http://{cc}.example.com", "http://br.example.com",
         "http://br.example.com/metadata.json", ""},
        {"http://h/{cc}", "http://h/br", "http://h/metadata.json", ""},
        {"http://h/v1.0/flags.d", "http://h/v1.0/flags.d/br/br.gif",
         "http://h/v1.0/flags.d/br/metadata.json", "gif"},
        {"http://h/a.b/{cc}", "http://h/a.b/br", "http://h/a.b/metadata.json",
         ""},
        {"http://h/{cc}.{CC}", "http://h/br.BR", "http://h/metadata.json", ""},
        {"http://h/?f=/{cc}.gif", "http://h/?f=/br.gif",
         "http://h/metadata.json", ""},
        {"remote", "https://www.fluentpython.com/data/flags/br/br.gif",
         "https://www.fluentpython.com/data/flags/br/metadata.json", "gif"},
        {"FlagCDN", "https://flagcdn.com/w320/br.png",
         "https://flagcdn.com/w320/metadata.json", "png"},
        {"FlagsAPI", "https://flagsapi.com/BR/flat/64.png",
         "https://flagsapi.com/BR/flat/metadata.json", "png"},
        {"circle-flags",
         "https://hatscripts.github.io/circle-flags/flags/br.svg",
         "https://hatscripts.github.io/circle-flags/flags/metadata.json",
         "svg"},
        {"fluentpython", "https://www.fluentpython.com/data/flags/br/br.gif",
         "https://www.fluentpython.com/data/flags/br/metadata.json", "gif"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct source source;
        char *url;

        cr_assert(eq(int, source_parse(&source, cases[i].text, NULL), 0),
                  "case %zu: %s", i, cases[i].text);
        url = source_url(&source, "BR");
        cr_expect(eq(str, url, (char *)cases[i].image));
        free(url);
        url = source_metadata_url(&source, "BR");
        cr_expect(eq(str, url, (char *)cases[i].metadata));
        free(url);
        cr_expect(eq(str, source.extension, (char *)cases[i].extension),
                  "case %zu: %s", i, cases[i].text);
        cr_expect(not(source.fixture));
        source_close(&source);
    }
}

Test(source, of_a_fixture_label_has_no_url_before_the_server_runs)
{
    static const char *const cases[][2] = {{"LOCAL", "LOCAL"},
                                           {"local", "LOCAL"},
                                           {"Delay", "DELAY"},
                                           {"ERROR", "ERROR"}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct source source;
        char *url;

        cr_assert(eq(int, source_parse(&source, cases[i][0], NULL), 0));
        cr_expect(eq(str, (char *)source.label, (char *)cases[i][1]));
        cr_expect(source.fixture);
        cr_expect(eq(ptr, source.base, NULL));
        cr_expect(eq(str, source.extension, "gif"));

        cr_expect(eq(
            int, source_set_base(&source, "http://127.0.0.1:4321/flags"), 0));

        cr_expect(eq(str, (char *)source.label, (char *)cases[i][1]));
        cr_expect(source.fixture);
        url = source_url(&source, "US");
        cr_expect(eq(str, url, "http://127.0.0.1:4321/flags/us/us.gif"));
        free(url);
        source_close(&source);
    }
}

Test(source, keeps_its_base_when_a_bad_one_is_set)
{
    struct source source;

    cr_assert(eq(int, source_parse(&source, "LOCAL", NULL), 0));

    cr_expect(eq(int, source_set_base(&source, "ftp://x"), -EINVAL));

    cr_expect(eq(str, (char *)source.label, "LOCAL"));
    cr_expect(eq(ptr, source.base, NULL));
    source_close(&source);
}

Test(source, refuses_what_is_no_source_and_says_why)
{
    static const char placeholders[] =
        "a template's placeholders are {cc} and {CC}";
    static const char file[] =
        "it ends in a file's name: put {cc} in the place of the code, or give "
        "it as a URL, without --server";
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        {"NOWHERE", "it is neither a label nor a URL"},
        {"", "it is neither a label nor a URL"},
        {"REMOTEX", "it is neither a label nor a URL"},
        {"localhost:8000", "a URL begins with http:// or https://"},
        {"localhost/{cc}", "a URL begins with http:// or https://"},
        {"ftp://h/{cc}", "a URL begins with http:// or https://"},
        {"file:///etc/{cc}", "a URL begins with http:// or https://"},
        {"http://h/{Cc}.gif", placeholders},
        {"http://h/{cc", placeholders},
        {"http://h/cc}", placeholders},
        {"http://h/{cc}/{name}.gif", placeholders},
        {"http://h/{{cc}}", placeholders},
        {"http://h/flags?x=1",
         "a base URL has no query: use a template with {cc}"},
        {"http://h/#here", "a base URL has no query: use a template with {cc}"},
        {"http://h/flags/br/br.gif", file},
        {"https://h/br.SVG", file},
        {"http://", "it is not a URL"},
        {"http:///flags", "it is not a URL"},
        {"http://h:99999/", "it is not a URL"},
        {"http://h/a b", "it is not a URL"},
        {"http://h/\x01", "it is not a URL"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct source source = {.label = "untouched"};
        const char *why = NULL;

        cr_expect(eq(int, source_parse(&source, cases[i].text, &why), -EINVAL),
                  "%s", cases[i].text);
        cr_assert(ne(ptr, (void *)why, NULL), "%s", cases[i].text);
        cr_expect(eq(str, (char *)why, (char *)cases[i].why), "%s",
                  cases[i].text);
        cr_expect(eq(str, (char *)source.label, "untouched"));
    }
}

Test(source, keeps_credentials_out_of_its_urls)
{
    static const struct {
        const char *text;
        const char *base;
        const char *user;
        const char *password;
    } cases[] = {
        {"http://u:p@h/flags", "http://h/flags", "u", "p"},
        {"http://u@h", "http://h", "u", NULL},
        {"http://u%40x:%70%zz:@h/{cc}", "http://h/{cc}", "u@x", "p%zz:"},
        {"http://a@b:c@h/", "http://h", "a@b", "c"},
        {"http://h/a@b", "http://h/a@b", NULL, NULL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct source source;

        cr_assert(eq(int, source_parse(&source, cases[i].text, NULL), 0), "%s",
                  cases[i].text);
        cr_expect(eq(str, source.base, (char *)cases[i].base));
        cr_expect(eq(int, source.user != NULL, cases[i].user != NULL));
        if (source.user && cases[i].user)
            cr_expect(eq(str, source.user, (char *)cases[i].user));
        cr_expect(eq(int, source.password != NULL, cases[i].password != NULL));
        if (source.password && cases[i].password)
            cr_expect(eq(str, source.password, (char *)cases[i].password));
        source_close(&source);
    }
}

Test(source, labels_are_all_accepted)
{
    size_t count = 0;

    for (const char *const *label = source_labels(); *label; label++) {
        struct source source;

        cr_expect(eq(int, source_parse(&source, *label, NULL), 0));
        cr_expect(eq(str, (char *)source.label, (char *)*label));
        source_close(&source);
        count++;
    }
    cr_expect(ge(sz, count, 4));
}
