#include "command/get_manifest.h"

#include "download/manifest/entry.h"

int get_manifest_open(struct get_manifest *manifest,
                      const struct get_settings *settings,
                      struct save_dir *output, struct get_reports *reports)
{
    int rc;

    if (settings->saving.no_manifest)
        return 0;
    rc = manifest_writer_open(&manifest->writer, output);
    if (rc < 0)
        get_reports_fail(reports, "cannot write to", MANIFEST_NAME, rc);
    manifest->writes = rc == 0;
    return rc;
}

void get_manifest_listen(struct get_manifest *manifest,
                         const struct download_options *options,
                         struct events *events)
{
    const struct transfer_options *transfer = &options->transfer;

    if (manifest->writes)
        manifest_writer_listen(
            &manifest->writer,
            transfer->has_started ? &transfer->started : NULL, events);
}

void get_manifest_close(struct get_manifest *manifest,
                        struct get_reports *reports)
{
    int rc;

    if (!manifest->writes)
        return;
    manifest->writes = false;
    rc = manifest_writer_close(&manifest->writer);
    if (rc < 0)
        get_reports_fail(reports, "cannot write all of", MANIFEST_NAME, rc);
}
