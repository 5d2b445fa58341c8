#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "transfer/save.h"

static char place[SCRATCH_SIZE];  /* a directory for everything */
static char output[SCRATCH_SIZE]; /* in it, not made yet */

static void setup(void)
{
    scratch_make(place);
    scratch_path(output, place, "out");
}

static void teardown(void)
{
    scratch_remove(place);
}

TestSuite(save, .init = setup, .fini = teardown, .timeout = 10);

static struct save_dir *open_output(void)
{
    struct save_dir *dir = NULL;

    cr_assert(eq(int, save_dir_open(&dir, output), 0));
    return dir;
}

static void expect_names(const char *directory, const char *names)
{
    char *list = scratch_list(directory);

    cr_expect(eq(str, list, (char *)names));
    free(list);
}

static void save_text(struct save_dir *dir, const char *name, const char *text)
{
    struct save_file file = save_file(dir, 1);

    cr_assert(eq(int, save_create(&file), 0));
    cr_assert(eq(int, save_write(&file, text, strlen(text)), 0));
    cr_assert(eq(int, save_commit(&file, name), 0));
}

/* The only name in the output directory, that of the run. */
static void run_name(char name[SCRATCH_SIZE])
{
    char *list = scratch_list(output);

    cr_assert(eq(sz, strlen(list), strlen(".flags-XXXXXX ")));
    list[strlen(list) - 1] = '\0';
    scratch_path(name, output, list);
    free(list);
}

Test(save, makes_the_directory_with_its_parents)
{
    char deep[SCRATCH_SIZE];
    struct save_dir *dir = NULL;

    scratch_path(deep, place, "a/b//c/");
    cr_assert(eq(int, save_dir_open(&dir, deep), 0));
    save_text(dir, "x", "1");
    save_dir_close(dir);

    expect_names(deep, "x ");
}

Test(save, leaves_nothing_but_what_was_committed)
{
    struct save_dir *dir = open_output();
    struct save_file pending = save_file(dir, 2);
    struct save_file discarded = save_file(dir, 3);

    save_text(dir, "br.gif", "complete");
    cr_assert(eq(int, save_create(&pending), 0));
    cr_assert(eq(int, save_write(&pending, "half", 4), 0));
    cr_assert(eq(int, save_create(&discarded), 0));
    save_discard(&discarded);
    save_discard(&discarded);
    close(pending.fd);
    save_dir_close(dir);

    expect_names(output, "br.gif ");
    cr_expect(scratch_holds(output, "br.gif", "complete", 8));
}

Test(save, keeps_the_old_file_until_the_new_one_is_complete)
{
    struct save_dir *dir = open_output();
    struct save_file file = save_file(dir, 1);

    scratch_write(output, "br.gif", "old", 3);
    cr_assert(eq(int, save_create(&file), 0));
    cr_assert(eq(int, save_write(&file, "new flag", 8), 0));
    cr_expect(scratch_holds(output, "br.gif", "old", 3));

    cr_expect(eq(int, save_commit(&file, "br.gif"), 0));

    cr_expect(scratch_holds(output, "br.gif", "new flag", 8));
    save_dir_close(dir);
}

Test(save, reports_a_name_that_is_a_directory)
{
    struct save_dir *dir = open_output();
    struct save_file file = save_file(dir, 1);
    char path[SCRATCH_SIZE];

    scratch_path(path, output, "br.gif");
    cr_assert(eq(int, mkdir(path, 0777), 0));
    cr_assert(eq(int, save_create(&file), 0));

    cr_expect(eq(int, save_commit(&file, "br.gif"), -EISDIR));

    save_text(dir, "us.gif", "the worker goes on");
    save_dir_close(dir);
    expect_names(output, "br.gif us.gif ");
}

Test(save, reports_a_write_that_fails_and_discards_the_file)
{
    struct save_dir *dir = open_output();
    struct save_file file = save_file(dir, 1);
    struct rlimit limit = {.rlim_cur = 4, .rlim_max = 4};
    char run[SCRATCH_SIZE];

    signal(SIGXFSZ, SIG_IGN);
    run_name(run);
    cr_assert(eq(int, save_create(&file), 0));
    cr_assert(eq(int, setrlimit(RLIMIT_FSIZE, &limit), 0));

    cr_expect(eq(int, save_write(&file, "too long", 8), -EFBIG));

    cr_expect(eq(int, file.fd, -1));
    expect_names(run, "");
    save_dir_close(dir);
    expect_names(output, "");
}

Test(save, refuses_a_directory_that_it_cannot_write_or_that_is_a_file)
{
    struct save_dir *dir = NULL;
    char path[SCRATCH_SIZE];

    scratch_write(place, "file", "", 0);
    scratch_path(path, place, "file");
    cr_expect(eq(int, save_dir_open(&dir, path), -ENOTDIR));
    scratch_path(path, place, "file/below");
    cr_expect(eq(int, save_dir_open(&dir, path), -ENOTDIR));
    cr_expect(eq(int, save_dir_open(&dir, ""), -ENOENT));
    cr_expect(eq(int, save_dir_open(&dir, "/proc/nowhere"), -ENOENT));
    cr_expect(eq(ptr, dir, NULL));
    if (geteuid() == 0)
        return; /* root may write anywhere */
    scratch_path(path, place, "readonly");
    cr_assert(eq(int, mkdir(path, 0555), 0));
    cr_expect(eq(int, save_dir_open(&dir, path), -EACCES));
}

Test(save, removes_what_a_killed_run_left)
{
    pid_t child = fork();
    int status;
    struct save_dir *dir;

    if (child == 0) {
        struct save_dir *dead;
        struct save_file file;

        if (save_dir_open(&dead, output) < 0)
            _exit(1);
        file = save_file(dead, 1);
        if (save_create(&file) < 0 || save_write(&file, "half", 4) < 0)
            _exit(1);
        raise(SIGKILL);
    }
    cr_assert(eq(int, waitpid(child, &status, 0), child));
    cr_assert(eq(int, WIFSIGNALED(status) ? WTERMSIG(status) : 0, SIGKILL));
    scratch_write(output, "br.gif", "mine", 4);
    scratch_write(output, ".flags-manifest.jsonl", "{}", 2);

    dir = open_output();
    save_dir_close(dir);

    expect_names(output, ".flags-manifest.jsonl br.gif ");
}

Test(save, leaves_the_directory_of_a_run_that_lives)
{
    struct save_dir *one = open_output();
    struct save_file file = save_file(one, 1);
    struct save_dir *two;

    cr_assert(eq(int, save_create(&file), 0));
    two = open_output();
    save_text(two, "us.gif", "2");
    save_dir_close(two);

    cr_expect(eq(int, save_write(&file, "1", 1), 0));
    cr_expect(eq(int, save_commit(&file, "br.gif"), 0));
    save_dir_close(one);
    expect_names(output, "br.gif us.gif ");
}

Test(save, removes_nothing_of_the_users)
{
    static const char *const directories[] = {".flags-",       ".flags-1234567",
                                              ".flagsABCDEF",  "flags-ABCDEF",
                                              ".flags-FOREIG", ".flags-backup"};
    char path[SCRATCH_SIZE];
    struct save_dir *dir;

    cr_assert(eq(int, mkdir(output, 0777), 0));
    for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++) {
        scratch_path(path, output, directories[i]);
        cr_assert(eq(int, mkdir(path, 0777), 0));
    }
    scratch_write(output, ".flags-FOREIG/letter.txt", "dear", 4);
    scratch_write(output, ".flags-backup/1.part", "mine", 4);
    scratch_write(output, ".flags-AFILE1", "", 0);
    scratch_path(path, output, ".flags-ALINK1");
    cr_assert(eq(int, symlink("/", path), 0));

    dir = open_output();
    save_dir_close(dir);

    expect_names(output, ".flags- .flags-1234567 .flags-AFILE1 .flags-ALINK1 "
                         ".flags-FOREIG .flags-backup .flagsABCDEF "
                         "flags-ABCDEF ");
    scratch_path(path, output, ".flags-FOREIG");
    expect_names(path, "letter.txt ");
    scratch_path(path, output, ".flags-backup");
    expect_names(path, "1.part ");
}

Test(save, lets_a_name_be_claimed_once)
{
    struct save_dir *dir = open_output();

    cr_expect(eq(int, save_claim(dir, "Brazil.gif"), 0));
    cr_expect(eq(int, save_claim(dir, "France.gif"), 0));
    cr_expect(eq(int, save_claim(dir, "Brazil.gif"), -EEXIST));
    save_dir_close(dir);
}

Test(save_name, makes_any_text_a_plain_file_name)
{
    static const struct {
        const char *stem;
        const char *tail;
        const char *name;
    } cases[] = {
        {"br", ".gif", "br.gif"},
        {"Brazil", "-BR.gif", "Brazil-BR.gif"},
        {"../../evil", "-BR.gif", "___.._evil-BR.gif"},
        {"..", "", "__"},
        {".", ".gif", "_.gif"},
        {"/etc/passwd", "", "_etc_passwd"},
        {"a\nb\tc\x7f", ".gif", "a_b_c_.gif"},
        {"", ".gif", "_.gif"},
        {"C\xc3\xb4te d'Ivoire", ".gif", "C\xc3\xb4te d'Ivoire.gif"},
        {"a\xc2\x9b[31m", ".gif", "a_[31m.gif"},
        {"v1.2", "", "v1.2"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char name[SAVE_NAME_SIZE];

        save_name(name, cases[i].stem, cases[i].tail);
        cr_expect(eq(str, name, (char *)cases[i].name));
    }
}

Test(save_name, cuts_a_long_stem_between_characters_and_keeps_the_tail)
{
    char stem[1001];
    char name[SAVE_NAME_SIZE];

    memset(stem, 'a', 1000);
    stem[1000] = '\0';
    save_name(name, stem, "-BR.gif");
    cr_expect(eq(sz, strlen(name), 255));
    cr_expect(eq(str, name + 247, "a-BR.gif"));

    /* Two bytes each: an even number of them fits into 248, none is split. */
    for (size_t i = 0; i < 1000; i += 2)
        memcpy(stem + i, "\xc3\xb4", 2);
    save_name(name, stem, "-BR.gif");
    cr_expect(eq(sz, strlen(name), 255));
    save_name(name, stem, "-BR.jpeg");
    cr_expect(eq(sz, strlen(name), 254));
    cr_expect(eq(str, name + 244, "\xc3\xb4-BR.jpeg"));
}
