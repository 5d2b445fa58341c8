#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
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

static void expect_shown(const char *url, const char *shown)
{
    char room[256];

    url_mask(room, sizeof(room), url);
    cr_expect(eq(str, room, (char *)shown), "%s", url);
}

Test(url, is_shown_without_what_may_be_a_secret)
{
    expect_shown("http://u:S@h/a.gif", "http://...@h/a.gif");
    expect_shown("http://h/a.gif?token=S", "http://h/a.gif?token=...");
    expect_shown("http://h/a?x=1&key=S&y=2#f", "http://h/a?x=1&key=...&y=2#f");
    expect_shown("http://h/a;v=1?token=S", "http://h/a;v=1?token=...");
    expect_shown("http://h/a?x=1?token=S", "http://h/a?x=1?token=...");
    expect_shown("http://h/a?token=b;S", "http://h/a?token=...");
    expect_shown("http://h/p;sid=5/br.gif?size=1",
                 "http://h/p;sid=.../br.gif?size=1");
    expect_shown("http://h/a?sessionid=S", "http://h/a?sessionid=...");
    expect_shown("http://h/a?PHPSESSID=S", "http://h/a?PHPSESSID=...");
    expect_shown("http://h/a?private_key=S", "http://h/a?private_key=...");
    expect_shown("http://h/a?subscription-key=S",
                 "http://h/a?subscription-key=...");
    expect_shown("http://h/a?passphrase=S", "http://h/a?passphrase=...");
}

Test(url, that_is_none_is_shown_without_them_too)
{
    expect_shown("u:S@h/x.gif?u=http://h/y", "...@h/x.gif?u=http://h/y");
    expect_shown("h/a.gif?token=S&next=http://x/y",
                 "h/a.gif?token=...&next=http://x/y");
}

Test(url, is_shown_without_credentials_however_its_beginning_is_misspelt)
{
    static const char *const schemes[] = {"http", "HTTPS", "htp", "ht tp",
                                          "",     "http;", "4"};
    static const char *const slashes[] = {"",    ":",    "/",    "//",  ":/",
                                          "://", ":///", "////", ";//", ": //",
                                          "::/", "\\\\", ":\\"};
    static const char *const users[] = {"u:SECRET@h/x.gif", "u:a/SECRET@h/x@2",
                                        "u:a@SECRET@h:1/x"};

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        for (size_t j = 0; j < sizeof(slashes) / sizeof(slashes[0]); j++) {
            for (size_t k = 0; k < sizeof(users) / sizeof(users[0]); k++) {
                char url[64];
                char room[URL_MASK_SIZE(sizeof(url))];
                char *one;

                snprintf(url, sizeof(url), "%s%s%s", schemes[i], slashes[j],
                         users[k]);
                url_mask(room, sizeof(room), url);
                cr_expect(eq(ptr, strstr(room, "SECRET"), NULL), "%s", room);
                one = url_mask_one(url, true);
                cr_assert(ne(ptr, one, NULL));
                cr_expect(eq(ptr, strstr(one, "SECRET"), NULL), "%s", one);
                free(one);
            }
        }
    }
    expect_shown("http:/u:S@h/x.gif", "http:/...@h/x.gif");
    expect_shown("localhost:80/logo@2x.png", "localhost:80/logo@2x.png");
    expect_shown("h/logo@2x.png", "h/logo@2x.png");
}

Test(url, is_shown_without_the_credentials_of_a_url_within)
{
    expect_shown("http://h/?next=https://u:S@x/y&a=1",
                 "http://h/?next=https://...@x/y&a=1");
    expect_shown("http://h/?next=https%3A%2F%2Fu%3AS%40x%2Fy",
                 "http://h/?next=https%3A%2F%2F...%40x%2Fy");
    expect_shown("http://h/?next=https%3a%2f%2fS@x", "http://h/?next=https%3a"
                                                     "%2f%2f...@x");
    expect_shown("http://h/?a=b%253A%252F%252FS%2540x%252Fy",
                 "http://h/?a=b%253A%252F%252F...%2540x%252Fy");
    expect_shown("http://u:S@h/ftp://v:S@x/y?token=S&z=http://w:S@q#a://S@b",
                 "http://...@h/ftp://...@x/y?token=...&z=http://...@q"
                 "#a://...@b");
    expect_shown("http://h/?a=://S@b@c&b=@d", "http://h/?a=://...@c&b=@d");
}

Test(url, is_shown_whole_where_it_has_none)
{
    expect_shown("http://h/a.gif?monkey=1&keyboard=2&size=3",
                 "http://h/a.gif?monkey=1&keyboard=2&size=3");
    expect_shown("http://h/?next=https://x/@y&mail=a@b",
                 "http://h/?next=https://x/@y&mail=a@b");
    expect_shown("http://h/?next=https%3A%2F%2Fx%2F%40y&mail=a%40b%3A%2F%2F",
                 "http://h/?next=https%3A%2F%2Fx%2F%40y&mail=a%40b%3A%2F%2F");
    expect_shown("http://h/%3A%2F%2%2", "http://h/%3A%2F%2%2");
    expect_shown("http://h/?a=://@b", "http://h/?a=://@b");
}

static void expect_masked(const char *text, bool keep_query,
                          const char *expected)
{
    char *masked = url_mask_all(text, keep_query);

    cr_assert(ne(ptr, masked, NULL));
    cr_expect(eq(str, masked, (char *)expected), "%s", text);
    free(masked);
}

static void expect_one(const char *url, bool keep_query, const char *expected)
{
    char *masked = url_mask_one(url, keep_query);

    cr_assert(ne(ptr, masked, NULL));
    cr_expect(eq(str, masked, (char *)expected), "%s", url);
    free(masked);
}

Test(url, alone_hides_its_query_to_its_end_whatever_is_in_it)
{
    static const char odd[] = "'|<>\\` \"\t;&#";
    char url[32];

    for (const char *c = odd; *c; c++) {
        snprintf(url, sizeof(url), "h/{cc}.gif?x%cS", *c);
        expect_one(url, false, "h/{cc}.gif?...");
        expect_one(url, true, url);
    }
    expect_one("http://u:S@h/a#S", false, "http://...@h/a#...");
    expect_one("http://u:S?S@h/a?S", false, "http://...@h/a?...");
    expect_one("u:S@h/a", false, "...@h/a");
    expect_one("http://h/a", false, "http://h/a");
    expect_one("http://h/ftp://u:S@x/y?S", false, "http://h/ftp://...@x/y?...");
    expect_one("http://h/?a=b%3A%2F%2FS%40x&token=t", true,
               "http://h/?a=b%3A%2F%2F...%40x&token=t");
    expect_one("http://h/a:%2F%2Fu@x?S", false, "http://h/a:%2F%2F...@x?...");
}

Test(url, in_a_command_is_shown_without_credentials_and_query)
{
    static const char *const same[] = {
        "",
        "curl -K {config}",
        "a://",
        "http://h/{cc}.gif",
        "test $? = 0; what? [ \"$?\" ]",
        "curl -sSf -o x -A a/1 --retry 3 # it's",
        "xargs -P {m} -n 1 curl -sSf <{urls}",
        "git clone git@h:a/b",
    };

    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        expect_masked(same[i], false, same[i]);
    expect_masked("u:p@h?x=1", false, "...@h?...");
    expect_masked("http://h/{cc}.gif?a=S&b=S", false, "http://h/{cc}.gif?...");
    expect_masked("http://h?a=S", false, "http://h?...");
    expect_masked("http://h/a#S", false, "http://h/a#...");
    expect_masked("c 'http://u:S@h/a?b=S;c=S' -o x", false,
                  "c 'http://...@h/a?...' -o x");
    expect_masked("c \"https://S@h\" http://h/?S>S; d", false,
                  "c \"https://...@h\" http://h/?...; d");
    expect_masked("--program=p=curl http://u:S@a http://u:S@b", false,
                  "--program=p=curl http://...@a http://...@b");
    expect_masked("http://u:S?S@h/a", false, "http://...@h/a");
    expect_masked("http://u:S/S@h/a?S", false, "http://...@h/a?...");
    expect_masked("http://a/http://u:S@h/b?S", false,
                  "http://a/http://...@h/b?...");
    expect_masked("http://u:S\\|S@h/b 'http://u:'S@h", false,
                  "http://...@h/b 'http://...@h");
}

Test(url, in_a_command_hides_what_follows_a_question_mark_of_any_word)
{
    static const char *const texts[][2] = {
        {"c '{base}/bd.gif?a=S' x", "c '{base}/bd.gif?...' x"},
        {"c http://a/?a=1\\&t=S x", "c http://a/?... x"},
        {"c http://a/b\\?p=S\\ S x", "c http://a/b\\?... x"},
        {"c 'http://a/b'?p=\"S S\" x", "c 'http://a/b'?...\" x"},
        {"c $BASE/x?p=S", "c $BASE/x?..."},
        {"c 127.0.0.1:80/x?p=S|S", "c 127.0.0.1:80/x?..."},
        {"GET /a?q=S failed", "GET /a?... failed"},
        {"can't GET /a?q=S failed", "can't GET /a?..."},
        {"c 'a?S", "c 'a?..."},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        expect_masked(texts[i][0], false, texts[i][1]);
        expect_masked(texts[i][0], true, texts[i][0]);
    }
}

Test(url, in_a_command_is_not_all_that_has_credentials)
{
    static const char *const texts[][2] = {
        {"c -u u:S x", "c -u ... x"},
        {"c -uu:S -sSfu 'u:S S' x", "c -u... -sSfu '...' x"},
        {"c --user=u:S --user u:S x", "c --user=... --user ... x"},
        {"c --user='u:S S' x", "c --user='...' x"},
        {"c -u -S:S x", "c -u ... x"},
        {"c -U u:S --proxy-user u:S", "c -U ... --proxy-user ..."},
        {"c --password=S --http-passwd S x",
         "c --password=... --http-passwd ... x"},
        {"c -H 'Authorization: Basic S' x", "c -H 'Authorization:...' x"},
        {"c '-H' \"X-Mine: S\" x", "c '-H' \"X-Mine:...\" x"},
        {"c --header=X-A:\\ S -HX-B:S x", "c --header=X-A:... -HX-B:... x"},
        {"c --header 'Cookie: a=S' -b a=S", "c --header 'Cookie:...' -b ..."},
        {"sh -c 'c -u u:S x' y", "sh -c 'c -u...' y"},
        {"sh -c \"c -H 'A: S'\" y", "sh -c \"c -H 'A:...'\" y"},
        {"API_KEY=S c x", "API_KEY=... c x"},
        {"echo 'password: S' | c -K -", "echo 'password:...' | c -K -"},
        {"bad Authorization: Basic S", "bad Authorization:..."},
        {"c -d '{\"token\": \"S\"}' x", "c -d '{\"token\":...' x"},
        {"c -x u:S@h:80 --proxy=u:S@h x", "c -x ...@h:80 --proxy=...@h x"},
        {"c https%3A%2F%2Fu:S%40x", "c https%3A%2F%2F...%40x"},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        expect_masked(texts[i][0], false, texts[i][1]);
        expect_masked(texts[i][0], true, texts[i][1]);
    }
}

Test(url, in_a_command_keeps_its_query_if_that_is_asked_for)
{
    expect_masked("http://u:S@h/{cc}?token=t&v=1#f", true,
                  "http://...@h/{cc}?token=t&v=1#f");
    expect_masked("http://a/?u=http://u:S@h/b", true,
                  "http://a/?u=http://...@h/b");
}
