#include "command/commands.h"
#include "config.h"

static const struct block blocks[] = {
    BLOCK_OF_TEXT(
        "{NAME} is a code, or three letters and more of a name, in either "
        "case. One that no country has is named on standard error, and the "
        "status is 4."),
    BLOCK_OF_TEXT(
        "Each line has a code (ISO 3166-1 alpha-2), two blanks and a name, "
        "sorted by code. The list is printed whole, or not at all: a country "
        "whose file is missing or broken is named on standard error."),
    {.kind = BLOCK_OPTIONS},
    BLOCK_OF_SECTION("JSON"),
    BLOCK_OF_TEXT("With `--json`, each object has these members, all of them "
                  "texts:"),
    BLOCK_OF_TERM("`code`", "The code by which `flags get` knows the "
                            "country: `BR`."),
    BLOCK_OF_TERM("`name`", "The country's name in English."),
    BLOCK_OF_TERM("`iso_cc`, `tld_cc`, `gec_cc`",
                  "Its code in ISO 3166-1, its top-level domain, and its code "
                  "in GEC, the former FIPS 10-4."),
    {.kind = BLOCK_STATUSES},
    BLOCK_OF_SECTION("FILES"),
    BLOCK_OF_TERM("`" FLAGS_DATA_CORPUS "/br/metadata.json`",
                  "What is known of a country; `--root` names another "
                  "directory."),
    {.kind = BLOCK_EXAMPLES},
    BLOCK_OF_TERM("`flags list | grep ^B`", "The countries whose codes begin "
                                            "with a B."),
    {.kind = BLOCK_END},
};

const struct manual list_manual = {
    .blocks = blocks,
    .statuses = MANUAL_STATUS(EXIT_STATUS_NOT_FOUND),
};
