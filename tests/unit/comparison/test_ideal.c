#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "comparison/ideal.h"
#include "country/codes.h"

/* The ideal of flags of the corpus at a fixture with this weather. */

static struct weather weather;
static struct selection selection;
static struct source source;
static struct ideal_basis basis;

static void setup(void)
{
    cr_assert(eq(int, source_parse(&source, "LOCAL", NULL), 0));
    cr_assert(
        eq(int, source_set_base(&source, "http://127.0.0.1:4321/flags"), 0));
    basis = (struct ideal_basis){
        .selection = &selection,
        .source = &source,
        .weather = &weather,
        .root = FLAGS_TEST_CORPUS,
    };
}

static void teardown(void)
{
    selection_close(&selection);
    source_close(&source);
    weather_close(&weather);
}

TestSuite(ideal, .init = setup, .fini = teardown);

static void choose(const char *argument)
{
    const struct selection_request request = {.arguments = &argument,
                                              .argument_count = 1};

    selection_close(&selection);
    cr_assert(eq(int, selection_make(&selection, &request, NULL), 0));
}

static void choose_all(void)
{
    const struct selection_request request = {.all = true};

    selection_close(&selection);
    cr_assert(eq(int, selection_make(&selection, &request, NULL), 0));
}

static int64_t delay_us(const char *code, const char *file)
{
    char path[64];

    snprintf(path, sizeof(path), "/flags/%c%c/%s", code[0] | 0x20,
             code[1] | 0x20, file);
    return weather_at(&weather, path, 1).delay_us;
}

static int64_t image_us(const char *code)
{
    char file[16];

    snprintf(file, sizeof(file), "%c%c.gif", code[0] | 0x20, code[1] | 0x20);
    return delay_us(code, file);
}

Test(ideal, of_sequential_is_the_sum_of_the_delays_in_random_weathers)
{
    static const char *const specs[] = {"uniform:.02:.08", "lognormal:.3:.65",
                                        "normal:1:.4", "50ms"};

    choose_all();
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct ideal ideal;
        int64_t sum = 0;

        weather.seed = seed * 0x9e3779b97f4a7c15u;
        cr_assert(eq(int, delay_parse(&weather.delay, specs[seed % 4]), 0));
        for (size_t i = 0; i < selection.count; i++)
            sum += image_us(selection.codes[i].code);

        cr_assert(eq(int, compare_ideal(&ideal, &basis, 1), 0));
        cr_expect(eq(i64, ideal.total_us, sum));
        cr_expect(ideal.exact);
        cr_expect(eq(u64, ideal.counts.of[STATUS_OK], selection.count));
    }
}

Test(ideal, of_m_places_is_the_list_schedule_of_the_delays)
{
    choose_all();
    cr_assert(eq(int, delay_parse(&weather.delay, "uniform:.02:.08"), 0));
    for (unsigned places = 1; places <= 200; places++) {
        int64_t free_us[200] = {0};
        struct ideal ideal;
        int64_t total = 0;

        weather.seed = places;
        for (size_t i = 0; i < selection.count; i++) {
            unsigned first = 0;

            for (unsigned j = 1; j < places; j++)
                first = free_us[j] < free_us[first] ? j : first;
            free_us[first] += image_us(selection.codes[i].code);
            total = free_us[first] > total ? free_us[first] : total;
        }

        cr_assert(eq(int, compare_ideal(&ideal, &basis, places), 0));
        cr_expect(eq(i64, ideal.total_us, total));
    }
}

Test(ideal, metadata_is_waited_for_behind_the_image)
{
    struct ideal ideal;

    choose("BR");
    basis.country_names = true;
    weather.seed = 7;
    cr_assert(eq(int, delay_parse(&weather.delay, "uniform:.02:.08"), 0));

    cr_assert(eq(int, compare_ideal(&ideal, &basis, 20), 0));

    cr_expect(eq(i64, ideal.total_us,
                 image_us("BR") + delay_us("BR", "metadata.json")));
}

Test(ideal, of_what_is_not_there_no_metadata_is_asked)
{
    struct ideal ideal;

    choose("ZZ");
    basis.country_names = true;
    cr_assert(eq(int, delay_parse(&weather.delay, "uniform:.02:.08"), 0));

    cr_assert(eq(int, compare_ideal(&ideal, &basis, 20), 0));

    cr_expect(eq(i64, ideal.total_us, image_us("ZZ")));
    cr_expect(eq(u64, ideal.counts.of[STATUS_NOT_FOUND], 1));
}

Test(ideal, an_error_of_the_weather_ends_an_attempt)
{
    struct ideal ideal;
    int64_t sum = 0;

    choose_all();
    basis.country_names = true;
    cr_assert(eq(int, weather_set_profile(&weather, "ERROR"), 0));
    weather.seed = 3;
    for (size_t i = 0; i < selection.count; i++) {
        const char *code = selection.codes[i].code;
        char path[64];

        snprintf(path, sizeof(path), "/flags/%c%c/%c%c.gif", code[0] | 0x20,
                 code[1] | 0x20, code[0] | 0x20, code[1] | 0x20);
        sum += image_us(code);
        if (!weather_at(&weather, path, 1).fault)
            sum += delay_us(code, "metadata.json");
    }

    cr_assert(eq(int, compare_ideal(&ideal, &basis, 1), 0));

    cr_expect(eq(i64, ideal.total_us, sum));
    cr_expect(ideal.exact);
    cr_expect(gt(u64, ideal.counts.of[STATUS_ERROR], 50));
    cr_expect(gt(u64, ideal.counts.of[STATUS_OK], 80));
}

Test(ideal, a_delay_beyond_the_timeout_lasts_as_long_as_that)
{
    struct ideal ideal;

    choose("BR");
    basis.timeout_us = 30000;
    cr_assert(eq(int, delay_parse(&weather.delay, "50ms"), 0));

    cr_assert(eq(int, compare_ideal(&ideal, &basis, 1), 0));

    cr_expect(eq(i64, ideal.total_us, 30000));
    cr_expect(eq(u64, ideal.counts.of[STATUS_ERROR], 1));
}

Test(ideal, each_place_opens_one_connection_and_without_reuse_each_request)
{
    static const struct {
        bool reuse;
        unsigned max_req;
        int64_t total_ms;
    } cases[] = {
        {true, 1, 7 + 4 * 50}, {true, 2, 7 + 2 * 50}, {true, 4, 7 + 50},
        {false, 1, 4 * 57},    {false, 2, 2 * 57},    {false, 4, 57},
    };

    cr_assert(eq(int,
                 selection_make(
                     &selection,
                     &(struct selection_request){
                         .arguments = (const char *[]){"BR", "CN", "IN", "US"},
                         .argument_count = 4},
                     NULL),
                 0));
    cr_assert(eq(int, delay_parse(&weather.delay, "50ms"), 0));
    cr_assert(eq(int, delay_parse(&weather.connect, "7ms"), 0));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ideal ideal;

        basis.reuse = cases[i].reuse;
        cr_assert(eq(int, compare_ideal(&ideal, &basis, cases[i].max_req), 0));
        cr_expect(eq(i64, ideal.total_us, cases[i].total_ms * 1000), "case %zu",
                  i);
        cr_expect(ideal.exact);
    }
}

Test(ideal, a_timeout_closes_the_connection)
{
    struct ideal ideal;

    choose("B");
    basis.reuse = true;
    basis.timeout_us = 40000;
    cr_assert(eq(int, delay_parse(&weather.delay, "50ms"), 0));
    cr_assert(eq(int, delay_parse(&weather.connect, "7ms"), 0));

    cr_assert(eq(int, compare_ideal(&ideal, &basis, 1), 0));

    cr_expect(eq(i64, ideal.total_us, 26 * 40000));
}

Test(ideal, which_connection_has_which_delay_is_known_of_one_at_a_time)
{
    struct ideal ideal;

    choose("B");
    basis.reuse = false;
    cr_assert(eq(int, delay_parse(&weather.connect, "uniform:1:2"), 0));
    cr_assert(eq(int, compare_ideal(&ideal, &basis, 1), 0));
    cr_expect(ideal.exact);
    cr_assert(eq(int, compare_ideal(&ideal, &basis, 2), 0));
    cr_expect(not(ideal.exact));
}

Test(ideal, what_a_connection_decides_is_not_predicted)
{
    struct prediction *predictions = NULL;

    choose("BR");
    basis.reuse = true;
    basis.timeout_us = 60000;
    cr_assert(eq(int, delay_parse(&weather.delay, "50ms"), 0));
    cr_assert(eq(int, delay_parse(&weather.connect, "3ms"), 0));
    cr_assert(eq(int, compare_predict(&predictions, &basis), 0));
    cr_assert(ne(ptr, predictions, NULL));
    cr_expect(eq(int, (int)predictions[0].status, (int)STATUS_OK));
    free(predictions);

    predictions = NULL;
    cr_assert(eq(int, delay_parse(&weather.connect, "20ms"), 0));
    cr_assert(eq(int, compare_predict(&predictions, &basis), 0));
    cr_expect(eq(ptr, predictions, NULL));
}

Test(ideal, what_the_files_in_the_program_become_is_predicted_too)
{
    struct prediction *predictions = NULL;
    struct digest digest;

    choose("BR");
    basis.root = "";
    cr_assert(eq(int, delay_parse(&weather.delay, "50ms"), 0));
    cr_assert(eq(int, compare_predict(&predictions, &basis), 0));
    cr_assert(ne(ptr, predictions, NULL));
    cr_expect(eq(int, (int)predictions[0].status, (int)STATUS_OK));
    cr_assert(eq(int, digest_file(&digest, FLAGS_TEST_CORPUS "/br/br.gif"), 0));
    cr_expect(digest_equal(&predictions[0].digest, &digest));
    free(predictions);
}

Test(ideal, a_body_takes_its_length_at_the_bandwidth)
{
    const char *file = FLAGS_TEST_CORPUS "/br/br.gif";
    struct ideal ideal;
    struct stat st;

    choose("BR");
    cr_assert(eq(int, stat(file, &st), 0));
    cr_assert(eq(int, delay_parse(&weather.delay, "50ms"), 0));
    basis.bandwidth = 1000;

    cr_assert(eq(int, compare_ideal(&ideal, &basis, 1), 0));

    cr_expect(eq(i64, ideal.total_us, 50000 + st.st_size * 1000));
    cr_expect(ideal.exact);

    choose("ZZ");
    cr_assert(eq(int, compare_ideal(&ideal, &basis, 1), 0));
    cr_expect(eq(i64, ideal.total_us, 50000));
}

Test(ideal, weather_of_more_than_delays_is_an_estimate)
{
    struct ideal ideal;

    choose("BR");
    cr_assert(eq(int, weather_set_profile(&weather, "SLOW"), 0));
    cr_assert(eq(int, compare_ideal(&ideal, &basis, 1), 0));
    cr_expect(not(ideal.exact));

    cr_assert(eq(int, weather_set_profile(&weather, "HOSTILE"), 0));
    choose("DE");
    cr_assert(eq(int, compare_ideal(&ideal, &basis, 1), 0));
    cr_expect(not(ideal.exact));
}

Test(ideal, of_an_unknown_server_is_made_of_what_items_waited)
{
    const int64_t wait_us[26] = {[1] = 30, [17] = 50, [20] = 20};
    struct ideal ideal;

    choose("B");
    basis.weather = NULL;
    basis.wait_us = wait_us;
    cr_assert(eq(int, compare_ideal(&ideal, &basis, 1), 0));
    cr_expect(eq(i64, ideal.total_us, 100));
    cr_expect(not(ideal.exact));
    cr_assert(eq(int, compare_ideal(&ideal, &basis, 26), 0));
    cr_expect(eq(i64, ideal.total_us, 50));
}
