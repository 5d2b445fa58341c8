/*
 * What a switch must keep, by itself: without libuv, so that it can be compiled
 * for any processor and run under an emulator. Prints "ok".
 */
#include <fenv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "await/switch/coroutine.h"

enum { COROUTINES = 50, TURNS = 100 };

static struct coroutine_home home;
static struct stacks pool;

static void must(int truth, const char *what)
{
    if (truth)
        return;
    fprintf(stderr, "%s\n", what);
    exit(1);
}

struct work {
    struct coroutine coroutine;
    unsigned number;
    int mode; /* of rounding */
    uint64_t sum;
    double product;
};

/* More values than there are registers, integers and floating-point, alive over
   each switch. */
static void compute(void *work)
{
    struct work *w = work;
    uint64_t a = w->number, b = a + 1, c = a + 2, d = a + 3, e = a + 4;
    uint64_t f = a + 5, g = a + 6, h = a + 7, i = a + 8, j = a + 9;
    uint64_t k = a + 10, l = a + 11;
    double p = (double)a + 0.25, q = p + 1, r = p + 2, s = p + 3, t = p + 4;
    double u = p + 5, v = p + 6, x = p + 7, y = p + 8, z = p + 9;

    fesetround(w->mode);
    for (int turn = 0; turn < TURNS; turn++) {
        if (w->coroutine.home)
            aw__coroutine_yield(&w->coroutine);
        must(fegetround() == w->mode, "the rounding mode is another's");
        a += b, b += c, c += d, d += e, e += f, f += g;
        g += h, h += i, i += j, j += k, k += l, l += 1;
        p += q, q += r, r += s, s += t, t += u;
        u += v, v += x, x += y, y += z, z += 0.5;
    }
    w->sum = a + b + c + d + e + f + g + h + i + j + k + l;
    w->product = p + q + r + s + t + u + v + x + y + z;
}

/* The same without a switch in it. */
static void expect(struct work *w)
{
    struct work alone = {.number = w->number, .mode = w->mode};

    compute(&alone);
    must(alone.sum == w->sum, "an integer register is another's");
    must(memcmp(&alone.product, &w->product, sizeof(double)) == 0,
         "a floating-point register is another's");
    fesetround(FE_TONEAREST);
}

/* As the procedure call standards ask: vectors of 16 bytes lie aligned. */
static void check_alignment(void *aligned)
{
    _Alignas(16) volatile char vector[16] = {0};

    *(int *)aligned = (uintptr_t)vector % 16 == 0 &&
                      (uintptr_t)__builtin_frame_address(0) % 16 == 0;
}

static void start(struct coroutine *c, void (*entry)(void *), void *arg)
{
    struct stack *stack = aw__stacks_take(&pool);

    must(stack != NULL, "no stack");
    aw__coroutine_create(c, &home, &pool, stack, entry, arg);
}

static void finish(struct coroutine *c)
{
    must(c->ended, "it has not ended");
    aw__coroutine_destroy(c);
    aw__stacks_give(&pool, c->stack);
}

int main(void)
{
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD,
                                FE_TOWARDZERO};
    static struct work works[COROUTINES];
    struct coroutine c;
    int aligned = 0;

    aw__stacks_init(&pool, 0, 0);
    start(&c, check_alignment, &aligned);
    aw__coroutine_resume(&c, &pool);
    finish(&c);
    must(aligned, "the stack is not aligned");
    for (unsigned n = 0; n < COROUTINES; n++) {
        works[n].number = n;
        works[n].mode = modes[n % 4];
        start(&works[n].coroutine, compute, &works[n]);
    }
    for (int turn = 0; turn <= TURNS; turn++)
        for (int n = 0; n < COROUTINES; n++) {
            aw__coroutine_resume(&works[n].coroutine, &pool);
            must(fegetround() == FE_TONEAREST, "home has another's mode");
        }
    for (int n = 0; n < COROUTINES; n++) {
        finish(&works[n].coroutine);
        expect(&works[n]);
    }
    aw__stacks_close(&pool);
    puts("ok");
    return 0;
}
