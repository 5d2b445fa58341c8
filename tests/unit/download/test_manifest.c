#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "download/manifest/entry.h"
#include "download/manifest/file.h"
#include "download/manifest/map.h"
#include "download/manifest/writer.h"
#include "manifest_place.h"
#include "scratch.h"

TestSuite(manifest, .init = manifest_place_setup,
          .fini = manifest_place_teardown, .timeout = 120);

Test(manifest, last_line_of_a_name_wins)
{
    struct manifest_map map;

    append_entry("br.gif", 1);
    append_entry("us.gif", 2);
    append_entry("br.gif", 3);
    map = open_map(false);
    cr_expect(eq(i64, bytes_of(&map, "br.gif"), 3));
    cr_expect(eq(i64, bytes_of(&map, "us.gif"), 2));
    cr_expect(eq(i64, bytes_of(&map, "de.gif"), -1));
    manifest_map_close(&map);
}

Test(manifest, that_is_not_there_is_empty)
{
    struct manifest_map map = open_map(true);

    cr_expect(eq(i64, bytes_of(&map, "br.gif"), -1));
    manifest_map_close(&map);
}

Test(manifest, torn_line_is_ignored_and_spoils_no_other)
{
    struct manifest_map map;

    append_entry("br.gif", 1);
    append_raw("{\"file\":\"us.gif\",\"url\":\"http://h/x\",\"sta");
    map = open_map(false);
    cr_expect(eq(sz, map.count, 1));
    manifest_map_close(&map);

    append_entry("de.gif", 2);
    map = open_map(false);
    cr_expect(eq(i64, bytes_of(&map, "br.gif"), 1));
    cr_expect(eq(i64, bytes_of(&map, "de.gif"), 2));
    cr_expect(eq(i64, bytes_of(&map, "us.gif"), -1));
    manifest_map_close(&map);
}

Test(manifest, map_finds_each_of_many_names_and_urls)
{
    enum { NAMES = 1500 };
    struct manifest_map map;
    char name[32];
    char url[32];

    for (int i = 0; i < 2 * NAMES; i++) {
        struct manifest_entry entry = entry_of(name, i);
        size_t bytes;
        char *line;

        snprintf(name, sizeof(name), "f%d", i % NAMES);
        snprintf(url, sizeof(url), "http://h/%d", i);
        entry.url = url;
        line = manifest_entry_write(&entry, &bytes);
        append_raw(line);
        free(line);
    }
    map = open_map(true);
    cr_expect(eq(sz, map.count, 3 * NAMES));
    for (int i = 0; i < NAMES; i++) {
        struct manifest_line line;

        snprintf(name, sizeof(name), "f%d", i);
        cr_expect(eq(i64, bytes_of(&map, name), i + NAMES));
        /* Another URL's file has taken its place. */
        snprintf(url, sizeof(url), "http://h/%d", i);
        cr_expect(eq(int, manifest_map_find_url(&map, url, &line), -ENOENT));
        snprintf(url, sizeof(url), "http://h/%d", i + NAMES);
        cr_assert(eq(int, manifest_map_find_url(&map, url, &line), 0));
        cr_expect(eq(str, (char *)line.entry.name, name));
        manifest_line_close(&line);
    }
    manifest_map_close(&map);
}

Test(manifest, lock_of_another_is_not_waited_for)
{
    int fd;

    append_entry("br.gif", 1);
    fd = manifest_file_lock(save_dir_fd(dir));
    cr_assert(ge(int, fd, 0));
    struct manifest_growth growth;
    cr_expect(eq(int,
                 manifest_file_append(save_dir_fd(dir), "\nx\n", 3, &growth),
                 -EAGAIN));
    cr_expect(eq(int, manifest_file_compact(dir), 0));
    close(fd);
    cr_expect(eq(
        int, manifest_file_append(save_dir_fd(dir), "\nx\n", 3, &growth), 0));
}

Test(manifest, what_is_no_plain_file_is_refused)
{
    char path[SCRATCH_SIZE];

    scratch_path(path, place, MANIFEST_NAME);
    cr_assert(eq(int, manifest_file_check(save_dir_fd(dir)), 0));
    cr_assert(eq(int, mkfifo(path, 0666), 0));
    cr_expect(lt(int, manifest_file_check(save_dir_fd(dir)), 0));
    cr_expect(lt(int, append_text("x\n"), 0));
    cr_assert(eq(int, unlink(path), 0));
    cr_assert(eq(int, symlink("elsewhere", path), 0));
    cr_expect(eq(int, append_text("x\n"), -ELOOP));
}

Test(manifest, compaction_leaves_the_last_lines_in_their_order)
{
    struct manifest_map before;
    struct manifest_map after;
    size_t bytes;
    char *text;

    append_entry("br.gif", 1);
    append_entry("us.gif", 2);
    append_raw("torn");
    append_entry("br.gif", 3);
    append_entry("us.gif", 4);
    before = open_map(false);
    cr_assert(eq(int, manifest_file_compact(dir), 0));

    after = open_map(false);
    cr_expect(eq(sz, after.lines, 2));
    cr_expect(eq(i64, bytes_of(&after, "br.gif"), 3));
    cr_expect(eq(i64, bytes_of(&after, "us.gif"), 4));
    /* Whoever reads the old one goes on with it. */
    cr_expect(eq(i64, bytes_of(&before, "us.gif"), 4));
    text = scratch_read(place, MANIFEST_NAME, &bytes);
    cr_expect(lt(ptr, strstr(text, "br.gif"), strstr(text, "us.gif")));
    cr_expect(eq(ptr, strstr(text, "torn"), NULL));
    free(text);
    manifest_map_close(&before);
    manifest_map_close(&after);
}

Test(manifest, compaction_has_a_reason_or_does_nothing)
{
    size_t bytes;
    char *text;

    append_entry("br.gif", 1);
    append_entry("us.gif", 2);
    append_entry("br.gif", 3);
    cr_assert(eq(int, manifest_file_compact(dir), 0));
    text = scratch_read(place, MANIFEST_NAME, &bytes);
    cr_expect(ne(ptr, strstr(text, "\"bytes\":1,"), NULL));
    free(text);
}

/* Processes that append and compact at once. */
Test(manifest, of_several_writers_and_compactions_loses_nothing)
{
    enum { WRITERS = 4, EACH = 60 };
    struct manifest_map map;
    char name[32];

    for (int w = 0; w < WRITERS; w++) {
        pid_t pid = fork();

        cr_assert(ge(int, pid, 0));
        if (pid > 0)
            continue;
        /* A directory of its own to compact in, as each run has. */
        struct save_dir *own;
        if (save_dir_open(&own, place) < 0)
            _exit(1);
        for (int i = 0; i < EACH; i++) {
            snprintf(name, sizeof(name), "w%d-%d", w, i);
            append_entry("shared", i);
            append_entry(name, i);
            append_entry(name, i + 1);
            if (i % 10 == 0 && manifest_file_compact(own) < 0)
                _exit(1);
        }
        save_dir_close(own);
        _exit(0);
    }
    for (int w = 0; w < WRITERS; w++) {
        int status;

        cr_assert(ge(int, wait(&status), 0));
        cr_assert(eq(int, status, 0));
    }
    map = open_map(false);
    for (int w = 0; w < WRITERS; w++) {
        for (int i = 0; i < EACH; i++) {
            snprintf(name, sizeof(name), "w%d-%d", w, i);
            cr_expect(eq(i64, bytes_of(&map, name), i + 1), "%s", name);
        }
    }
    cr_expect(eq(i64, bytes_of(&map, "shared"), EACH - 1));
    cr_expect(le(sz, map.lines, (size_t)(3 * WRITERS * EACH)));
    manifest_map_close(&map);
}

Test(manifest, writer_without_a_stream_appends_what_is_enough_and_the_rest)
{
    enum { NAMES = 1000 };
    struct manifest_writer writer;
    struct manifest_map map;
    char name[32];

    cr_assert(eq(int, manifest_writer_open(&writer, dir), 0));
    for (int i = 0; i < NAMES; i++) {
        struct manifest_entry entry = entry_of(name, i);

        snprintf(name, sizeof(name), "%d.gif", i);
        manifest_writer_add(&writer, &entry);
    }
    map = open_map(false);
    cr_expect(gt(sz, map.count, 0));
    cr_expect(lt(sz, map.count, NAMES));
    manifest_map_close(&map);

    cr_expect(eq(int, manifest_writer_close(&writer), 0));
    map = open_map(false);
    cr_expect(eq(sz, map.count, NAMES));
    for (int i = 0; i < NAMES; i++) {
        snprintf(name, sizeof(name), "%d.gif", i);
        cr_expect(eq(i64, bytes_of(&map, name), i));
    }
    manifest_map_close(&map);
}

Test(manifest, writer_says_that_the_lock_was_not_to_be_had)
{
    struct manifest_entry entry = entry_of("us.gif", 2);
    struct manifest_writer writer;
    struct manifest_map map;
    char path[SCRATCH_SIZE];
    int fd;

    append_entry("br.gif", 1);
    scratch_path(path, place, MANIFEST_NAME);
    fd = open(path, O_RDONLY);
    cr_assert(eq(int, flock(fd, LOCK_EX), 0));
    cr_assert(eq(int, manifest_writer_open(&writer, dir), 0));
    manifest_writer_add(&writer, &entry);
    cr_expect(eq(int, manifest_writer_close(&writer), -EBUSY));
    close(fd);
    map = open_map(false);
    cr_expect(eq(sz, map.count, 1));
    manifest_map_close(&map);
}
