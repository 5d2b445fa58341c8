#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "download/input.h"
#include "scratch.h"

static char output[SCRATCH_SIZE];
static char path[SCRATCH_SIZE + 16];
static struct save_dir *dir;
static struct input input;
static struct source source;
static struct selection nothing;
static char told[8192];

static void setup(void)
{
    scratch_make(output);
    snprintf(path, sizeof(path), "%s/list", output);
    cr_assert(eq(int, save_dir_open(&dir, output), 0));
    cr_assert(eq(int, source_parse(&source, "http://h/flags", NULL), 0));
}

static void teardown(void)
{
    source_close(&source);
    save_dir_close(dir);
    scratch_remove(output);
}

TestSuite(input, .init = setup, .fini = teardown, .timeout = 60);

static void open_list(const void *text, size_t size)
{
    const char *paths[] = {path};
    const char *bad;
    FILE *list = fopen(path, "w");

    cr_assert(ne(ptr, list, NULL));
    cr_assert(eq(sz, fwrite(text, 1, size, list), size));
    fclose(list);
    input = (struct input){.codes = {.selection = &nothing, .source = &source},
                           .output = dir};
    cr_assert(eq(int, input_open(&input, paths, 1, &bad), 0));
}

/* Read all of it: "INDEX URL NAME" or "INDEX error: ..." a line. */
static const char *read_all(void)
{
    struct item_source items = input_source(&input);
    struct item *item;
    size_t at = 0;

    told[0] = '\0';
    for (;;) {
        int rc = items.next(items.arg, &item);

        if (rc == -EAGAIN) {
            cr_assert(eq(int, items.fill(items.arg), 0));
            continue;
        }
        cr_assert(eq(int, rc, 0));
        if (!item)
            break;
        if (item->refused)
            at += (size_t)snprintf(
                told + at, sizeof(told) - at, "%d %s\n", (int)item->index,
                strrchr(item->refused, '/') ? strrchr(item->refused, '/') + 1
                                            : item->refused);
        else
            at += (size_t)snprintf(told + at, sizeof(told) - at, "%d %s %s\n",
                                   (int)item->index, item->url, item->name);
        item_free(item);
    }
    input_close(&input);
    return told;
}

static const char *read_text(const char *text)
{
    open_list(text, strlen(text));
    return read_all();
}

Test(input, takes_lines_of_every_form)
{
    cr_expect(eq(str,
                 (char *)read_text("\xef\xbb\xbfhttp://a/1.gif\r\n"
                                   "# a comment\n"
                                   "\n"
                                   "  https://a/b/2.gif?x=/y#z  \n"
                                   "http://a/3.gif\tthree.gif\r\n"
                                   "http://a/%2e.gif\n"
                                   "BR\n"
                                   "us\r\n"
                                   "http://a/last.gif"),
                 "0 http://a/1.gif 1.gif\n"
                 "1 https://a/b/2.gif?x=/y#z 2.gif\n"
                 "2 http://a/3.gif three.gif\n"
                 "3 http://a/%2e.gif %2e.gif\n"
                 "4 http://h/flags/br/br.gif br.gif\n"
                 "5 http://h/flags/us/us.gif us.gif\n"
                 "6 http://a/last.gif last.gif\n"));
}

Test(input, tells_the_number_of_a_bad_line)
{
    cr_expect(eq(str,
                 (char *)read_text("http://a/1.gif\n"
                                   "ftp://a/2.gif\n"
                                   "#\n"
                                   "brazil\n"
                                   "http://a/\n"
                                   "http://a/x\ta/b\n"
                                   "http:///x\n"
                                   "http://a/1.gif\n"
                                   "http://a/b c\n"),
                 "0 http://a/1.gif 1.gif\n"
                 "1 list:2: a scheme other than http and https\n"
                 "2 list:4: neither a URL nor a country code\n"
                 "3 list:5: a URL without a file's name at its end\n"
                 "4 list:6: a name with a slash in it\n"
                 "5 list:7: a URL without a host\n"
                 "6 list:8: another item is named '1.gif'\n"
                 "7 list:9: a URL with a blank or a control character in "
                 "it\n"));
}

Test(input, makes_names_harmless)
{
    cr_expect(
        eq(str, (char *)read_text("http://a/..\nhttp://a/.x\nhttp://a/y\t..\n"),
           "0 http://a/.. __\n"
           "1 http://a/.x _x\n"
           "2 list:3: another item is named '__'\n"));
}

Test(input, survives_long_lines_and_nul_characters)
{
    size_t size = 3 * INPUT_LINE_MOST;
    char *text = malloc(size);

    cr_assert(ne(ptr, text, NULL));
    memset(text, 'x', size);
    memcpy(text + size - 35, "\nhttp://a/1\0.gif\nhttp://a/2.gif\n\n\n\n", 35);
    open_list(text, size);

    cr_expect(eq(str, (char *)read_all(),
                 "0 list:1: a line that is too long\n"
                 "1 list:2: a NUL character\n"
                 "2 http://a/2.gif 2.gif\n"));
    free(text);
}

Test(input, of_an_empty_list_is_nothing)
{
    cr_expect(eq(str, (char *)read_text(""), ""));
    cr_expect(eq(str, (char *)read_text("\n# none\n\r\n"), ""));
    cr_expect(eq(str, (char *)read_text("\xef\xbb\xbf"), ""));
}

Test(input, knows_a_hundred_thousand_names)
{
    size_t taken = 0;
    char name[32];

    for (int i = 0; i < 100000; i++) {
        snprintf(name, sizeof(name), "%d.gif", i);
        cr_assert(eq(int, save_claim(dir, name), 0), "%s", name);
    }
    for (int i = 0; i < 100000; i++) {
        snprintf(name, sizeof(name), "%d.gif", i);
        taken += save_claim(dir, name) == -EEXIST;
    }
    cr_expect(eq(sz, taken, 100000));
}
