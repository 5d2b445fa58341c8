#include <await/await.h>
#include <stdio.h>

/* A program's own functions, by names that the library might have used. */
void report(const char *what);
int task_step(void);

void report(const char *what)
{
    printf("report: %s\n", what);
}

int task_step(void)
{
    return 1;
}

static int download(void *country, aw_value *ret)
{
    const char *name = country;
    /* Whoever sleeps for no time goes on in the next turn, before any timer. */
    int rc = aw_sleep(name[0] == 'B' ? 0.02 : 0);

    *ret = (aw_value){country, NULL};
    return rc;
}

static int download_both(void *arg, aw_value *ret)
{
    char names[2][3] = {"BR", "CN"};
    aw_awaitable xs[] = {aw_any(aw_call(download, names[0])),
                         aw_any(aw_call(download, names[1]))};
    aw_completions *c = aw_as_completed(xs, 2, AW_FOREVER);
    const char *separator = "";
    aw_future *f;
    int rc;

    (void)arg, (void)ret;
    while ((rc = aw_next(c, &f)) == 0) {
        aw_value v;

        if (aw_future_result(f, &v) == 0)
            printf("%s%s", separator, (char *)v.ptr);
        separator = " ";
    }
    puts("");
    aw_completions_free(c);
    return rc == AW_EEND ? 0 : rc;
}

int main(void)
{
    report("mine");
    return aw_run(aw_call(download_both, NULL), NULL, NULL) < 0 || !task_step();
}
