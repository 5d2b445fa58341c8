#include "transfer/claims.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <wctype.h>

enum {
    ROOM_LEAST = 256,    /* slots: few items touch one page */
    ROOM_DOUBLED = 4096, /* below it, a table grows by its own size */
    /* A cluster at the end of the table runs on into these, so that nothing
       wraps round and the table stays in order. */
    ROOM_BEYOND = 4096,
    RELEASE_EVERY = 65536 /* slots */
};

/* Numbers of the table's fill: at most 4/5; and after it has grown by a
   quarter, as a large one does, still more than 16/25. */
static bool is_full(const struct claims *claims)
{
    return claims->count >= claims->room / 5 * 4;
}

void claims_init(struct claims *claims, bool fold)
{
    *claims = (struct claims){.fold = fold};
    /* Without randomness the set is as right, if not against an enemy. */
    (void)!getrandom(&claims->key, sizeof(claims->key), GRND_NONBLOCK);
}

static size_t size_of(size_t room)
{
    return (room + ROOM_BEYOND) * sizeof(uint64_t);
}

void claims_close(struct claims *claims)
{
    if (claims->slots)
        munmap(claims->slots, size_of(claims->room));
    *claims = (struct claims){0};
}

/* splitmix64's output function. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* The character at *text, and the way behind it. What is not UTF-8 is taken
   byte by byte. */
static uint32_t next_character(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    unsigned more = at[0] >= 0xf0   ? 3
                    : at[0] >= 0xe0 ? 2
                    : at[0] >= 0xc2 ? 1
                                    : 0;
    uint32_t character = more ? at[0] & (0x3fu >> more) : at[0];

    for (unsigned i = 1; i <= more; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            more = 0;
            character = at[0];
            break;
        }
        character = character << 6 | (at[i] & 0x3f);
    }
    *text += more + 1;
    return character;
}

static uint64_t hash_of(const struct claims *claims, const char *name)
{
    uint64_t hash = mix(claims->key);

    while (*name) {
        uint32_t character = claims->fold
                                 ? towlower((wint_t)next_character(&name))
                                 : (unsigned char)*name++;

        hash = mix(hash + 0x9e3779b97f4a7c15u + character);
    }
    return hash ? hash : 1;
}

/* Where a hash belongs: in the order of hashes. */
static size_t place_of(uint64_t hash, size_t room)
{
    return (size_t)(((hash >> 32) * (uint64_t)room) >> 32);
}

/* Its slot, or the one that is free for it. */
static uint64_t *find(uint64_t *slots, size_t room, uint64_t hash)
{
    uint64_t *slot = slots + place_of(hash, room);

    while (*slot && *slot != hash)
        slot++;
    return slot;
}

static size_t next_room(size_t room)
{
    if (room == 0)
        return ROOM_LEAST;
    return room < ROOM_DOUBLED ? 2 * room : room + room / 4;
}

/*
 * Move all to a table that is greater. Both are in the order of
 * hashes, so the old one's pages can go as the new one's come.
 */
static int grow(struct claims *claims)
{
    size_t room = next_room(claims->room);
    size_t old = claims->slots ? claims->room + ROOM_BEYOND : 0;
    uint64_t *slots = mmap(NULL, size_of(room), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (slots == MAP_FAILED)
        return -ENOMEM;
    for (size_t i = 0; i < old; i++) {
        uint64_t hash = claims->slots[i];

        if (hash)
            *find(slots, room, hash) = hash;
        if (i % RELEASE_EVERY == RELEASE_EVERY - 1)
            madvise(claims->slots + i + 1 - RELEASE_EVERY,
                    RELEASE_EVERY * sizeof(uint64_t), MADV_DONTNEED);
    }
    if (claims->slots)
        munmap(claims->slots, size_of(claims->room));
    claims->slots = slots;
    claims->room = room;
    return 0;
}

int claims_add(struct claims *claims, const char *name)
{
    uint64_t hash = hash_of(claims, name);
    uint64_t *slot;

    if (is_full(claims)) {
        int rc = grow(claims);

        if (rc < 0)
            return rc;
    }
    slot = find(claims->slots, claims->room, hash);
    if (*slot)
        return -EEXIST;
    *slot = hash;
    claims->count++;
    return 0;
}
