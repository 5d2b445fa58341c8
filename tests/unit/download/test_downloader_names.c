#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "bench.h"

TestSuite(downloader_names, .init = bench_setup, .fini = bench_teardown,
          .timeout = 30);

/* BR fails, everything else is there; /fr/metadata.json and others are bad. */
static enum server_then mixed(struct server_request *request, void *arg)
{
    static const struct {
        const char *path;
        const char *metadata;
    } metadata[] = {
        {"/de/metadata.json", "{\"country\": \"../../evil\"}"},
        {"/fr/metadata.json", "not json"},
        {"/it/metadata.json", "{\"nation\": \"Italy\"}"},
        {"/us/metadata.json", "{\"country\": \"United States of America\"}"},
    };

    (void)arg;
    for (size_t i = 0; i < sizeof(metadata) / sizeof(metadata[0]); i++) {
        if (strcmp(server_path(request), metadata[i].path) == 0) {
            server_answer(request, "200 OK", metadata[i].metadata,
                          strlen(metadata[i].metadata));
            return SERVER_KEEP;
        }
    }
    if (strcmp(server_path(request), "/br/br.gif") == 0)
        server_answer(request, "418 I'm a Teapot", "no", 2);
    else if (strcmp(server_path(request), "/jp/metadata.json") == 0)
        server_answer(request, "404 Not Found", "no", 2);
    else
        return server_flags(request, NULL);
    return SERVER_KEEP;
}

static void look_for_one_error(struct bench *bench, const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, bench_count(bench, STATUS_ERROR), 1));
    cr_expect(eq(u64, bench_count(bench, STATUS_OK), 3));
    cr_expect(ne(ptr, strstr(bench->finals, "BR error  0\n"), NULL));
    cr_expect(eq(str, bench->text, "HTTP 418 - I'm a Teapot"));
    bench_expect_files(bench, "Land_of_cn-CN.gif Land_of_in-IN.gif "
                              "United_States_of_America-US.gif ");
}

Test(downloader_names, does_not_let_an_error_stick) /* D2 */
{
    static const char *const codes[] = {"BR", "CN", "IN", "US"};
    const struct download_options options = {.country_names = true,
                                             .verify_content = true};

    bench_each(mixed, NULL, codes, 4, &options, look_for_one_error);
}

static void look_for_bad_metadata(struct bench *bench,
                                  const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, bench_count(bench, STATUS_OK), 1));
    cr_expect(eq(u64, bench_count(bench, STATUS_ERROR), 3));
    cr_expect(ne(ptr, strstr(bench->finals, "FR error  0\n"), NULL));
    cr_expect(ne(ptr, strstr(bench->finals, "IT error  0\n"), NULL));
    cr_expect(ne(ptr, strstr(bench->finals, "JP error  0\n"), NULL));
    cr_expect(ne(ptr, strstr(bench->url, "/metadata.json"), NULL));
    bench_expect_files(bench, "___.._evil-DE.gif ");
}

Test(downloader_names, distrusts_metadata) /* D4 */
{
    static const char *const codes[] = {"DE", "FR", "IT", "JP"};
    const struct download_options options = {.country_names = true,
                                             .verify_content = true};

    bench_each(mixed, NULL, codes, 4, &options, look_for_bad_metadata);
}

/* As deep as fits: a parser that follows it leaves a coroutine's stack. */
static enum server_then answer_deeply(struct server_request *request, void *arg)
{
    static char deep[60000];

    if (!strstr(server_path(request), ".json"))
        return server_flags(request, arg);
    memset(deep, '[', sizeof(deep));
    server_answer(request, "200 OK", deep, sizeof(deep));
    return SERVER_KEEP;
}

static void look_for_depth(struct bench *bench, const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, bench_count(bench, STATUS_ERROR), 1));
    cr_expect(eq(str, bench->text, "bad metadata: it nests too deep"));
    bench_expect_files(bench, "");
}

Test(downloader_names, survives_metadata_that_nests_deep)
{
    static const char *const codes[] = {"BR"};
    const struct download_options options = {.country_names = true};

    bench_each(answer_deeply, NULL, codes, 1, &options, look_for_depth);
}

static enum server_then same_country(struct server_request *request, void *arg)
{
    static const char json[] = "{\"country\": \"Atlantis\"}";

    if (!strstr(server_path(request), ".json"))
        return server_flags(request, arg);
    server_answer(request, "200 OK", json, sizeof(json) - 1);
    return SERVER_KEEP;
}

static void look_for_a_clash(struct bench *bench, const struct server *server)
{
    (void)server;
    cr_expect(eq(u64, bench_count(bench, STATUS_OK), 1));
    cr_expect(eq(u64, bench_count(bench, STATUS_ERROR), 1));
    cr_expect(eq(str, bench->text, "another item is named 'Atlantis.gif' too"));
    bench_expect_files(bench, "Atlantis.gif ");
}

Test(downloader_names, never_maps_two_items_to_one_file)
{
    static const char *const codes[] = {"BR", "US"};
    const struct download_options options = {.country_names = true,
                                             .compat = COMPAT_2E};

    bench_each(same_country, NULL, codes, 2, &options, look_for_a_clash);
}

static void look_for_upper_case(struct bench *bench,
                                const struct server *server)
{
    (void)server;
    bench_expect_files(bench, "BR.gif ");
}

Test(downloader_names, names_files_as_the_second_edition_does)
{
    static const char *const codes[] = {"BR"};
    const struct download_options options = {.compat = COMPAT_2E};

    bench_each(server_flags, NULL, codes, 1, &options, look_for_upper_case);
}
