#include "command/get_manifest.h"

#include "download/manifest/entry.h"

/* What the runs before have left. */
static int read_map(struct get_manifest *manifest,
                    const struct get_settings *settings,
                    struct save_dir *output, struct get_reports *reports)
{
    const struct saving_settings *saving = &settings->saving;
    int rc;

    if (saving->force || (!saving->skip_existing && !saving->sync))
        return 0;
    rc = manifest_map_open(&manifest->map, save_dir_fd(output),
                           settings->work.country_names);
    if (rc < 0)
        get_reports_fail(reports, "cannot read", MANIFEST_NAME, rc);
    manifest->reads = rc == 0;
    manifest->again = (struct again){
        .skips = saving->skip_existing,
        .map = &manifest->map,
        .output = output,
    };
    return rc;
}

int get_manifest_open(struct get_manifest *manifest,
                      const struct get_settings *settings,
                      struct save_dir *output, struct get_reports *reports)
{
    int rc;

    if (!settings->saving.no_manifest) {
        rc = manifest_writer_open(&manifest->writer, output);
        if (rc < 0) {
            get_reports_fail(reports, "cannot write to", MANIFEST_NAME, rc);
            return rc;
        }
        manifest->writes = true;
    }
    return read_map(manifest, settings, output, reports);
}

void get_manifest_use(struct get_manifest *manifest,
                      struct download_options *options, struct events *events)
{
    const struct endpoint *started =
        options->transfer.has_started ? &options->transfer.started : NULL;

    manifest->again.started = started;
    if (manifest->reads)
        options->again = &manifest->again;
    if (manifest->writes)
        manifest_writer_listen(&manifest->writer, started, events);
}

void get_manifest_close(struct get_manifest *manifest,
                        struct get_reports *reports)
{
    int rc;

    if (manifest->reads)
        manifest_map_close(&manifest->map);
    manifest->reads = false;
    if (!manifest->writes)
        return;
    manifest->writes = false;
    rc = manifest_writer_close(&manifest->writer);
    if (rc < 0)
        get_reports_fail(reports, "cannot write all of", MANIFEST_NAME, rc);
}
