#include "command/commands.h"
#include "config.h"

static const struct block blocks[] = {
    BLOCK_OF_TEXT(
        "It is an HTTP server that fails on purpose, and fails the same way "
        "each time, for tests of any client. What goes wrong is decided by the "
        "seed, the rule, the path and the number of the attempt, never by the "
        "order in which requests happen to arrive."),
    BLOCK_OF_TEXT(
        "Once it listens, standard output has one line that says where, and "
        "nothing else (three lines with `--book`, one more with `--unix`; one "
        "JSON object with `--ready json`):"),
    BLOCK_OF_CODE("flags serve: listening on http://127.0.0.1:8000/flags"),
    BLOCK_OF_TEXT(
        "HTTP/1.0 and 1.1 (and 2 with `--http2`), keep-alive, pipelining, "
        "ranges and conditional "
        "requests are served; `/` is a page with the flags. No path leaves the "
        "directory, and links are followed as far as they stay inside. A "
        "method other than GET and HEAD is answered by an echo of the request, "
        "as JSON: method, path, query, fields, and the length and SHA-256 of "
        "its body."),
    BLOCK_OF_TEXT(
        "Without {COMMAND}, the server runs until a signal or `--exit-after` "
        "ends it. SIGTERM ends it in order, with status 0: responses under way "
        "have `--grace` to come to their end. With {COMMAND}, the server ends "
        "when the command does; SIGTERM and SIGHUP are passed on to it."),
    {.kind = BLOCK_OPTIONS},
    BLOCK_OF_SECTION("PROFILES"),
    BLOCK_OF_TERM("`LOCAL`", "No delay, no fault."),
    BLOCK_OF_TERM("`DELAY`", "Each response after a delay of .5 to 5 seconds: "
                             "`--delay=uniform:.5:5`."),
    BLOCK_OF_TERM("`ERROR`", "The same, and a quarter of the requests get "
                             "status 418: `--error-rate=.25`."),
    BLOCK_OF_TERM("`FLAKY`", "The first attempt at each path gets status 503, "
                             "to come again after a second."),
    BLOCK_OF_TERM("`SLOW`", "20 KB a second on each connection."),
    BLOCK_OF_TERM("`HOSTILE`",
                  "Each kind of fault once, on the flags of the 20 most "
                  "populous countries and on the metadata."),
    BLOCK_OF_TEXT(
        "`--connect-delay` holds each connection before anything is read on "
        "it, TLS included, by its number among the connections (which a reset "
        "counts from 1 again). "
        "`--delay`, `--error-rate` and `--fault` change or add to what a "
        "profile has; rules of `--fault` come before the profile's own."),
    BLOCK_OF_SECTION("RULES"),
    BLOCK_OF_TEXT("A rule of `--fault` is one word of the shell, so it stands "
                  "in quotes:"),
    BLOCK_OF_CODE("KIND[=ARG][,key=value]... [@PATTERN] [#ATTEMPTS] [%PROB]"),
    BLOCK_OF_TERM("`@`{PATTERN}",
                  "Only these paths, with or without `/flags` before them: `*` "
                  "is anything, slashes too, and `?` is any character."),
    BLOCK_OF_TERM("`#`{ATTEMPTS}",
                  "Only these: `#2` the first two, `#1,3` the first and the "
                  "third, `#2-4`, `#2-` all from the second on."),
    BLOCK_OF_TERM("`%`{PROB}", "Only so often: `%25` is a quarter of the "
                               "cases."),
    BLOCK_OF_TEXT(
        "The first rule that is met decides. The usual delay goes before each "
        "response, faulty or not. The kinds, by what the client meets:"),
    BLOCK_OF_TERM("`delay=`{SPEC}",
                  "This delay in place of the usual one: `50ms`, "
                  "`uniform:.5:5`, `normal:1:.2`, `lognormal:.3:.6`."),
    BLOCK_OF_TERM("`slow-headers=`{TIME}[`,every=`{TIME}]",
                  "Silence, and then the head a byte a second, or every so "
                  "often."),
    BLOCK_OF_TERM("`bandwidth=`{SIZE}", "So many bytes a second on the "
                                        "connection: `10k`."),
    BLOCK_OF_TERM("`slice=`{SIZE}[`,every=`{TIME}]",
                  "Writes of that size, so far apart (20 ms)."),
    BLOCK_OF_TERM("`status=`{CODE}[`,retry-after=`{WHEN}]",
                  "That status. {WHEN} is seconds, `date:`{SECONDS} from now "
                  "as a date, or `raw:`{TEXT}."),
    BLOCK_OF_TERM("`limit=`{N}`/s`",
                  "Beyond that rate, status 429 and when to come again; also "
                  "`/m` and `/h`."),
    BLOCK_OF_TERM("`reset=`{PLACE}",
                  "A TCP reset, when all that comes before it has arrived."),
    BLOCK_OF_TERM("`close=`{PLACE}", "The end of the connection."),
    BLOCK_OF_TERM("`hang=`{PLACE}", "Silence, until the client gives up."),
    BLOCK_OF_TERM("`truncate=`{AMOUNT}[`,framing=`{HOW}]",
                  "The body ends early. {HOW} it was announced: `length`, "
                  "`chunked`, or `none`, which no client can notice."),
    BLOCK_OF_TERM("`corrupt=`{N}", "So many bytes of the body are wrong."),
    BLOCK_OF_TERM("`garbage`[`=`{SIZE}]", "Random bytes, and no HTTP."),
    BLOCK_OF_TERM("`empty`, `empty=body`", "The connection ends without an "
                                           "answer; an answer without a "
                                           "body."),
    BLOCK_OF_TERM("`bad-chunk`", "A chunk without a size."),
    BLOCK_OF_TERM("`bad-length=+`{N}, `bad-length=-`{N}",
                  "A Content-Length that is wrong by so much."),
    BLOCK_OF_TERM("`header-bomb=`{SIZE}[`,line=`{SIZE}]",
                  "A header line of that length, or many lines."),
    BLOCK_OF_TERM("`html`", "Status 200 and a web page, as the network of a "
                            "hotel has it."),
    BLOCK_OF_TERM("`redirect`[`=`{URL}][`,status=`{CODE}]",
                  "Status 302, to the URL or to the file."),
    BLOCK_OF_TERM("`redirect-loop`", "Status 302, to where the client is."),
    BLOCK_OF_TERM("`etag=off`, `etag=changing`",
                  "No validators; another one in each attempt."),
    BLOCK_OF_TERM("`read=`{SIZE}, `read=stop`",
                  "The request's body is read at so many bytes a second; not "
                  "at all. This one, the next and `reset=request:`{AMOUNT} are "
                  "for requests with a body; others pass them."),
    BLOCK_OF_TERM("`early=`{CODE}",
                  "That status before the request's body is read."),
    BLOCK_OF_TERM("`refuse`",
                  "Connecting is refused. This one and the next two are of the "
                  "listener, and take no `@`, `#` or `%`."),
    BLOCK_OF_TERM("`accept=stall`",
                  "Nobody is accepted, and the backlog fills."),
    BLOCK_OF_TERM("`down=`{N}`-`{M}; `down,every=`{TIME}`,for=`{TIME}",
                  "These requests find the connection reset; for so long in "
                  "every so long, from a moment that the seed decides, "
                  "connecting is refused and connections are reset."),
    BLOCK_OF_TERM("`meta=`{NAME}",
                  "`metadata.json` says that this is the country. `missing`: "
                  "it says nothing; `notjson`: it is no JSON; `huge`: the name "
                  "has 8 MiB. Other files are as they are."),
    BLOCK_OF_TEXT(
        "{PLACE} is `headers` or `body`, with the {AMOUNT} of it that is sent "
        "before: `body:50%`, `headers:0`. {AMOUNT} is a size or a share."),
    BLOCK_OF_TEXT("A value with a comma or a blank stands in double quotes: "
                  "`redirect=\"http://h/a,b\"`. What a rule does hangs on its "
                  "own text, not on its place among others."),
    BLOCK_OF_TEXT("A UNIX socket (`--unix`) has no TCP reset: there its client "
                  "meets the end of the connection, or ECONNRESET where it "
                  "sent what was not read."),
    BLOCK_OF_SECTION("UPSTREAM"),
    BLOCK_OF_TEXT(
        "With `--upstream`, what no rule decides is fetched from that server "
        "and passed on, whatever its path and method; both bodies are "
        "streamed. Delays and faults are for its answers, so that they stand "
        "before a server of one's own; what a rule answers by itself "
        "(`status`, `html`, `redirect`, `limit`, `empty`, `garbage`) does not "
        "reach it. Of a body whose length nobody knows, a share is one of 64 "
        "KiB. Fields of one connection stay there, `Via` is added, redirects "
        "are passed on. Where the server cannot be reached, the answer is 502 "
        "with the reason; 504 where it says nothing for `--idle-timeout`. "
        "{PATTERN} is held against the whole path, and `FLAGS_SERVER` has "
        "none."),
    BLOCK_OF_SECTION("TLS"),
    BLOCK_OF_TEXT(
        "`--tls` serves https, with certificates that are made for this run "
        "and "
        "signed by an authority that is made for it, too. They are good for "
        "`localhost`, `127.0.0.1`, `::1`, the address of `--bind`, and the "
        "names that rules speak of. The authority is written to `--ca-file`, "
        "or to a temporary file: whoever is to believe the server must be told "
        "to trust it, as with curl's `--cacert`. Sessions are not resumed: "
        "each connection has a handshake of its own."),
    BLOCK_OF_TERM("`tls=expired`, `tls=self-signed`, `tls=wrong-host`",
                  "The certificate is, and nothing else is wrong with it."),
    BLOCK_OF_TERM("`tls=old-version`", "TLS 1.0, and nothing newer."),
    BLOCK_OF_TERM("`tls=handshake-stall`, `tls=handshake-reset`",
                  "Silence, or a TCP reset, after the client's hello."),
    BLOCK_OF_TERM("`tls=no-close-notify`",
                  "The connection ends without TLS's word for it, as if "
                  "somebody had cut it off."),
    BLOCK_OF_TEXT(
        "`,name=`{PATTERN} is behind such a kind for clients that ask for a "
        "host of that name; without it, the rule is for all connections. These "
        "rules take no `@`, and `#2` is the first two connections for the "
        "name."),
    BLOCK_OF_SECTION("HTTP/2"),
    BLOCK_OF_TEXT(
        "`--http2` speaks HTTP/2 as well: over TLS with those who ask for it "
        "(ALPN), and without TLS with those who begin with it. The same files, "
        "delays and rules are there. A fault stays within its stream: where "
        "HTTP/1.1 loses its connection, the stream is reset, by `reset` with "
        "INTERNAL_ERROR, by `close` and `empty` with CANCEL. What only "
        "HTTP/1.1 can do (`slow-headers`, `garbage`, `bad-chunk`) is passed "
        "over, which is said once at the start; `header-bomb` has at most "
        "1 MiB. With `--http2-only` there is no HTTP/1.x. HTTP/2 has some of "
        "its own, which are passed over on HTTP/1.1:"),
    BLOCK_OF_TERM("`goaway`[`=`{CODE}]",
                  "GOAWAY, then the answer, and no further request on the "
                  "connection."),
    BLOCK_OF_TERM("`rst-stream=`{CODE}[`,at=`{PLACE}]",
                  "RST_STREAM in place of the answer, or in it."),
    BLOCK_OF_TERM("`window=stall`",
                  "No room for more of a request's body than its first 65,535 "
                  "bytes."),
    BLOCK_OF_TERM("`max-streams=`{N}",
                  "So many requests at a time on a connection. It takes no "
                  "`@`, and `#2` is the first two connections."),
    BLOCK_OF_TERM("`settings-flood`[`=`{N}]",
                  "So many frames of settings (1000) before the answer."),
    BLOCK_OF_TEXT("{CODE} is an error code of HTTP/2 by number or by name: "
                  "`refused-stream`, `enhance-your-calm`."),
    BLOCK_OF_SECTION("ATTEMPTS"),
    BLOCK_OF_TEXT(
        "A request that says `X-Flags-Attempt: 2` is a second attempt. Others "
        "are counted for each method and path (`--attempt-key`), and apart for "
        "each text of the header `X-Flags-Run`. A client that comes again gets "
        "other dice, not other "
        "rules."),
    BLOCK_OF_TEXT(
        "With `--request-faults`, a request may bring a rule for itself, as "
        "`X-Flags-Fault: status=503 #1`. It is asked before all others; one "
        "that cannot be, or that the request's version of HTTP does not have, "
        "is answered by 400 and the reason."),
    BLOCK_OF_SECTION("FORECAST"),
    BLOCK_OF_TEXT(
        "What a request meets is decided before it is made, so `--forecast` "
        "can print it: of each attempt the delay, what the client meets, and "
        "the rule. It is the forecast of a request without a body or a rule of "
        "its own, over HTTP/1.1 unless there is `--http2-only`; "
        "`/__flags/forecast` is for the HTTP version in which it is asked. "
        "Whether a `limit` has room, nobody knows before; rules for "
        "connections and the listener are named besides, and as many "
        "connections as there are attempts with their `--connect-delay`. "
        "{PATH} is that of a URL, with its `/flags`."),
    BLOCK_OF_SECTION("CONTROL"),
    BLOCK_OF_TERM(
        "`GET /__flags/stats`",
        "What the server saw, as JSON: `requests`, `connections` (but for "
        "those for control alone), `peak_in_flight`, `bytes`, `span` (the "
        "seconds from the first request's arrival to the last answer's end), "
        "`faults` by kind, those of connections included, "
        "`failed_handshakes` (of TLS), and in `paths` of each path its "
        "`requests`, the highest of its `attempts`, its `faults` by kind, and "
        "the `gaps` between attempts, in seconds: whether a client waited as "
        "it was told."),
    BLOCK_OF_TERM("`POST /__flags/reset`",
                  "Forget all that and the journal, and count attempts anew. "
                  "Rules stay. With `?seed=`{N} it has the weather of that "
                  "seed from then on."),
    BLOCK_OF_TERM("`GET /__flags/rules`, `POST /__flags/rules`",
                  "The rules, one a line, in the order in which they are "
                  "asked; those that are posted, as `--fault` has them, come "
                  "behind the others of `--fault`. If one cannot be, the "
                  "answer is 400 with the reason, and nothing has changed. "
                  "Rules of the listener must be there at the start, but for "
                  "`down=`{N}`-`{M}."),
    BLOCK_OF_TERM(
        "`GET /__flags/requests`",
        "The journal, as JSON: `requests` in the order of their arrival with "
        "`fields`, rule and end, and how many were `forgotten`: 4,096 are "
        "kept, 4 MiB at most. `?path=`{PATTERN}, `method=` and `header=`{NAME} "
        "or {NAME}`:`{VALUE} choose among them."),
    BLOCK_OF_TERM(
        "`GET /__flags/verify`",
        "Status 200 if there was such a request, with `times=`{N} exactly so "
        "many, else 409; with what was seen, as JSON. It is chosen as above. "
        "Where requests were forgotten, no number is exact, and `times` does "
        "not hold."),
    BLOCK_OF_TERM(
        "`GET /__flags/forecast?path=`{PATH}`&attempts=`{N}",
        "What requests for the path will meet, as JSON, or as a page in a "
        "browser, without their being made: see FORECAST."),
    BLOCK_OF_TERM("`GET /__flags/metrics`, `GET /__flags/health`",
                  "Counters in the text format of Prometheus; `ok`."),
    BLOCK_OF_TEXT(
        "None is counted, nor does it have weather. They are refused to web "
        "pages of other origins, and, without `--remote-control`, to other "
        "hosts and to names of this one other than localhost."),
    {.kind = BLOCK_STATUSES},
    BLOCK_OF_TEXT(
        "With {COMMAND}, the status is that of the command, or 128+{n} if it "
        "died of signal {n}; 127 if there is no such command, and 126 if it "
        "cannot be run."),
    BLOCK_OF_SECTION("ENVIRONMENT"),
    BLOCK_OF_TERM("`FLAGS_SERVER`", "Set for {COMMAND}: the base URL of the "
                                    "first listener, at an address that can "
                                    "be reached."),
    BLOCK_OF_TERM("`FLAGS_ORIGIN`, `FLAGS_STATS`",
                  "Set likewise: the same without a path; its statistics. With "
                  "`--book`, `FLAGS_LOCAL`, `FLAGS_DELAY` and `FLAGS_ERROR` "
                  "are the three base URLs. The host is added to `no_proxy`."),
    BLOCK_OF_TERM(
        "`FLAGS_CA`",
        "Set for {COMMAND} with `--tls`: the file with the authority. So are "
        "`SSL_CERT_FILE` (OpenSSL, Python, Go, Ruby), `CURL_CA_BUNDLE`, "
        "`REQUESTS_CA_BUNDLE` and `NODE_EXTRA_CA_CERTS`: with these, the "
        "command trusts the server without an option, and but for Node "
        "nobody else."),
    BLOCK_OF_SECTION("FILES"),
    BLOCK_OF_TERM("`" FLAGS_DATA_CORPUS "`",
                  "The flags that are served, unless `--root` names another "
                  "directory."),
    {.kind = BLOCK_EXAMPLES},
    BLOCK_OF_TERM("`flags serve -p 8080 --delay uniform:.1:.5 --seed 7`",
                  "A server that takes its time, the same time for the same "
                  "path."),
    BLOCK_OF_TERM("`flags serve --fault 'reset=body:50% @*.gif %10'`",
                  "One in ten images breaks off in the middle."),
    BLOCK_OF_TERM("`flags serve --fault 'status=503 %30' --seed 7 --forecast "
                  "/flags/br/br.gif`",
                  "What seed 7 has for Brazil's flag."),
    BLOCK_OF_TERM("`flags serve -p 0 --port-file port --root testdata`",
                  "For a script: any free port, whose number it finds in the "
                  "file."),
    {.kind = BLOCK_END},
};

const struct manual serve_manual = {.blocks = blocks};
