#include "transfer/transfer.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transfer/easy.h"

enum {
    FIRST_CAPACITY = 4096,
    /* Of the body that comes with an error, which nobody wants, read so much
       that the connection can be used again, then give up. */
    DISCARD_LIMIT = 1024 * 1024,
    ENCODING_SIZE = 32
};

struct transfer {
    CURL *easy;
    const struct transfer_options *options;
    /* The request's own headers. libcurl keeps a pointer to the list, whose
       nodes are plain memory: no allocation a request. */
    struct curl_slist headers[2];
    char encoding_header[32];
    char attempt_header[32];
    char error[CURL_ERROR_SIZE];
    char *body;
    size_t capacity;
    size_t length;
    char head[TRANSFER_HEAD]; /* of a body that went to the file */
    size_t head_bytes;        /* 0: it did not, it is all in the buffer */

    /* The request that runs. */
    const struct transfer_request *request;
    struct reply *reply;
    char encoding[ENCODING_SIZE];
    int save_error;
    bool first_byte_seen;
    bool no_memory;
    bool too_long;
};

/* One line of a header or of a status, without its end, as a string in `to`,
   cut to `size`. */
static void copy_line(char *to, size_t size, const char *from, size_t bytes)
{
    size_t length = 0;

    while (bytes > 0 && (*from == ' ' || *from == '\t')) {
        from++;
        bytes--;
    }
    while (bytes > 0 && strchr(" \t\r\n", from[bytes - 1]))
        bytes--;
    for (; length < bytes && length < size - 1; length++) {
        char c = from[length];

        to[length] = (unsigned char)c < 0x20 || c == 0x7f ? '?' : c;
    }
    to[length] = '\0';
}

/* The status line: HTTP/1.1 404 Not Found. An answer begins, perhaps not the
   last one: forget what was said of the one before. */
static void read_status(struct transfer *transfer, const char *line,
                        size_t bytes)
{
    struct reply *reply = transfer->reply;
    const char *space = memchr(line, ' ', bytes);
    size_t at = space ? (size_t)(space - line) + 1 : bytes;

    transfer->encoding[0] = '\0';
    reply->http_status = 0;
    while (at < bytes && line[at] >= '0' && line[at] <= '9' &&
           reply->http_status < 100)
        reply->http_status = reply->http_status * 10 + line[at++] - '0';
    copy_line(reply->reason, sizeof(reply->reason), line + at, bytes - at);
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
    static const char encoding[] = "content-encoding:";
    struct transfer *transfer = arg;
    size_t bytes = size * count;
    size_t length = sizeof(encoding) - 1;

    if (!transfer->first_byte_seen) {
        transfer->first_byte_seen = true;
        if (transfer->request->on_first_byte)
            transfer->request->on_first_byte(transfer->request->arg);
    }
    if (bytes >= 5 && memcmp(line, "HTTP/", 5) == 0)
        read_status(transfer, line, bytes);
    else if (bytes > length && strncasecmp(line, encoding, length) == 0)
        copy_line(transfer->encoding, sizeof(transfer->encoding), line + length,
                  bytes - length);
    return bytes;
}

/* Room for `bytes` more, within TRANSFER_BUFFER. */
static bool grow(struct transfer *transfer, size_t bytes)
{
    size_t capacity = transfer->capacity ? transfer->capacity : FIRST_CAPACITY;
    char *body;

    while (capacity < transfer->length + bytes)
        capacity *= 2;
    if (capacity == transfer->capacity)
        return true;
    body = realloc(transfer->body, capacity);
    if (!body)
        return false;
    transfer->body = body;
    transfer->capacity = capacity;
    return true;
}

/* Write what is in the buffer to `file`, keeping its first bytes. */
static int drain(struct transfer *transfer, struct save_file *file)
{
    int rc = file->fd < 0 ? save_create(file) : 0;

    if (rc == 0 && transfer->length > 0)
        rc = save_write(file, transfer->body, transfer->length);
    if (rc == 0 && transfer->head_bytes == 0 && transfer->length > 0) {
        transfer->head_bytes =
            transfer->length < TRANSFER_HEAD ? transfer->length : TRANSFER_HEAD;
        memcpy(transfer->head, transfer->body, transfer->head_bytes);
    }
    transfer->length = 0;
    return rc;
}

/*
 * Make room for `bytes`: a full buffer goes to the file in one write. False:
 * the transfer ends, the cause being noted.
 */
static bool make_room(struct transfer *transfer, size_t bytes)
{
    if (transfer->length + bytes > TRANSFER_BUFFER) {
        if (!transfer->request->file) {
            transfer->too_long = true;
            return false;
        }
        transfer->save_error = drain(transfer, transfer->request->file);
        if (transfer->save_error < 0)
            return false;
    }
    transfer->no_memory = !grow(transfer, bytes);
    return !transfer->no_memory;
}

static size_t on_body(char *from, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    size_t bytes = size * count;

    transfer->reply->bytes += (int64_t)bytes;
    if (transfer->reply->http_status / 100 != 2)
        return transfer->reply->bytes <= DISCARD_LIMIT ? bytes : 0;
    /* libcurl hands over at most CURL_MAX_WRITE_SIZE, far less than the
       buffer holds. */
    static_assert((int)CURL_MAX_WRITE_SIZE < (int)TRANSFER_BUFFER, "room");
    if (!make_room(transfer, bytes))
        return 0;
    memcpy(transfer->body + transfer->length, from, bytes);
    transfer->length += bytes;
    return bytes;
}

static CURLcode set_callbacks(struct transfer *transfer)
{
    CURL *easy = transfer->easy;
    CURLcode code;

    code = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    return code;
}

struct transfer *transfer_new(const struct transfer_options *options)
{
    struct transfer *transfer = calloc(1, sizeof(*transfer));

    if (!transfer)
        return NULL;
    transfer->options = options;
    /* Asked for in a header of our own: with CURLOPT_ACCEPT_ENCODING libcurl
       would decode what was not asked for. */
    snprintf(transfer->encoding_header, sizeof(transfer->encoding_header),
             "Accept-Encoding: identity");
    transfer->headers[0].data = transfer->encoding_header;
    transfer->headers[1].data = transfer->attempt_header;
    transfer->easy = curl_easy_init();
    if (transfer->easy && easy_configure(transfer->easy, options) == CURLE_OK &&
        set_callbacks(transfer) == CURLE_OK)
        return transfer;
    transfer_free(transfer);
    return NULL;
}

void transfer_free(struct transfer *transfer)
{
    if (!transfer)
        return;
    curl_easy_cleanup(transfer->easy);
    free(transfer->body);
    free(transfer);
}

/* 0 would be no limit: what is left is at least a millisecond. */
static CURLcode set_timeout(CURL *easy, int64_t timeout_us)
{
    return curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                            (long)((timeout_us + 999) / 1000));
}

/* Forget the request before; set what is this one's. */
static CURLcode begin(struct transfer *transfer,
                      const struct transfer_request *request,
                      struct reply *reply)
{
    CURLcode code;

    *reply = (struct reply){.url = request->url, .retry_after_us = -1};
    transfer->request = request;
    transfer->reply = reply;
    transfer->length = 0;
    transfer->head_bytes = 0;
    transfer->encoding[0] = '\0';
    transfer->error[0] = '\0';
    transfer->save_error = 0;
    transfer->first_byte_seen = false;
    transfer->no_memory = false;
    transfer->too_long = false;
    transfer->headers[0].next = NULL;
    if (request->attempt > 0) {
        snprintf(transfer->attempt_header, sizeof(transfer->attempt_header),
                 "X-Flags-Attempt: %u", request->attempt);
        transfer->headers[0].next = &transfer->headers[1];
    }
    code = curl_easy_setopt(transfer->easy, CURLOPT_URL, request->url);
    if (code == CURLE_OK)
        code = set_timeout(transfer->easy, request->timeout_us);
    return code;
}

static int64_t time_of(CURL *easy, CURLINFO which)
{
    curl_off_t time_us = 0;

    curl_easy_getinfo(easy, which, &time_us);
    return time_us;
}

static long number_of(CURL *easy, CURLINFO which)
{
    long number = 0;

    curl_easy_getinfo(easy, which, &number);
    return number;
}

/*
 * libcurl does not tell why it got no socket (7.88): ask the system again.
 * A positive errno, 0: it gives one.
 */
static int socket_error(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

/* What libcurl knows of the transfer. */
static void look_up(struct transfer *transfer, struct reply *reply)
{
    CURL *easy = transfer->easy;
    long local_port;

    reply->os_error = (int)number_of(easy, CURLINFO_OS_ERRNO);
    if (reply->curl == CURLE_COULDNT_CONNECT && reply->os_error == 0)
        reply->os_error = socket_error();
    local_port = number_of(easy, CURLINFO_LOCAL_PORT);
    reply->local_port = local_port > 0 ? local_port : 0; /* 8.14: -1 */
    reply->new_connection = number_of(easy, CURLINFO_NUM_CONNECTS) > 0;
    reply->times = (struct reply_times){
        .resolved_us = time_of(easy, CURLINFO_NAMELOOKUP_TIME_T),
        .connected_us = time_of(easy, CURLINFO_CONNECT_TIME_T),
        .secured_us = time_of(easy, CURLINFO_APPCONNECT_TIME_T),
        .first_byte_us = time_of(easy, CURLINFO_STARTTRANSFER_TIME_T),
        .total_us = time_of(easy, CURLINFO_TOTAL_TIME_T),
    };
}

/* A kept connection broke before anything of the answer came. */
static bool broke_unanswered(const struct transfer *transfer, CURLcode code)
{
    return (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
            code == CURLE_GOT_NOTHING) &&
           !transfer->first_byte_seen &&
           number_of(transfer->easy, CURLINFO_NUM_CONNECTS) == 0;
}

/*
 * libcurl repeats a request whose kept connection broke unanswered, which is
 * nobody's fault. But it counts that over the life of the handle, and gives up
 * at every sixth (7.88, CONN_MAX_RETRIES), which sets the count back. Each is
 * as innocent as the first, and none comes twice: the connection is gone.
 */
static CURLcode perform(struct transfer *transfer, struct way *way)
{
    int64_t left_us = transfer->request->timeout_us;
    CURLcode code = way->perform(way, transfer->easy);

    while (broke_unanswered(transfer, code)) {
        left_us -= time_of(transfer->easy, CURLINFO_TOTAL_TIME_T);
        if (transfer->request->timeout_us > 0 && left_us <= 0)
            break;
        code = set_timeout(transfer->easy, left_us > 0 ? left_us : 0);
        if (code == CURLE_OK)
            code = way->perform(way, transfer->easy);
    }
    return code;
}

void transfer_perform(struct transfer *transfer, struct way *way,
                      const struct transfer_request *request,
                      struct reply *reply)
{
    struct reply_facts facts = {
        .error = transfer->error,
        .encoding = transfer->encoding,
        .timeout_us = request->limit_us > request->timeout_us
                          ? request->limit_us
                          : request->timeout_us,
        .connect_timeout_us = transfer->options->connect_timeout_us,
        .expected_bytes = -1,
    };
    curl_off_t expected = -1;

    reply->curl = begin(transfer, request, reply);
    if (reply->curl == CURLE_OK)
        reply->curl = perform(transfer, way);
    look_up(transfer, reply);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
                      &expected);
    facts.expected_bytes = expected;
    facts.save_error = transfer->save_error;
    if (transfer->too_long)
        facts.limit_bytes = TRANSFER_BUFFER;
    if (transfer->no_memory)
        reply->curl = CURLE_OUT_OF_MEMORY;
    if (strcasecmp(transfer->encoding, "identity") == 0)
        transfer->encoding[0] = '\0';
    reply_explain(reply, &facts);
    if (reply->cause != CAUSE_NONE && request->file)
        save_discard(request->file);
}

const void *transfer_body(const struct transfer *transfer, size_t *bytes)
{
    bool whole = transfer->head_bytes == 0;

    *bytes = whole ? transfer->length : transfer->head_bytes;
    return whole ? transfer->body : transfer->head;
}

int transfer_store(struct transfer *transfer, struct save_file *file)
{
    return drain(transfer, file);
}
