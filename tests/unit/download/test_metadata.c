#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "download/metadata.h"

Test(metadata, tells_the_country_or_what_is_wrong)
{
    static const struct {
        const char *json;
        const char *country; /* NULL: `wrong` */
        const char *wrong;
    } cases[] = {
        {"{\"country\": \"Brazil\"}", "Brazil", NULL},
        {"{\"iso_cc\": \"US\", \"country\": \"United States of America\"}",
         "United_States_of_America", NULL},
        {"{\"country\": \"../../evil\"}", "../../evil", NULL},
        {"{\"country\": \"C\\u00f4te d'Ivoire\"}", "C\xc3\xb4te_d'Ivoire",
         NULL},
        {"{\"country\": \"a [ { \\\" \"}", "a_[_{_\"_", NULL},
        {"{\"country\": \"\"}", NULL, "it has no \"country\""},
        {"{\"country\": 7}", NULL, "it has no \"country\""},
        {"{\"name\": \"Brazil\"}", NULL, "it has no \"country\""},
        {"[\"country\"]", NULL, "it has no \"country\""},
        {"\"country\"", NULL, "it is not JSON (line 1)"},
        {"{\n\"country\": }", NULL, "it is not JSON (line 2)"},
        {"{\"country\": \"a\\u0000b\"}", NULL, "it is not JSON (line 1)"},
        {"{\"country\": \"\xff\"}", NULL, "it is not JSON (line 1)"},
        {"{\"country\": \"x\"} trailing", NULL, "it is not JSON (line 1)"},
        {"<html></html>", NULL, "it is not JSON (line 1)"},
        {"", NULL, "it is not JSON (line 1)"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char country[METADATA_COUNTRY_SIZE] = "";
        char text[METADATA_TEXT_SIZE];
        const char *wrong = metadata_country(
            cases[i].json, strlen(cases[i].json), country, text);

        cr_expect(eq(str, (char *)(wrong ? wrong : "right"),
                     (char *)(cases[i].wrong ? cases[i].wrong : "right")),
                  "case %zu", i);
        if (cases[i].country)
            cr_expect(eq(str, country, (char *)cases[i].country));
    }
}

Test(metadata, that_nests_deep_does_not_reach_the_recursive_parser)
{
    enum { DEPTH = 60000 };
    char *json = malloc(DEPTH);
    char country[METADATA_COUNTRY_SIZE];
    char text[METADATA_TEXT_SIZE];

    cr_assert(ne(ptr, json, NULL));
    memset(json, '[', DEPTH);
    cr_expect(eq(str, (char *)metadata_country(json, DEPTH, country, text),
                 "it nests too deep"));
    memset(json, '{', DEPTH);
    cr_expect(eq(str, (char *)metadata_country(json, DEPTH, country, text),
                 "it nests too deep"));
    /* In a string, brackets are text; an open string is simply no JSON. */
    json[0] = '"';
    cr_expect(eq(str, (char *)metadata_country(json, DEPTH, country, text),
                 "it is not JSON (line 1)"));
    free(json);
}

Test(metadata, cuts_a_long_name)
{
    char json[3000] = "{\"country\": \"";
    char country[METADATA_COUNTRY_SIZE];
    char text[METADATA_TEXT_SIZE];
    size_t at = strlen(json);

    memset(json + at, 'a', 2000);
    memcpy(json + at + 2000, "\"}", 2);

    cr_expect(eq(ptr, (void *)metadata_country(json, at + 2002, country, text),
                 NULL));
    cr_expect(eq(sz, strlen(country), METADATA_COUNTRY_SIZE - 1));
}
