#include "transfer/head.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Part of a line. */
struct text {
    const char *at;
    size_t bytes;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct text trim(struct text text)
{
    while (text.bytes > 0 && is_blank(*text.at)) {
        text.at++;
        text.bytes--;
    }
    while (text.bytes > 0 && is_blank(text.at[text.bytes - 1]))
        text.bytes--;
    return text;
}

static bool is_spelt(struct text text, const char *word, size_t length)
{
    return text.bytes == length && strncasecmp(text.at, word, length) == 0;
}

static bool is_word(struct text text, const char *word)
{
    return is_spelt(text, word, strlen(word));
}

/* A copy as a string, cut to `size`. */
static void copy(char *to, size_t size, struct text text)
{
    size_t length = 0;

    text = trim(text);
    for (; length < text.bytes && length < size - 1; length++) {
        char c = text.at[length];

        to[length] = (unsigned char)c < 0x20 || c == 0x7f ? '?' : c;
    }
    to[length] = '\0';
}

/* The first of a field that occurs again, if it is not too long. */
static void keep(char to[HEAD_FIELD_SIZE], struct text value)
{
    value = trim(value);
    if (to[0] == '\0' && value.bytes < HEAD_FIELD_SIZE)
        copy(to, HEAD_FIELD_SIZE, value);
}

/* Note what is wrong, and quote it; the first one stands. */
static void complain(struct head *head, const char *what, struct text text)
{
    char quoted[49];

    if (head->wrong[0] != '\0')
        return;
    copy(quoted, sizeof(quoted), text);
    snprintf(head->wrong, sizeof(head->wrong), "%s%s", what, quoted);
}

void head_begin(struct head *head)
{
    memset(head, 0, sizeof(*head));
    head->length = -1;
}

/* A status line has come: forget the head before. */
static void begin_head(struct head *head)
{
    struct head kept = *head;

    head_begin(head);
    head->any = true;
    head->head_bytes = kept.head_bytes;
    head->sets_cookies = kept.sets_cookies;
}

/* HTTP/1.1 404 Not Found; the phrase may be missing, with its space (RFC 9112,
   4), and HTTP/2 200 is libcurl's way to put what has no such line. */
static bool read_status(struct head *head, struct text line)
{
    const char *at = line.at;
    const char *end = line.at + line.bytes;

    begin_head(head);
    if (line.bytes < 12 - 2 || memcmp(at, "HTTP/", 5) != 0 || !is_digit(at[5]))
        return false;
    head->major = at[5] - '0';
    at += 6;
    if (end - at >= 2 && at[0] == '.' && is_digit(at[1]))
        at += 2;
    if (end - at < 4 || at[0] != ' ' || at[1] < '1' || !is_digit(at[1]) ||
        !is_digit(at[2]) || !is_digit(at[3]))
        return false;
    if (end - at > 4 && at[4] != ' ')
        return false;
    head->status = (at[1] - '0') * 100 + (at[2] - '0') * 10 + at[3] - '0';
    at += 4;
    copy(head->reason, sizeof(head->reason),
         (struct text){at, (size_t)(end - at)});
    head->part = HEAD_FIELDS;
    return true;
}

/* The next of a list's elements, which commas part; false: there is none. */
static bool next_element(struct text *list, struct text *element)
{
    const char *comma;

    if (!list->at)
        return false;
    comma = memchr(list->at, ',', list->bytes);
    element->at = list->at;
    element->bytes = comma ? (size_t)(comma - list->at) : list->bytes;
    *element = trim(*element);
    if (comma) {
        list->bytes -= (size_t)(comma - list->at) + 1;
        list->at = comma + 1;
    } else {
        list->at = NULL;
    }
    return true;
}

/* Digits, and nothing else. -1: it is no number below 2^63. */
static int64_t number(struct text text)
{
    int64_t value = 0;

    for (size_t i = 0; i < text.bytes; i++) {
        int digit = text.at[i] - '0';

        if (!is_digit(text.at[i]) || value > (INT64_MAX - digit) / 10)
            return -1;
        value = value * 10 + digit;
    }
    return text.bytes > 0 ? value : -1;
}

static void read_length(struct head *head, struct text value)
{
    struct text list = value;
    struct text element;

    while (next_element(&list, &element)) {
        int64_t length = number(element);

        if (length < 0) {
            complain(head, "bad Content-Length: ", value);
        } else if (head->length >= 0 && head->length != length) {
            char differ[64];

            snprintf(differ, sizeof(differ), "%" PRId64 " and %" PRId64,
                     head->length, length);
            complain(head, "Content-Lengths differ: ",
                     (struct text){differ, strlen(differ)});
        } else {
            head->length = length;
        }
    }
}

/* We ask for no coding. Chunks are applied once, and last. */
static void read_transfer_coding(struct head *head, struct text value)
{
    struct text list = value;
    struct text element;

    while (next_element(&list, &element)) {
        if (element.bytes == 0 || is_word(element, "identity"))
            continue;
        if (!is_word(element, "chunked"))
            complain(head, "unasked Transfer-Encoding: ", value);
        else if (head->chunked)
            complain(head, "bad Transfer-Encoding: ", value);
        head->chunked = true;
    }
}

static void read_coding(struct head *head, struct text value)
{
    struct text list = value;
    struct text element;

    while (next_element(&list, &element)) {
        if (element.bytes > 0 && !is_word(element, "identity") &&
            head->coding[0] == '\0')
            copy(head->coding, sizeof(head->coding), element);
    }
}

static void read_type(struct head *head, struct text value)
{
    keep(head->type, value);
}

static void read_retry_after(struct head *head, struct text value)
{
    keep(head->retry_after, value);
}

static void read_etag(struct head *head, struct text value)
{
    keep(head->etag, value);
}

static void read_last_modified(struct head *head, struct text value)
{
    keep(head->last_modified, value);
}

static void read_date(struct head *head, struct text value)
{
    keep(head->date, value);
}

static void read_range(struct head *head, struct text value)
{
    keep(head->range, value);
}

static void read_cookie(struct head *head, struct text value)
{
    (void)value;
    head->sets_cookies = true;
}

#define NAMED(name) name, sizeof(name) - 1

static const struct field {
    const char *name;
    size_t length; /* of the name: each line is compared with all of them */
    void (*read)(struct head *head, struct text value);
    bool frames; /* the body's end depends on it */
} fields[] = {
    {NAMED("Content-Length"), read_length, true},
    {NAMED("Transfer-Encoding"), read_transfer_coding, true},
    {NAMED("Content-Encoding"), read_coding, true},
    {NAMED("Content-Type"), read_type, false},
    {NAMED("Retry-After"), read_retry_after, false},
    {NAMED("ETag"), read_etag, false},
    {NAMED("Last-Modified"), read_last_modified, false},
    {NAMED("Date"), read_date, false},
    {NAMED("Content-Range"), read_range, false},
    {NAMED("Set-Cookie"), read_cookie, false},
};

static void read_field(struct head *head, struct text line)
{
    const char *colon = memchr(line.at, ':', line.bytes);
    struct text before = {line.at, colon ? (size_t)(colon - line.at) : 0};
    struct text name = trim(before);

    head->framing = false;
    for (size_t i = 0; colon && i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (!is_spelt(name, fields[i].name, fields[i].length))
            continue;
        /* libcurl takes no field with a blank before its colon for what it
           is, and would miss where the body ends. */
        if (fields[i].frames && is_blank(line.at[before.bytes - 1]))
            complain(head, "blank before a colon: ", line);
        head->framing = fields[i].frames;
        fields[i].read(head,
                       (struct text){colon + 1, line.bytes - before.bytes - 1});
        return;
    }
}

/* A status that decides by itself what became of the request. */
static bool is_final_error(const struct head *head)
{
    return head->status >= 400;
}

static bool end_head(struct head *head)
{
    int status = head->status;

    if (status == 101) {
        complain(head, "unasked change of protocol", (struct text){"", 0});
        return false;
    }
    head->part = status < 200 ? HEAD_EXPECTED : HEAD_COMPLETE;
    /* Of these what is declared is not the body's length. */
    if (status < 200 || status == 204 || status == 304)
        head->wrong[0] = '\0';
    return head->wrong[0] == '\0' || is_final_error(head);
}

static struct text without_end(const char *line, size_t bytes)
{
    while (bytes > 0 && (line[bytes - 1] == '\n' || line[bytes - 1] == '\r'))
        bytes--;
    return (struct text){line, bytes};
}

bool head_line(struct head *head, const char *line, size_t bytes)
{
    struct text text = without_end(line, bytes);

    head->any = true;
    if (head->part == HEAD_COMPLETE)
        return true; /* a trailer */
    head->head_bytes += bytes;
    if (head->head_bytes > HEAD_LIMIT) {
        complain(head, "the header section is longer than 256 KiB",
                 (struct text){"", 0});
        return is_final_error(head);
    }
    if (head->part == HEAD_EXPECTED) {
        if (read_status(head, text))
            return true;
        head->is_garbage = true;
        complain(head, "no HTTP status line: ", text);
        return false;
    }
    if (text.bytes == 0)
        return end_head(head);
    if (!is_blank(text.at[0]))
        read_field(head, text);
    else if (head->framing) /* it goes on, unseen by libcurl: RFC 9112, 5.2 */
        complain(head, "folded header line: ", text);
    return true;
}

bool head_ends_by_close(const struct head *head)
{
    return head->part == HEAD_COMPLETE && !head->chunked && head->length < 0 &&
           head->status != 204 && head->status != 304;
}

/* bytes 100-199/200 (RFC 9110, 14.4). */
bool head_range_of(const struct head *head, struct head_range *range)
{
    static const char unit[] = "bytes ";
    const char *at = head->range + sizeof(unit) - 1;
    const char *dash;
    const char *slash;
    struct head_range read;

    if (strncasecmp(head->range, unit, sizeof(unit) - 1) != 0)
        return false;
    dash = strchr(at, '-');
    slash = dash ? strchr(dash, '/') : NULL;
    if (!slash)
        return false;
    read.first = number((struct text){at, (size_t)(dash - at)});
    read.last = number((struct text){dash + 1, (size_t)(slash - dash - 1)});
    read.whole = number((struct text){slash + 1, strlen(slash + 1)});
    if (read.first < 0 || read.last < read.first ||
        (read.whole < 0 ? strcmp(slash + 1, "*") != 0
                        : read.last >= read.whole))
        return false;
    *range = read;
    return true;
}

static bool is_digits(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

int64_t head_retry_after_us(const struct head *head, int64_t now_s)
{
    static const int64_t most_s = INT64_MAX / 1000000;
    const char *text = head->retry_after;
    int64_t seconds;

    if (is_digits(text)) {
        seconds = number((struct text){text, strlen(text)});
        return seconds < 0 || seconds > most_s ? INT64_MAX : seconds * 1000000;
    }
    /* curl_getdate() is generous: dates begin with a day and have a time. */
    if (strlen(text) < 16 || !strchr("MTWFS", text[0]) || !strchr(text, ':'))
        return -1;
    seconds = (int64_t)curl_getdate(text, NULL);
    if (seconds < 0 || seconds < now_s)
        return -1;
    seconds -= now_s;
    return seconds > most_s ? INT64_MAX : seconds * 1000000;
}
