#include "command/compare_export.h"

#include <stdio.h>

#include "cli/command.h"
#include "cli/message.h"
#include "report/trace.h"

/* A process for each cell, as it went in the run nearest to its median. */
int comparison_trace(FILE *out, const struct comparison *comparison)
{
    struct trace trace = {.out = out};

    trace_begin(&trace);
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];
        const struct downloader *strategy = downloader_find(cell->strategy);

        if (cell->record.item_count == 0)
            continue;
        trace_process(&trace, cell->name,
                      strategy ? strategy->place : "worker");
        trace_record(&trace, &cell->record);
    }
    return trace_end(&trace);
}

static int (*const writers[EXPORTS])(FILE *out,
                                     const struct comparison *comparison) = {
#define EXPORT(identifier, writer, option, help) [EXPORT_##identifier] = writer,
#include "comparison/exports.list"
#undef EXPORT
};

static int fail(const struct export_file *file, int rc)
{
    return message_failure("cannot write", file->path, rc);
}

int exports_open(struct compare_exports *exports,
                 const struct compare_settings *settings)
{
    for (size_t i = 0; i < EXPORTS; i++) {
        struct export_file *file = &exports->files[i];
        int rc = export_open(file, settings->exports[i]);

        if (rc < 0)
            return fail(file, rc);
        exports->has_stdout |= file->is_stdout;
    }
    return 0;
}

int exports_write(struct compare_exports *exports,
                  const struct comparison *comparison)
{
    int first = 0;

    for (size_t i = 0; i < EXPORTS; i++) {
        struct export_file *file = &exports->files[i];
        int closed;
        int rc;

        if (!file->out)
            continue;
        rc = export_begin(file);
        if (rc == 0)
            rc = writers[i](file->out, comparison);
        closed = export_close(file);
        rc = rc < 0 ? rc : closed;
        if (rc < 0)
            fail(file, rc);
        first = first < 0 ? first : rc;
    }
    return first;
}

void exports_close(struct compare_exports *exports)
{
    for (size_t i = 0; i < EXPORTS; i++)
        (void)export_close(&exports->files[i]);
}
