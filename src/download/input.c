#include "download/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "download/name.h"
#include "text/url.h"

enum { BUFFER_SIZE = 2 * INPUT_LINE_MOST };

static int open_list(struct input_list *list, const char *path)
{
    bool is_stdin = strcmp(path, "-") == 0;
    struct stat found;

    list->path = is_stdin ? "standard input" : path;
    /* A FIFO that nobody writes to yet is waited for where a stop is heard. */
    list->fd =
        is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (list->fd < 0 || fstat(list->fd, &found) < 0 ||
        read(list->fd, &found, 0) < 0) /* a directory, or closed */
        return -errno;
    list->is_file = S_ISREG(found.st_mode);
    return 0;
}

int input_open(struct input *input, const char *const *paths, size_t count,
               const char **bad)
{
    int rc = 0;

    if (count == 0)
        return 0;
    *bad = paths[0];
    input->lists = calloc(count, sizeof(*input->lists));
    input->buffer = malloc(BUFFER_SIZE + 1); /* a last line's end */
    if (!input->lists || !input->buffer)
        rc = -ENOMEM;
    while (rc == 0 && input->list_count < count) {
        *bad = paths[input->list_count];
        rc = open_list(&input->lists[input->list_count], *bad);
        input->list_count++;
    }
    if (rc < 0)
        input_close(input);
    return rc;
}

void input_close(struct input *input)
{
    for (size_t i = 0; i < input->list_count; i++) {
        if (input->lists[i].fd > STDIN_FILENO)
            close(input->lists[i].fd);
    }
    free(input->lists);
    free(input->buffer);
    input->lists = NULL;
    input->buffer = NULL;
    input->list_count = 0;
    claims_close(&input->claims);
}

const char *input_url_trouble(const char *url)
{
    const char *host = strstr(url, "://");
    size_t scheme = host ? (size_t)(host - url) : 0;

    if (!host)
        return "neither a URL nor a country code";
    if (!(scheme == 4 && strncasecmp(url, "http", 4) == 0) &&
        !(scheme == 5 && strncasecmp(url, "https", 5) == 0))
        return "a scheme other than http and https";
    for (const char *at = url; *at; at++) {
        if ((unsigned char)*at <= 0x20 || *at == 0x7f)
            return "a URL with a blank or a control character in it";
    }
    return url_authority_trouble(host + 3, strcspn(host + 3, "/?#"));
}

/* An item of a URL, or of what was meant to be one: what reports call it has no
   credentials. */
static struct item *item_of_url(const struct item *parts)
{
    struct item copy = *parts;
    size_t size = URL_MASK_SIZE(strlen(parts->url));
    char *shown = NULL;
    struct item *item;

    if (strpbrk(parts->url, "@=%")) {
        shown = malloc(size);
        if (!shown)
            return NULL;
        url_mask(shown, size, parts->url);
    }
    copy.subject = shown ? shown : parts->url;
    item = item_new(&copy);
    free(shown);
    return item;
}

/* An item that fails: `text` is what was asked for. */
static int refuse(struct input *input, struct item **item, const char *text,
                  const char *why)
{
    char words[512];
    const struct item parts = {.index = input->index,
                               .named = true,
                               .url = text,
                               .name = "",
                               .refused = words};

    if (input->list < input->list_count && input->line > 0)
        snprintf(words, sizeof(words), "%s:%llu: %s",
                 input->lists[input->list].path,
                 (unsigned long long)input->line, why);
    else
        snprintf(words, sizeof(words), "%s", why);
    *item = item_of_url(&parts);
    input->index += *item != NULL;
    return *item ? 0 : -ENOMEM;
}

/* What is no item belongs to one of the shards, too, by its text. */
static int refuse_ours(struct input *input, struct item **item,
                       const char *text, const char *why)
{
    return shard_has(&input->shard, text) ? refuse(input, item, text, why) : 0;
}

/* Its name is the item's from now on; if it is another's, the item fails. */
static int claim(struct input *input, struct item **item)
{
    struct item *claimed = *item;
    char why[SAVE_NAME_SIZE + 32];
    int rc;

    /* Those that the country names claim their names when they know them. */
    if (claimed->metadata_url)
        rc = 0;
    else if (input->output)
        rc = save_claim(input->output, claimed->name);
    else
        rc = claims_add(&input->claims, claimed->name);
    if (rc == 0) {
        input->index++;
        return 0;
    }
    snprintf(why, sizeof(why), "another item is named '%s'", claimed->name);
    if (rc == -EEXIST)
        rc = refuse(input, item, claimed->url, why);
    else
        *item = NULL;
    item_free(claimed);
    return rc;
}

/* `given`: the name, NULL: the URL's. */
static int add_url(struct input *input, struct item **item, const char *url,
                   const char *given)
{
    const char *trouble = input_url_trouble(url);
    char name[SAVE_NAME_SIZE];
    const struct item parts = {
        .index = input->index, .named = true, .url = url, .name = name};

    if (!trouble && given && strchr(given, '/'))
        trouble = "a name with a slash in it";
    if (!trouble && given)
        save_name(name, given, "");
    else if (!trouble && !name_by_url(name, url))
        trouble = "a URL without a file's name at its end";
    if (trouble)
        return refuse_ours(input, item, url, trouble);
    if (!shard_has(&input->shard, name))
        return 0;
    *item = item_of_url(&parts);
    return *item ? claim(input, item) : -ENOMEM;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int add_code(struct input *input, struct item **item, const char *text)
{
    struct chosen chosen = {
        .code = {(char)(text[0] & ~0x20), (char)(text[1] & ~0x20)},
        .named = true};
    int rc;

    if (!shard_has(&input->shard, chosen.code))
        return 0;
    rc = item_of_code(item, &input->codes, input->index, &chosen);
    return rc < 0 ? rc : claim(input, item);
}

/* The end of the line at `begin`, NULL: it is not there yet. */
static char *end_of_line(const struct input *input)
{
    char *newline =
        memchr(input->buffer + input->begin, '\n', input->end - input->begin);

    if (newline)
        return newline;
    return input->at_end && input->end > input->begin
               ? input->buffer + input->end
               : NULL;
}

/* Cut blanks off both ends of a text; its end is not written on before it is
   known to be used up. */
static char *trim(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && strchr(" \t\r", text[length - 1]))
        text[--length] = '\0';
    return text + strspn(text, " ");
}

/* Make an item of one line, a string of `length` bytes. *item NULL: of this
   line there is none. */
static int read_line(struct input *input, struct item **item, char *line,
                     size_t length)
{
    bool broken = strlen(line) != length;
    char *tab = strchr(line, '\t');
    const char *name = NULL;

    if (*line == '#')
        return 0;
    if (tab) {
        *tab = '\0';
        name = trim(tab + 1);
    }
    line = trim(line);
    if (broken)
        return refuse_ours(input, item, line, "a NUL character");
    if (!*line && (!name || !*name))
        return 0;
    if (is_letter(line[0]) && is_letter(line[1]) && !line[2])
        return add_code(input, item, line);
    return add_url(input, item, line, name && *name ? name : NULL);
}

/* Whether the line that begins there is a code, for which there is no server
   yet. */
static bool lacks_server(const struct input *input, const char *line,
                         const char *end)
{
    line += strspn(line, " ");
    return !input->codes.source->base && end - line >= 2 &&
           is_letter(line[0]) && is_letter(line[1]) &&
           (line + 2 == end || strchr(" \t\r\n", line[2]));
}

/* Pass over what is left of a line that is too long. False: its end is not
   there yet. */
static bool pass_over(struct input *input)
{
    const char *end = end_of_line(input);

    input->begin =
        end ? (size_t)(end - input->buffer) + (*end == '\n') : input->end;
    input->too_long = !end && !input->at_end;
    return !input->too_long;
}

static int refuse_long_line(struct input *input, struct item **item)
{
    char text[64];

    snprintf(text, sizeof(text), "%.*s", (int)sizeof(text) - 1,
             input->buffer + input->begin);
    input->line++;
    input->too_long = true;
    return refuse_ours(input, item, text, "a line that is too long");
}

/* The next item of the list. *item NULL: it has no more; -EAGAIN: it has to be
   waited for. */
static int next_of_list(struct input *input, struct item **item)
{
    int rc = 0;

    while (rc == 0 && !*item) {
        char *line;
        char *end;

        if (input->too_long && !pass_over(input))
            return -EAGAIN;
        end = end_of_line(input);
        if (!end && input->end - input->begin >= INPUT_LINE_MOST) {
            rc = refuse_long_line(input, item);
            continue;
        }
        if (!end)
            return input->at_end ? 0 : -EAGAIN;
        line = input->buffer + input->begin;
        if (input->line == 0 && end - line >= 3 &&
            memcmp(line, "\xef\xbb\xbf", 3) == 0)
            line += 3;
        input->needs_server = lacks_server(input, line, end);
        if (input->needs_server)
            return -EAGAIN;
        input->begin = (size_t)(end - input->buffer);
        input->begin += input->begin < input->end;
        *end = '\0';
        input->line++;
        rc = read_line(input, item, line, (size_t)(end - line));
    }
    return rc;
}

static void begin_next_list(struct input *input)
{
    input->list++;
    input->line = 0;
    input->begin = input->end = 0;
    input->at_end = false;
}

static int next_item(void *arg, struct item **item)
{
    struct input *input = arg;
    const struct selection *selection = input->codes.selection;
    int rc = 0;

    *item = NULL;
    if (input->codes.next < selection->count) {
        rc = item_of_code(item, &input->codes, input->index,
                          &selection->codes[input->codes.next]);
        rc = rc < 0 ? rc : claim(input, item);
        input->codes.next += rc == 0;
        return rc;
    }
    while (rc == 0 && !*item && input->next_url < input->url_count) {
        rc = add_url(input, item, input->urls[input->next_url], NULL);
        input->next_url += rc == 0;
    }
    while (rc == 0 && !*item && input->list < input->list_count) {
        rc = next_of_list(input, item);
        if (rc == 0 && !*item)
            begin_next_list(input);
    }
    return rc;
}

static int descriptor(void *arg)
{
    const struct input *input = arg;

    return input->needs_server ? -1 : input->lists[input->list].fd;
}

static bool is_ready(void *arg)
{
    const struct input *input = arg;

    return !input->needs_server && input->lists[input->list].is_file;
}

/* Read once, behind what is in the buffer. */
static int fill(void *arg)
{
    struct input *input = arg;
    ssize_t bytes;

    if (input->needs_server)
        return input->find_server(input->arg);
    memmove(input->buffer, input->buffer + input->begin,
            input->end - input->begin);
    input->end -= input->begin;
    input->begin = 0;
    bytes = read(input->lists[input->list].fd, input->buffer + input->end,
                 BUFFER_SIZE - input->end);
    if (bytes < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    input->end += (size_t)bytes;
    input->at_end = bytes == 0;
    return 0;
}

struct item_source input_source(struct input *input)
{
    return (struct item_source){
        .next = next_item,
        .arg = input,
        .fd = descriptor,
        .fill = fill,
        .is_ready = is_ready,
    };
}
