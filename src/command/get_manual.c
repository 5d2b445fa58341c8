#include "command/commands.h"

static const struct block blocks[] = {
    BLOCK_OF_TEXT(
        "Codes are read in either case, sorted, and downloaded once each. A "
        "code that comes from a wildcard (one letter, `--all`, `--every`) may "
        "be one that no country has: that it is not found is counted, but is "
        "no failure. It is one for a code that is named."),
    BLOCK_OF_TEXT(
        "A file is what its name says, or it is left as it was: it is written "
        "in a directory of the run's own, checked, and moved to its place when "
        "it is complete. A body that is cut off, an empty one, a web page in "
        "the place of an image are errors, which standard error names with "
        "their cause. `--verify-content=off` takes any body that is complete. "
        "With `--max-filesize`, a longer body is an error, also where its "
        "length is not declared. A file that exists is replaced."),
    BLOCK_OF_TEXT(
        "The report on standard output counts what was downloaded, was "
        "unchanged or skipped, was not found, ended in error or was cancelled; "
        "the counts add up to what was asked for, also after an interrupt."),
    {.kind = BLOCK_OPTIONS},
    BLOCK_OF_SECTION("LISTS"),
    BLOCK_OF_TEXT(
        "A list has a URL, or the code of a country, on each line, and, after "
        "a tab, the name of the file, which is otherwise the last segment of "
        "the URL's path, undecoded. Lines that begin with `#`, and blank ones, "
        "are passed over. It is read as it is needed, so it may be of any "
        "length, and come from a pipe. Codes are downloaded first, then the "
        "URLs of the command line, then what the lists have, in their order."),
    BLOCK_OF_TEXT(
        "A line that is neither, has no name for a file, or one that another "
        "item has, is an error with the list's name and the line's number. An "
        "empty list is a usage error."),
    BLOCK_OF_SECTION("AGAIN"),
    BLOCK_OF_TEXT(
        "Of each file a line in `.flags-manifest.jsonl` tells what it is and "
        "where it came from. A file is known if the last line of its name is "
        "of the same URL and it is there, with that size. `--skip-existing` "
        "passes over what is known, and asks nobody: it is counted as skipped. "
        "`--sync` asks for it on condition that it has changed (ETag, "
        "Last-Modified): what has not is unchanged. Both are in place. With "
        "`--force`, everything is fetched, as it is without these options. A "
        "file that no line knows is fetched and replaced, also if it is "
        "there."),
    BLOCK_OF_SECTION("FAILURES AND TRIES"),
    BLOCK_OF_TEXT(
        "With `--retry`, what may pass is tried again: a timeout, a name that "
        "was not resolved, a connection that broke, an empty answer, a body "
        "cut off, HTTP 408, 429, 500, 502, 503 and 504. `--retry-all-errors` "
        "adds all but 404 and what fails on this machine. The wait before "
        "attempt n + 1 is random, up to 1 s x 2^(n-1), at most 60 s, the same "
        "for the same `--seed`; or `--retry-delay`; or what the server says "
        "in `Retry-After`. After a 429 or 503 no item of that origin is "
        "started before that. Whoever waits does not count among the requests "
        "in flight. A wait that goes beyond `--retry-max-time` is not begun."),
    BLOCK_OF_TEXT(
        "What has come of a body of more than 1 MiB that broke is kept for the "
        "next attempt, which asks for the rest, on condition that the whole is "
        "still the same (`Range`, `If-Range`): if the server has given a "
        "strong ETag, or a Last-Modified that is older than its answer. An "
        "answer that is not that rest is not believed, and the whole is asked "
        "for."),
    BLOCK_OF_TEXT(
        "When `--max-errors` or `--fail-early` or `--max-time` stops the run, "
        "what runs and what was not started is cancelled. A `--max-time` into "
        "which no other attempt fits is over at once."),
    BLOCK_OF_SECTION("STRATEGIES"),
    BLOCK_OF_TERM("`sequential`", "One request at a time, whatever `--max-req` "
                                  "says."),
    BLOCK_OF_TERM("`threaded`", "A pool of `--max-req` threads, at most 1000."),
    BLOCK_OF_TERM("`async`",
                  "An event loop, and a coroutine for each of at most 10000 "
                  "requests in flight. With `--loops` so many event loops, in "
                  "a thread each, that share the requests in flight; unless it "
                  "is said, a second loop and more begin where there are "
                  "processors for them, once the first has had one to itself "
                  "for some hundred requests."),
    BLOCK_OF_TEXT(
        "A `--max-req` that is beyond the strategy's bound, or for which there "
        "are too few file descriptors, is lowered, with a warning. With "
        "`--reuse=no` each request has a connection of its own."),
    BLOCK_OF_SECTION("SERVERS"),
    BLOCK_OF_TERM("`LOCAL`, `DELAY`, `ERROR`",
                  "A `flags serve` with that profile, started on a free port "
                  "of 127.0.0.1 for this run; see `flags-serve`(1)."),
    BLOCK_OF_TERM("`REMOTE`, `FLUENTPYTHON`",
                  "The web site of the book Fluent Python, from which the "
                  "flags of its examples come, in GIF format."),
    BLOCK_OF_TERM("`FLAGCDN`",
                  "A public server of flags: PNG, 320 pixels wide. For others, "
                  "`https://flagcdn.com/w640/{cc}.png` or "
                  "`https://flagcdn.com/{cc}.svg`."),
    BLOCK_OF_TERM("`FLAGSAPI`", "Another: PNG of 64 pixels, flat. For others, "
                                "`https://flagsapi.com/{CC}/shiny/32.png`."),
    BLOCK_OF_TERM("`CIRCLE-FLAGS`", "Round ones, in SVG format."),
    BLOCK_OF_TERM("`http://`{HOST}`/`{PATH}",
                  "A base URL: Brazil's flag is {PATH}`/br/br.gif` there."),
    BLOCK_OF_TERM("`https://`{HOST}`/w320/{cc}.png`",
                  "A template: `{cc}` becomes `br`, and `{CC}` becomes `BR`. "
                  "The file has the template's extension."),
    BLOCK_OF_TEXT(
        "From a public server that has a name here, no more than 8 flags are "
        "fetched at a time unless `--max-req` says so."),
    BLOCK_OF_TEXT(
        "Only http and https, also where a server redirects, which it may do "
        "ten times in a row. TLS certificates are verified, "
        "unless `--insecure` is given. Credentials in a "
        "URL are sent to its host, and never printed; nor are values of its "
        "query that are named like a secret, as `token=` or `signature=`: they "
        "are shown as `...`, but stand in the manifest and in the list of "
        "`--failed`, which are to know the URL again."),
    BLOCK_OF_SECTION("CONNECTIONS"),
    BLOCK_OF_TEXT(
        "These options are called as those of `curl`(1), and do the same. A "
        "field of `--header` goes to the server of the item's URL; where that "
        "redirects to another host, port or scheme, only fields that are no "
        "secret (`Accept`, `User-Agent` and the like) are sent there. "
        "`--proxy` is for all requests but those that `no_proxy` excepts. A "
        "server that was started for the run is reached directly in any case. "
        "With `--http2` and `async`, all requests to a server share a "
        "connection, as far as it allows; a thread has one of its own."),
    BLOCK_OF_SECTION("FOR PROGRAMS"),
    BLOCK_OF_TEXT(
        "`--json` writes a report (`flags.report/1`, whose schema comes with "
        "the sources; files have their SHA-256), `--events` each event as it "
        "comes, `--failed` a list of "
        "what is not in place, with the reasons as comments, that `--input` "
        "reads back. `-` is standard output, for one of them; what is for "
        "people then goes to standard error. Credentials are in none, but "
        "for the query of a URL in `--failed`."),
    BLOCK_OF_SECTION("TIMELINE AND TRACE"),
    BLOCK_OF_TEXT(
        "`--timeline` draws a row for each item, from the first one scheduled "
        "to the last one settled: dots while it was queued, and then what it "
        "waited for. The meaning of each character stands below the drawing. "
        "`--trace` writes the same as a file in the Trace Event Format, with a "
        "row for each thread or, in async, for each place in flight; "
        "https://ui.perfetto.dev opens it, in the browser."),
    BLOCK_OF_TEXT(
        "`--progress=plain` writes a line on standard error at each quarter of "
        "the items; in the place of quarters, where lists are read: at 100, "
        "200, 400 and so on. A `bar` that is asked for is drawn on anything. "
        "It is "
        "drawn 10 times a second, whether anything arrives or not: the items "
        "settled, the time, those that failed, what is in flight, the bytes "
        "received, and, after the first seconds and where it is known how many "
        "items there are, how long the rest will take."),
    {.kind = BLOCK_STATUSES},
    BLOCK_OF_TEXT(
        "Where several apply, it is the first of 5, 7, 3, 1, 4. SIGINT, "
        "SIGTERM, SIGHUP and SIGQUIT start nothing more, cancel what runs, "
        "print the report, and then end the program by that signal; a second "
        "one ends it at once. SIGQUIT lists what is in flight on stderr first, "
        "in async the tasks, too, with what each awaits and the calls that led "
        "there, and leaves no core. SIGUSR1 prints a line on stderr that tells "
        "how "
        "far the run is, which goes on."),
    BLOCK_OF_SECTION("ENVIRONMENT"),
    BLOCK_OF_TERM("`FLAGS_SERVER`", "The server, unless `--server` names one; "
                                    "anything that this option accepts."),
    BLOCK_OF_TERM(
        "`http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`",
        "Proxies for http, for https, and for both; hosts and networks "
        "that are reached directly. The last three also in upper "
        "case; no other variable names a proxy. A server that was "
        "started for the run is reached directly. Errors name the "
        "proxy, without its credentials."),
    BLOCK_OF_TERM("`CURL_CA_BUNDLE`, `SSL_CERT_FILE`, `SSL_CERT_DIR`",
                  "The certificates that are trusted, in place of the "
                  "system's."),
    BLOCK_OF_TERM("`FLAGS_ORIGIN`",
                  "A `flags serve`, as that is `FLAGS_SERVER`'s server: to "
                  "these two and to those that it starts `flags get` tells the "
                  "number of each attempt, in `X-Flags-Attempt`."),
    BLOCK_OF_TERM("`NO_COLOR`, `TERM`, `COLUMNS`",
                  "Whether there is colour, and a progress bar, and how wide "
                  "it is; see `flags`(1)."),
    BLOCK_OF_SECTION("FILES"),
    BLOCK_OF_TERM("`downloads`",
                  "The directory of the files, unless `--output-dir` names "
                  "another (with `--compat=2e`: `downloaded`); made with its "
                  "parents if it is missing."),
    BLOCK_OF_TERM(
        "`br.gif`, `Brazil-BR.gif`",
        "A flag, by its code or, with `--country-names`, by the name that its "
        "`metadata.json` has, blanks as underscores (with `--compat=2e`: "
        "`Brazil.gif`). Names from a server are data: slashes, control "
        "characters and leading dots are replaced, and two items never become "
        "one file."),
    BLOCK_OF_TERM("`.flags-XXXXXX`",
                  "In the output directory: what is not complete. Removed at "
                  "the end; after a crash, by the next run that finds it."),
    BLOCK_OF_TERM(
        "`.flags-manifest.jsonl`",
        "In the output directory, unless `--no-manifest`: a JSON object on a "
        "line for each file: `file`, `url` (without credentials; a server that "
        "was started for the run has no port), `status`, `bytes`, `sha256`, "
        "`etag`, `last-modified`. A name that is not UTF-8 is `file-hex`. Of "
        "several lines the last one counts. Lines are gathered for a second at "
        "most and appended under a lock, so that any number of runs may use "
        "one directory at once; what a killed run did not write is fetched "
        "again. When its size has doubled, lines that no longer count are left "
        "out."),
    {.kind = BLOCK_EXAMPLES},
    BLOCK_OF_TERM("`flags get`", "The flags of the 20 most populous "
                                 "countries."),
    BLOCK_OF_TERM("`flags get --all --country-names -o flags`",
                  "All 194, named by country."),
    BLOCK_OF_TERM("`flags get -s DELAY --timeline`",
                  "From a slow server, with a drawing of who waited for what."),
    BLOCK_OF_TERM("`flags get -s 'https://example.org/img/{CC}.png' br us`",
                  "Two files from anywhere, `br.png` and `us.png`."),
    {.kind = BLOCK_END},
};

const struct manual get_manual = {
    .blocks = blocks,
    .statuses = MANUAL_STATUS(EXIT_STATUS_SOME) |
                MANUAL_STATUS(EXIT_STATUS_DEADLINE) |
                MANUAL_STATUS(EXIT_STATUS_NOTHING) |
                MANUAL_STATUS(EXIT_STATUS_NOT_FOUND),
};
