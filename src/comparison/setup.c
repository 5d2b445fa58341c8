#include "comparison/setup.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <uv.h>

#include "config.h"
#include "text/url.h"

int setup_describe(struct compare_setup *setup,
                   const struct compare_settings *settings,
                   const struct compare_work *work,
                   struct comparison_setup *comparison)
{
    const struct selection *selection = &work->selection;
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    bool ours = work->source.fixture;

    setup->codes = calloc(selection->count + 1, sizeof(*setup->codes));
    if (!setup->codes)
        return -ENOMEM;
    for (size_t i = 0; i < selection->count; i++)
        setup->codes[i] = selection->codes[i].code;
    if (!ours)
        setup->server = url_mask_one(work->source.base, settings->keep_query);
    if (!ours && !setup->server)
        return -ENOMEM;
    machine_describe(&setup->machine);
    *comparison = (struct comparison_setup){
        .codes = setup->codes,
        .item_count = selection->count,
        .country_names = settings->work.country_names,
        .weather = !ours                   ? NULL
                   : settings->work.server ? work->source.label
                                           : settings->weather,
        .seed = settings->seed,
        .weathers = (size_t)settings->seeds,
        .is_seeded = ours && weather_hangs_on_seed(&work->weather),
        .factors = settings->factors,
        .server = setup->server,
        .runs = settings->runs,
        .warmups = settings->warmups,
        .rerun_disturbed = settings->rerun_disturbed,
        .order = (enum comparison_order)settings->order,
        .timeout_us = settings->work.timeout_us,
        .connect_timeout_us = settings->work.connect_timeout_us,
        .began = setup->machine.time,
        .machine = setup->machine.text,
        .load = setup->machine.load,
        .processors = setup->machine.processors,
        .flags = FLAGS_VERSION,
        .curl = curl->version,
        .uv = uv_version_string(),
        .tls = curl->ssl_version ? curl->ssl_version : "none",
    };
    return 0;
}

void setup_close(struct compare_setup *setup)
{
    free(setup->codes);
    free(setup->server);
    *setup = (struct compare_setup){.codes = NULL};
}
