#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "comparison/child_run.h"
#include "comparison/directory.h"
#include "comparison/program.h"
#include "comparison/program_files.h"

static int parse(struct programs *programs, const char **texts, size_t count)
{
    struct option_texts all = {texts, count};
    struct command_line line = {.count = 0};
    int rc = programs_parse(programs, &all, &line);

    cr_expect(eq(int, rc == 0, line.error[0] == '\0'));
    return rc;
}

Test(program, has_a_name_and_a_command_that_may_have_anything)
{
    const char *texts[] = {"curl=curl -K {config}", "go_pool=x=1 ./go -n {m}"};
    struct programs programs = {.count = 0};

    cr_assert(eq(int, parse(&programs, texts, 2), 0));

    cr_assert(eq(sz, programs.count, 2));
    cr_expect(eq(str, programs.items[0].name, "curl"));
    cr_expect(eq(str, (char *)programs.items[0].command, "curl -K {config}"));
    cr_expect(eq(int, programs.items[0].has_limit, 0));
    cr_expect(eq(str, programs.items[1].name, "go_pool"));
    cr_expect(eq(str, (char *)programs.items[1].command, "x=1 ./go -n {m}"));
    cr_expect(eq(int, programs.items[1].has_limit, 1));
    programs_close(&programs);
}

Test(program, names_that_do_not_tell_cells_apart_are_refused)
{
    const char *wrong[][2] = {
        {"curl"},         {"=true"},      {"a-b=true"},
        {"a="},           {"async=true"}, {"threaded=true"},
        {"a=1", "a=2"},   {"a b=true"},   {"abcdefghijklmnopq=true"},
        {"a=1", "a.b=2"},
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct programs programs = {.count = 0};

        cr_expect(
            eq(int, parse(&programs, wrong[i], wrong[i][1] ? 2 : 1), -EINVAL),
            "%s", wrong[i][0]);
    }
}

Test(program, as_many_as_there_is_room_for)
{
    char names[PROGRAMS_MOST + 1][16];
    const char *texts[PROGRAMS_MOST + 1];
    struct programs programs = {.count = 0};

    for (size_t i = 0; i <= PROGRAMS_MOST; i++) {
        snprintf(names[i], sizeof(names[i]), "p%zu=true", i);
        texts[i] = names[i];
    }
    cr_expect(eq(int, parse(&programs, texts, PROGRAMS_MOST), 0));
    programs_close(&programs);
    cr_expect(eq(int, parse(&programs, texts, PROGRAMS_MOST + 1), -EINVAL));
}

Test(program, is_a_cell_for_each_limit_that_it_is_told)
{
    const char *texts[] = {"told=x {m}", "not=x http://u:p@h/?q"};
    const struct compare_settings settings = {.max_req = {5, 20},
                                              .max_req_count = 2};
    struct programs programs = {.count = 0};
    struct comparison_cell *cells = calloc(1, sizeof(*cells));
    size_t count = 1;

    cells[0].strategy = "sequential";
    cr_assert(eq(int, parse(&programs, texts, 2), 0));
    cr_assert(eq(int, programs_mask(&programs, false), 0));
    cr_assert(
        eq(int, programs_add_cells(&programs, &settings, &cells, &count), 0));

    cr_assert(eq(sz, count, 4));
    cr_expect(eq(str, (char *)cells[3].command, "x http://u:p@h/?q"));
    cr_expect(eq(str, (char *)cells[3].program, "x http://...@h/?..."));
    cr_expect(eq(str, (char *)cells[0].strategy, "sequential"));
    for (size_t i = 1; i < 4; i++) {
        cr_expect(eq(str, (char *)cells[i].strategy, i < 3 ? "told" : "not"));
        cr_expect(eq(uint, cells[i].max_req, i == 1 ? 5 : i == 2 ? 20 : 1));
        cr_expect(eq(int, cells[i].has_limit, i < 3));
    }
    free(cells);
    programs_close(&programs);
}

Test(program, placeholders_are_replaced_and_quoted_where_a_shell_needs_it)
{
    const struct program_places places = {.urls = "/tmp/u",
                                          .config = "/tmp/a b/c",
                                          .base = "http://127.0.0.1:1/flags",
                                          .dir = "/tmp/it's",
                                          .max_req = 20};
    char *text = program_command(
        "x {urls}{urls} {config} {base} {dir} -j{m} {other} ${y} { z; }",
        &places);

    cr_expect(eq(str, text,
                 "x /tmp/u/tmp/u '/tmp/a b/c' http://127.0.0.1:1/flags "
                 "'/tmp/it'\\''s' -j20 {other} ${y} { z; }"));
    free(text);
}

static void write_file(const char *directory, const char *name,
                       const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    file = fopen(path, "w");
    cr_assert(ne(ptr, file, NULL));
    fputs(text, file);
    fclose(file);
}

Test(program_files, are_taken_once_by_name_or_by_bytes)
{
    char directory[] = "/tmp/flags-test-XXXXXX";
    char sub[64];
    struct program_files files = {0};
    const struct program_file *a;
    const struct program_file *b;
    struct digest wanted;

    cr_assert(ne(ptr, mkdtemp(directory), NULL));
    snprintf(sub, sizeof(sub), "%s/sub", directory);
    cr_assert(eq(int, mkdir(sub, 0777), 0));
    write_file(directory, "A.gif", "one");
    write_file(sub, "x", "two");
    cr_assert(eq(int, program_files_read(&files, directory), 0));

    cr_assert(eq(sz, files.count, 2));
    a = program_files_take(&files, "a.gif");
    cr_assert(ne(ptr, (void *)a, NULL));
    cr_expect(eq(i64, a->bytes, 3));
    cr_expect(eq(ptr, (void *)program_files_take(&files, "a.gif"), NULL));
    cr_expect(eq(ptr, (void *)program_files_take(&files, "b.gif"), NULL));
    wanted = a->digest;
    cr_expect(eq(ptr, (void *)program_files_take_bytes(&files, &wanted), NULL),
              "it has been taken");
    b = files.items[0].taken && files.items[1].taken ? NULL
        : files.items[0].taken                       ? &files.items[1]
                                                     : &files.items[0];
    cr_assert(ne(ptr, (void *)b, NULL));
    wanted = b->digest;
    cr_expect(
        eq(ptr, (void *)program_files_take_bytes(&files, &wanted), (void *)b));
    program_files_close(&files);

    compare_directory_remove(directory);
    cr_expect(eq(int, access(directory, F_OK), -1));
}
