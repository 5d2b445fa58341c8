#pragma once

#include "command/get_options.h"
#include "command/get_reports.h"
#include "download/again.h"
#include "download/manifest/map.h"
#include "download/manifest/writer.h"

/*
 * get_manifest: what a `flags get` has to do with the manifest of its output
 * directory.
 *
 * Ownership: embedded by the caller, zeroed; get_manifest_close() once, before
 * the directory is closed. Trouble is told through the reports.
 */
struct get_manifest {
    bool reads;
    struct manifest_map map;
    struct again again;
    bool writes;
    struct manifest_writer writer;
};

/* Before anybody is contacted. A negative errno code, which has been told. */
int get_manifest_open(struct get_manifest *manifest,
                      const struct get_settings *settings,
                      struct save_dir *output, struct get_reports *reports);

/* For a run that is about to begin. Sets what there is of the manifest in
   `options`, which is borrowed. */
void get_manifest_use(struct get_manifest *manifest,
                      struct download_options *options, struct events *events);

void get_manifest_close(struct get_manifest *manifest,
                        struct get_reports *reports);
