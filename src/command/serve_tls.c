#include "command/serve_tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The names of the certificates, as OpenSSL reads them. */
struct names {
    char *text;
    size_t length;
    FILE *out;
};

static void add(struct names *names, const char *kind, const char *name)
{
    fprintf(names->out, ",%s:%s", kind, name);
}

static void add_rules(struct names *names, const struct weather *w)
{
    for (size_t i = 0; i < w->rules.count; i++) {
        const struct fault *f = w->rules.items[i];

        /* A wildcard of a certificate stands for one whole label. */
        if (f->kind != FAULT_TLS || !f->text || strchr(f->text, '?') ||
            (strchr(f->text, '*') && strncmp(f->text, "*.", 2) != 0) ||
            strchr(f->text + 1, '*'))
            continue;
        add(names, "DNS", f->text);
    }
}

/* The caller frees the text. NULL: no memory. */
static char *make_names(const struct serve_settings *settings,
                        const struct serve_plan *plan)
{
    struct names names = {0};
    bool is_ok;

    names.out = open_memstream(&names.text, &names.length);
    if (!names.out)
        return NULL;
    fprintf(names.out, "DNS:localhost,IP:127.0.0.1,IP:::1");
    add(&names, "IP", settings->bind);
    for (size_t i = 0; i < plan->count; i++)
        add_rules(&names, &plan->weathers[i]);
    is_ok = !ferror(names.out);
    if (fclose(names.out) != 0)
        is_ok = false;
    if (is_ok)
        return names.text;
    free(names.text);
    return NULL;
}

/* Where the authority goes: the absolute name, for the command may stand
   elsewhere. The file is made where it is ours. */
static int name_file(struct serve_tls *tls, const char *asked)
{
    const char *directory = getenv("TMPDIR");
    char here[PATH_MAX];
    int n;
    int fd;

    if (asked && *asked == '/') {
        n = snprintf(tls->ca, sizeof(tls->ca), "%s", asked);
        return n < (int)sizeof(tls->ca) ? 0 : -ENAMETOOLONG;
    }
    if (asked) {
        if (!getcwd(here, sizeof(here)))
            return -errno;
        n = snprintf(tls->ca, sizeof(tls->ca), "%s/%s", here, asked);
        return n < (int)sizeof(tls->ca) ? 0 : -ENAMETOOLONG;
    }
    n = snprintf(tls->ca, sizeof(tls->ca), "%s/flags-ca-XXXXXX",
                 directory && *directory == '/' ? directory : "/tmp");
    if (n >= (int)sizeof(tls->ca))
        return -ENAMETOOLONG;
    fd = mkstemp(tls->ca);
    if (fd < 0)
        return -errno;
    close(fd);
    tls->is_temporary = true;
    return 0;
}

int serve_tls_open(struct serve_tls *tls, const struct serve_settings *settings,
                   const struct serve_plan *plan, const char **what)
{
    struct tls_options options = {
        .http1 = !settings->http2_only,
        .http2 = settings->http2 || settings->http2_only,
    };
    char *names = make_names(settings, plan);
    int rc = -ENOMEM;

    *what = "certificates";
    options.names = names;
    if (names)
        rc = tls_server_new(&tls->server, &options);
    free(names);
    if (rc < 0)
        return rc;
    *what = settings->ca_file ? settings->ca_file : "a temporary file";
    rc = name_file(tls, settings->ca_file);
    if (rc == 0)
        rc = tls_server_write_authority(tls->server, tls->ca);
    if (rc < 0)
        serve_tls_close(tls);
    return rc;
}

void serve_tls_close(struct serve_tls *tls)
{
    tls_server_free(tls->server);
    if (tls->is_temporary)
        unlink(tls->ca);
    *tls = (struct serve_tls){0};
}

int serve_tls_export(const struct serve_tls *tls)
{
    static const char *const names[] = {"FLAGS_CA", "SSL_CERT_FILE",
                                        "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE",
                                        "NODE_EXTRA_CA_CERTS"};

    for (size_t i = 0; tls->server && i < sizeof(names) / sizeof(names[0]);
         i++) {
        if (setenv(names[i], tls->ca, 1) < 0)
            return -errno;
    }
    return 0;
}
