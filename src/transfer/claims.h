#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * claims: which names are taken: a set of 64-bit hashes, for lists that are
 * longer than memory is for their names.
 *
 * Two of a million names have the same hash with a probability of 3 in 10^8;
 * the second is then refused, not lost. The hash has a random key, so that
 * nobody makes such a pair on purpose.
 *
 * Memory: at most 12.5 bytes a name, also while the table grows: its pages go
 * one by one as those of the greater one come.
 *
 * Ownership: embedded by the caller; one thread at a time.
 */
struct claims {
    uint64_t *slots; /* hashes in their order; 0: free */
    size_t room;     /* slots, beyond which there are a few more */
    size_t count;
    uint64_t key;
    bool fold; /* names that differ in case alone are the same */
};

void claims_init(struct claims *claims, bool fold);
void claims_close(struct claims *claims);

/* 0: the name is taken from now on; -EEXIST: it was; -ENOMEM. */
int claims_add(struct claims *claims, const char *name);
