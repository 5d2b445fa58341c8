#include "comparison/settings.h"

#include <errno.h>
#include <string.h>

#include "cli/values.h"
#include "fixture/rules/delay.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { WORD_SIZE = 16, MAX_REQ_MOST = 10000 };

/* The next word of a list with commas, moving *text behind it. 1: there is
   one; 0: the list is over; -EINVAL: a word is empty or too long. */
static int next_word(const char **text, char word[WORD_SIZE])
{
    size_t length;

    if (!*text)
        return 0;
    length = strcspn(*text, ",");
    if (length == 0 || length >= WORD_SIZE)
        return -EINVAL;
    memcpy(word, *text, length);
    word[length] = '\0';
    *text = (*text)[length] == ',' ? *text + length + 1 : NULL;
    return 1;
}

int settings_take_strategies(void *settings, const char *text)
{
    struct compare_settings *s = settings;
    const struct downloader *taken[COMPARE_STRATEGIES];
    size_t count = 0;
    char word[WORD_SIZE];
    int rc;

    while ((rc = next_word(&text, word)) > 0) {
        const struct downloader *found = downloader_find(word);

        if (!found)
            return -EINVAL;
        for (size_t i = 0; i < count; i++) {
            if (taken[i] == found)
                return -EINVAL;
        }
        taken[count++] = found;
    }
    if (rc < 0)
        return rc;
    memcpy(s->strategies, taken, count * sizeof(taken[0]));
    s->strategy_count = count;
    return 0;
}

int settings_take_max_req(void *settings, const char *text)
{
    struct compare_settings *s = settings;
    unsigned taken[COMPARE_MAX_REQS];
    size_t count = 0;
    char word[WORD_SIZE];
    int rc;

    while ((rc = next_word(&text, word)) > 0) {
        int64_t number;

        if (count == COUNT(taken) || value_integer(word, &number) < 0 ||
            number < 1 || number > MAX_REQ_MOST)
            return -EINVAL;
        for (size_t i = 0; i < count; i++) {
            if (taken[i] == number)
                return -EINVAL;
        }
        taken[count++] = (unsigned)number;
    }
    if (rc < 0)
        return rc;
    memcpy(s->max_req, taken, count * sizeof(taken[0]));
    s->max_req_count = count;
    return 0;
}

int settings_take_reuse(void *settings, const char *text)
{
    struct compare_settings *s = settings;
    bool taken[2];
    size_t count = 0;
    char word[WORD_SIZE];
    int rc;

    while ((rc = next_word(&text, word)) > 0) {
        bool yes = strcmp(word, "yes") == 0;

        if ((!yes && strcmp(word, "no") != 0) || count == COUNT(taken) ||
            (count == 1 && taken[0] == yes))
            return -EINVAL;
        taken[count++] = yes;
    }
    if (rc < 0)
        return rc;
    memcpy(s->reuse, taken, count * sizeof(taken[0]));
    s->reuse_count = count;
    return 0;
}

int settings_take_http(void *settings, const char *text)
{
    struct compare_settings *s = settings;
    int taken[2];
    size_t count = 0;
    char word[WORD_SIZE];
    int rc;

    while ((rc = next_word(&text, word)) > 0) {
        int http = strcmp(word, "1.1") == 0 ? 1
                   : strcmp(word, "2") == 0 ? 2
                                            : 0;

        if (http == 0 || count == COUNT(taken) ||
            (count == 1 && taken[0] == http))
            return -EINVAL;
        taken[count++] = http;
    }
    if (rc < 0)
        return rc;
    memcpy(s->http, taken, count * sizeof(taken[0]));
    s->http_count = count;
    return 0;
}

int settings_take_weather(void *settings, const char *text)
{
    struct delay delay;
    int rc = delay_parse(&delay, text);

    if (rc == 0)
        ((struct compare_settings *)settings)->weather = text;
    return rc;
}

int settings_take_connect(void *settings, const char *text)
{
    struct delay delay;
    int rc = delay_parse(&delay, text);

    if (rc == 0)
        ((struct compare_settings *)settings)->factors.connect = text;
    return rc;
}

int settings_take_until(void *settings, const char *text)
{
    double width;

    if (value_probability(text, &width) < 0 || width <= 0)
        return -EINVAL;
    ((struct compare_settings *)settings)->until = width;
    return 0;
}

int settings_take_live(void *settings, const char *text)
{
    struct compare_settings *s = settings;

    if (strcmp(text, "recorded") == 0)
        s->live = LIVE_RECORDED;
    else if (strcmp(text, "together") == 0)
        s->live = LIVE_TOGETHER;
    else
        return -EINVAL;
    return 0;
}
