#include "download/manifest/entry.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void manifest_write_hex(char *text, const void *from, size_t bytes)
{
    const unsigned char *at = from;

    for (size_t i = 0; i < bytes; i++)
        snprintf(text + 2 * i, 3, "%02x", at[i]);
}

static int digit_of(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c) : NULL;

    return found ? (int)(found - digits) : -1;
}

/* The bytes of exactly 2 * `bytes` digits. */
static bool read_hex(void *to, const char *text, size_t bytes)
{
    unsigned char *at = to;

    if (strlen(text) != 2 * bytes)
        return false;
    for (size_t i = 0; i < bytes; i++) {
        int high = digit_of(text[2 * i]);
        int low = digit_of(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        at[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

/* Takes over `value`; NULL is a failure. */
static bool set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

/* A field of a server's: what is not UTF-8 is no validator to send back. */
static bool set_field(json_t *object, const char *key, const char *value)
{
    json_t *text = *value ? json_string(value) : NULL;

    return !text || set(object, key, text);
}

static bool set_name(json_t *object, const char *name)
{
    json_t *text = json_string(name);
    char hex[2 * sizeof(((struct manifest_line *)NULL)->name) + 1];

    if (text)
        return set(object, "file", text);
    if (strlen(name) * 2 >= sizeof(hex))
        return false;
    hex[0] = '\0';
    manifest_write_hex(hex, name, strlen(name));
    return set(object, "file-hex", json_string(hex));
}

char *manifest_entry_write(const struct manifest_entry *entry, size_t *bytes)
{
    json_t *object = json_object();
    char sum[DIGEST_TEXT_SIZE];
    char *text = NULL;
    char *line = NULL;

    digest_text(sum, &entry->digest);
    if (object && set_name(object, entry->name) &&
        set(object, "url", json_string(entry->url)) &&
        set(object, "status", json_integer(entry->status)) &&
        set(object, "bytes", json_integer(entry->bytes)) &&
        set(object, "sha256", json_string(sum)) &&
        set_field(object, "etag", entry->etag) &&
        set_field(object, "last-modified", entry->last_modified))
        text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(object);
    if (text) {
        *bytes = strlen(text) + 1;
        line = realloc(text, *bytes + 1);
        if (line)
            memcpy(line + *bytes - 1, "\n", 2);
        else
            free(text);
    }
    return line;
}

/* A plain name, and none that would hide, as save_name() makes none. */
static bool is_name(const char *name)
{
    return *name && *name != '.' && !strchr(name, '/');
}

static bool read_name(struct manifest_line *line)
{
    const json_t *text = json_object_get(line->json, "file");
    const char *name = json_string_value(text);
    const char *hex =
        json_string_value(json_object_get(line->json, "file-hex"));
    size_t length = hex ? strlen(hex) / 2 : 0;

    if (name) {
        if (json_string_length(text) != strlen(name) ||
            strlen(name) >= sizeof(line->name))
            return false;
        memcpy(line->name, name, strlen(name) + 1);
    } else if (length == 0 || length >= sizeof(line->name) ||
               !read_hex(line->name, hex, length)) {
        return false;
    } else {
        line->name[length] = '\0';
        if (strlen(line->name) != length)
            return false;
    }
    line->entry.name = line->name;
    return is_name(line->name);
}

/* What can be sent as a field's value, else "". */
static const char *field_of(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    if (!value)
        return "";
    for (const unsigned char *at = (const unsigned char *)value; *at; at++) {
        if (*at < 0x20 || *at >= 0x7f)
            return "";
    }
    return value;
}

static bool read_all(struct manifest_line *line)
{
    const json_t *object = line->json;
    const char *sum = json_string_value(json_object_get(object, "sha256"));
    const json_t *bytes = json_object_get(object, "bytes");
    const json_t *status = json_object_get(object, "status");
    struct manifest_entry *entry = &line->entry;

    entry->url = json_string_value(json_object_get(object, "url"));
    entry->bytes = json_integer_value(bytes);
    entry->status = (long)json_integer_value(status);
    entry->etag = field_of(object, "etag");
    entry->last_modified = field_of(object, "last-modified");
    return read_name(line) && entry->url && sum && json_is_integer(bytes) &&
           entry->bytes >= 0 && json_is_integer(status) &&
           read_hex(entry->digest.bytes, sum, DIGEST_BYTES);
}

int manifest_line_read(struct manifest_line *line, const char *text,
                       size_t bytes)
{
    memset(line, 0, sizeof(*line));
    line->json = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, NULL);
    if (line->json && read_all(line))
        return 0;
    manifest_line_close(line);
    return -EINVAL;
}

void manifest_line_close(struct manifest_line *line)
{
    json_decref(line->json);
    line->json = NULL;
}

/* The part of the authority from `at` to `end` that a manifest has. */
static size_t authority_end(const char *at, size_t length, bool with_port)
{
    const char *colon = memrchr(at, ':', length);
    const char *bracket = memrchr(at, ']', length);

    return with_port || !colon || (bracket && bracket > colon)
               ? length
               : (size_t)(colon - at);
}

/* In ASCII. Returns the end. */
static char *append(char *to, const char *from, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        unsigned char byte = (unsigned char)from[i];

        if (byte > 0x20 && byte < 0x7f)
            *to++ = from[i];
        else
            to += snprintf(to, 4, "%%%02X", byte);
    }
    return to;
}

char *manifest_url(const char *url, const struct endpoint *started)
{
    const char *slashes = strstr(url, "://");
    const char *authority = slashes ? slashes + 3 : url;
    size_t length = strcspn(authority, "/?#");
    const char *at = memrchr(authority, '@', length);
    const char *host = at ? at + 1 : authority;
    size_t host_length = length - (size_t)(host - authority);
    const char *rest = authority + length;
    struct endpoint origin = {.host = ""};
    bool ours = started && endpoint_of(&origin, url) &&
                endpoint_equal(&origin, started);
    char *made = malloc(3 * strlen(url) + 1);
    char *to = made;

    if (!made)
        return NULL;
    to = append(to, url, (size_t)(authority - url));
    to = append(to, host, authority_end(host, host_length, !ours));
    to = append(to, rest, strlen(rest));
    *to = '\0';
    return made;
}
