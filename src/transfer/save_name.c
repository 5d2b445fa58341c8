#include <string.h>

#include "transfer/save.h"

/* How many of the bytes at `text` are a control character (C0, DEL, or C1 in
   UTF-8); 0: none. */
static size_t control_length(const unsigned char *text)
{
    if (text[0] < 0x20 || text[0] == 0x7f)
        return 1;
    return text[0] == 0xc2 && text[1] >= 0x80 && text[1] < 0xa0 ? 2 : 0;
}

/* A byte within a UTF-8 character: a name must not be cut before it. */
static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

void save_name(char name[SAVE_NAME_SIZE], const char *stem, const char *tail)
{
    size_t tail_length = strnlen(tail, 63);
    size_t room = SAVE_NAME_SIZE - 1 - tail_length;
    size_t at = 0;
    bool leading = true;

    while (*stem && at < room) {
        size_t control = control_length((const unsigned char *)stem);

        leading = leading && *stem == '.';
        if (control > 0 || *stem == '/' || leading) {
            name[at++] = '_';
            stem += control > 0 ? control : 1;
        } else {
            name[at++] = *stem++;
        }
    }
    if (*stem && continues(*stem)) {
        while (at > 0 && continues(name[at - 1]))
            at--;
        at -= at > 0;
    }
    if (at == 0)
        name[at++] = '_';
    memcpy(name + at, tail, tail_length);
    name[at + tail_length] = '\0';
}
