#include "written.h"

#include <stdlib.h>

void written_open(struct written *written)
{
    written->out = open_memstream(&written->text, &written->size);
    if (!written->out)
        abort();
}

void written_close(struct written *written)
{
    fclose(written->out);
    free(written->text);
}

char *written_take(struct written *written)
{
    fflush(written->out);
    written->text[written->size] = '\0'; /* a longer text may have been there */
    rewind(written->out);
    return written->text;
}
