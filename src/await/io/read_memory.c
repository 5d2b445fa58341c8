#include "await/io/read_memory.h"

#include <stdlib.h>
#include <string.h>

char *aw__read_memory_take(struct read_memory *memory)
{
    char *spare = memory->spares;

    if (!spare)
        return malloc(READ_BUFFER);
    memcpy(&memory->spares, spare, sizeof(memory->spares));
    memory->count--;
    return spare;
}

void aw__read_memory_give(struct read_memory *memory, char *buffer)
{
    if (!buffer)
        return;
    if (memory->count == READ_SPARES) {
        free(buffer);
        return;
    }
    memcpy(buffer, &memory->spares, sizeof(memory->spares));
    memory->spares = buffer;
    memory->count++;
}

void aw__read_memory_close(struct read_memory *memory)
{
    while (memory->spares)
        free(aw__read_memory_take(memory));
}
