#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "text/url.h"

Test(url, names_a_host_with_a_port_or_without)
{
    static const char *const good[] = {
        "host",    "host:80",    "host:",        "host:65535",  "u:p@host",
        "u@h:1",   "[::1]",      "[::1]:8080",   "u:p@[::1]:1", "a@b@host",
        "1.2.3.4", "xn--bcher-", "host:0000080",
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        cr_expect(eq(ptr,
                     (void *)url_authority_trouble(good[i], strlen(good[i])),
                     NULL),
                  "%s", good[i]);
}

Test(url, says_what_keeps_it_from_naming_a_host)
{
    static const struct {
        const char *authority, *trouble;
    } cases[] = {
        {"", "a URL without a host"},
        {":80", "a URL without a host"},
        {"u:p@", "a URL without a host"},
        {"u:p@:80", "a URL without a host"},
        {"host:65536", "a URL with a port that is none"},
        {"host:99999999999999999999", "a URL with a port that is none"},
        {"host:-1", "a URL with a port that is none"},
        {"host:http", "a URL with a port that is none"},
        {"a:b:c", "a URL with a port that is none"},
        {"::1", "a URL without a host"},
        {"[::1]x", "a URL with a port that is none"},
        {"[::1", "a URL with half an address of IPv6"},
        {"[]", "a URL with half an address of IPv6"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *said = url_authority_trouble(cases[i].authority,
                                                 strlen(cases[i].authority));

        cr_assert(ne(ptr, (void *)said, NULL), "%s", cases[i].authority);
        cr_expect(eq(str, (char *)said, (char *)cases[i].trouble), "%s",
                  cases[i].authority);
    }
}

Test(url, reads_no_further_than_it_is_told)
{
    cr_expect(eq(ptr, (void *)url_authority_trouble("host:80x", 7), NULL));
}
