/*
 * libuv closes its descriptors by syscall(2) (uv__close_nocancel() in its
 * src/unix/core.c), which ThreadSanitizer does not see. So where another thread
 * is given a number again, that looks like a race with whoever had it first.
 */
const char *__tsan_default_suppressions(void);

const char *__tsan_default_suppressions(void)
{
    return "race:epoll_create1\n"
           "race:eventfd\n"
           "race:pipe2\n";
}
