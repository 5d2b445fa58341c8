#include "command/commands.h"

static const struct block blocks[] = {
    BLOCK_OF_TEXT(
        "The server is a process of its own on this machine, which delays its "
        "answers as `--weather` and `--seed` say, the same for every strategy: "
        "how long a flag is waited for depends on its path, and on nothing "
        "that a strategy does. With `--server`, the comparison is made at "
        "another server."),
    BLOCK_OF_TEXT(
        "The report on standard output has a line with a bar for each cell of "
        "the grid, what the numbers say in words, what each cell needed, and "
        "what to beware of."),
    {.kind = BLOCK_OPTIONS},
    BLOCK_OF_SECTION("WHAT IS RUN"),
    BLOCK_OF_TEXT(
        "The grid has a cell for each strategy of `--strategies`, each number "
        "of requests in flight of `--max-req`, and each way with connections "
        "of `--reuse`, and each version of `--http`. Sequential has one "
        "request in flight whatever "
        "`--max-req` says, so it has one cell for all of them."),
    BLOCK_OF_TEXT(
        "Each cell is run `--runs` times, and before that `--warmup` times "
        "that do not count. A run is a `flags get` in a process of its own, "
        "with an output directory of its own, which is removed after it. "
        "Nothing is warm from an earlier run but what the kernel keeps. The "
        "usual order, one run of each cell in turn, lets a slow minute of the "
        "machine meet all cells alike."),
    BLOCK_OF_SECTION("SEVERAL WEATHERS"),
    BLOCK_OF_TEXT(
        "Under one weather the ratio is that of this weather: another seed has "
        "other delays, and other strategies gain by them. With `--seeds` {N} "
        "the runs of each cell are spread over {N} weathers, those of `--seed` "
        "and the seeds after it: run number n meets that of the n-th seed, and "
        "from the first one on again. So all cells meet the same weathers, "
        "equally often."),
    BLOCK_OF_TEXT(
        "The ratio is then worked out for each weather, from its runs; what is "
        "told is their geometric mean. Its interval is for any weather of that "
        "kind: weathers are drawn with replacement, and of each that is drawn "
        "the runs of both cells, 2000 times; the bounds are those of Student's "
        "t with as many degrees of freedom as there are weathers, less one. "
        "With fewer than five weathers there is none. More runs of the same "
        "weathers make it hardly narrower, more weathers do. The ideal is the "
        "median of the ideals of the runs (the JSON has that of each weather); "
        "the samples of `--fail-if` are drawn likewise."),
    BLOCK_OF_SECTION("A RACE"),
    BLOCK_OF_TEXT(
        "With `--live`, one run of each cell is made before all others, and "
        "does not count. They are made one after the other, undisturbed, and "
        "then played side by side, at the speed that they had: a row of places "
        "for each, which fill as its items come in, and behind them, as the "
        "finishing line, the ideal. Of a program it is what the server saw. "
        "`--live=together` runs the strategies really at the same time, so "
        "that they are in each other's way."),
    BLOCK_OF_TEXT(
        "The race is on standard error (on standard output if only that is a "
        "terminal). Where it is no terminal of at least 40 columns that can "
        "move its cursor, a line tells of each start and each end."),
    BLOCK_OF_SECTION("AS MANY RUNS AS IT TAKES"),
    BLOCK_OF_TEXT(
        "With `--until` 5% there are more runs until the interval of each "
        "ratio is at most so wide, (high - low) / value; with "
        "`--until-decided` until no condition of `--fail-if` is undecided; "
        "with both, until both are so. It is looked at after 5 runs of each, "
        "or as many as `--runs` says if these are more, then after twice as "
        "many each time, and at last after `--max-runs`. What is not decided "
        "by then is undecided."),
    BLOCK_OF_TEXT(
        "Whoever looks again and again until there is something to see, will "
        "see it by chance. So all looks that there may be share the error "
        "(Bonferroni's inequality): with six of them, 5, 10, 20, 40, 80 and "
        "100 runs, each interval leaves out 0.05 / 6 rather than 0.05, and "
        "so is wider; what it says holds whenever the runs end. A smaller "
        "`--max-runs` makes for fewer looks. With `--order blocked` or "
        "`random` it is the runs from one look to the next that are so "
        "ordered."),
    BLOCK_OF_SECTION("PROGRAMS"),
    BLOCK_OF_TEXT(
        "`--program` {NAME}`=`{COMMAND} adds a cell that runs any command, by "
        "`sh -c`, at the same server under the same weather. {NAME} has at "
        "most 16 letters, digits and underscores. In the command these are "
        "replaced, quoted if need be:"),
    BLOCK_OF_TERM("`{urls}`", "A file with the URLs, one a line."),
    BLOCK_OF_TERM("`{config}`", "A file for `curl -K`: URLs and the names of "
                                "their files."),
    BLOCK_OF_TERM("`{base}`", "The URL of the flags: of Brazil's there is "
                              "`{base}/br/br.gif`."),
    BLOCK_OF_TERM("`{dir}`", "The directory for the files: empty, the "
                             "program's own, and the one that it runs in, so "
                             "that a path of a program has to be absolute."),
    BLOCK_OF_TERM("`{ca}`", "A file with the authority to trust, for `--tls`; "
                            "else an empty one. It is in `CURL_CA_BUNDLE`, "
                            "`SSL_CERT_FILE` and `REQUESTS_CA_BUNDLE`, too."),
    BLOCK_OF_TERM("`{m}`", "How many requests may be in flight. With it there "
                           "is a cell for each number of `--max-req`."),
    BLOCK_OF_CODE("flags compare --program 'curl=curl -sSZf --parallel-max {m} "
                  "-K {config}'"),
    BLOCK_OF_TEXT(
        "`--with` names recipes for programs that are installed: curl, wget2, "
        "aria2c, and xargs with a curl for each file. A recipe of your own "
        "stands in `$XDG_CONFIG_HOME/flags/recipes/`{NAME}`.recipe` "
        "(`~/.config` without the variable), and wins over one of the program "
        "of that name. It has two lines, and comments behind `#`; the first "
        "command shows that the program is there, and which version:"),
    BLOCK_OF_CODE("version = curl --version\n"
                  "command = curl -qsSf -Z --parallel-max {m} -K {config}"),
    BLOCK_OF_TEXT(
        "With a program, all cells, also those of the strategies, are compared "
        "by what the server saw of each alike: observed is then the time from "
        "the first request's arrival to the end of the last answer. How long "
        "the process took is a column of its own. CPU time and switches are "
        "those of the command with all that comes of it, processes that leave "
        "it included; memory is the greatest sum, over the processes that ran "
        "at a time, of the peaks of their resident sets, looked at every 10 "
        "ms."),
    BLOCK_OF_TEXT(
        "It must do the same work: of each flag the file must be there, "
        "anywhere below `{dir}`, under the last segment of the URL in whatever "
        "case, or else known by its bytes; the SHA-256 digest must be right, "
        "and the server must have been asked for it as often as is predicted. "
        "The exit status must be 0, unless errors are predicted. A program "
        "that does anything else is named and left out, and the exit status is "
        "6. It may take three times the sum of the delays and three times "
        "`--timeout`; then it is killed, with all that came of it. It has no "
        "say in what the right work is."),
    BLOCK_OF_TEXT(
        "In which order it asks is not known. So its ideal is a bound, marked "
        "`>`: the longest delay, or the sum of the delays divided by the "
        "requests in flight (what it was told, or what it had, if that is "
        "more). The overhead is at most (`<`) what is left."),
    BLOCK_OF_SECTION("WHAT IS MEASURED"),
    BLOCK_OF_TERM("observed",
                  "The time of a run: from its first item scheduled to its "
                  "last one settled, on the monotonic clock of the process "
                  "that waits; with other programs, see PROGRAMS. The start "
                  "of the process is not in it. The "
                  "median, the mean, the standard deviation, the least and the "
                  "greatest are those of the runs that count."),
    BLOCK_OF_TERM("ratio",
                  "By which factor the times are those of the first cell: the "
                  "median of the ratios of all pairs of runs (Hodges and "
                  "Lehmann), with an interval of 95 % by the ranks of the "
                  "runs (Mann and Whitney). An interval that holds 1 is "
                  "called no difference detected."),
    BLOCK_OF_TERM("ideal, overhead, efficiency",
                  "See THE IDEAL; the median less the ideal; the ideal divided "
                  "by the median."),
    BLOCK_OF_TERM("outliers",
                  "Of ten runs or more those whose modified z-score is beyond "
                  "3.5 and that are not within 5 % of the median; of ten "
                  "times that are distributed normally, 1.6 % are so by "
                  "chance. They count; look at what made them so."),
    BLOCK_OF_TERM("request",
                  "The 50th, 90th and 99th percentile of the times from a "
                  "request's start to its end."),
    BLOCK_OF_TERM("lateness",
                  "Likewise, of what these times are beyond the delays that "
                  "the server was told to put before its answers."),
    BLOCK_OF_TERM("process", "From the fork to the end of the process, as its "
                             "parent sees it."),
    BLOCK_OF_TERM("connecting",
                  "How long any request was waiting for its new connection."),
    BLOCK_OF_TERM("client waited, server waited",
                  "For how long they were ready to run and had no processor, "
                  "as the kernel counts it (`/proc/PID/schedstat`): of the "
                  "client the thread that waited longest, from its first item "
                  "scheduled to its last one settled; the server during the "
                  "run. A run in which that is more than 10 % of the observed "
                  "time is disturbed, and counted in the report: what it took "
                  "is the machine's as well as the strategy's."),
    BLOCK_OF_TERM("CPU pressure",
                  "For how long, from the start of the run's process to its "
                  "end, any task of the machine waited for a processor, as "
                  "the kernel counts it (`/proc/pressure/cpu`); in the JSON, "
                  "and for `--fail-if`."),
    BLOCK_OF_TERM("disturbed runs",
                  "With `--rerun-disturbed` each of them is made once more, "
                  "when all others are over, or those up to the next look. "
                  "Then the second one counts, whatever it met, and never the "
                  "first: to keep the better of the two would make the times "
                  "look better than they are. The report has their number, the "
                  "JSON the first ones, too (`replaced`). Of a program of "
                  "others it is not known (null)."),
    BLOCK_OF_TERM("CPU, switches",
                  "User and system time, voluntary and involuntary context "
                  "switches of the process, from its first item scheduled to "
                  "its last one settled, as the kernel tells."),
    BLOCK_OF_TERM("start CPU", "CPU time of the process before and after that: "
                               "loading, preparing, telling its results."),
    BLOCK_OF_TERM("peak memory, threads, descriptors",
                  "The most resident memory, threads and open descriptors, as "
                  "the process itself saw them."),
    BLOCK_OF_TERM("connections, peak in flight, requests",
                  "How many were opened, and the most requests at a time, as "
                  "the server saw them; as the client knows them at a server "
                  "that was not started here."),
    BLOCK_OF_TERM("span", "From the first request's arrival to the last "
                          "answer's end, as the server saw them."),
    BLOCK_OF_TEXT("All but the least and the greatest are medians of the "
                  "runs."),
    BLOCK_OF_SECTION("THE IDEAL"),
    BLOCK_OF_TEXT(
        "The ideal is what the work takes at the least: what the server's "
        "delays alone would take. It is no guess. Each delay is a function of "
        "the seed, the path and the attempt, and which attempt may start when "
        "is decided by a schedule without a clock. So the schedule that the "
        "strategies obey is run once more, in virtual time, over attempts that "
        "last as long as the server lets them wait."),
    BLOCK_OF_TERM("In it are",
                  "the delay that the server puts before each response; the "
                  "limit of requests in flight; the attempt's `--timeout`; and "
                  "with `-c` the request for the metadata, which follows that "
                  "for the image if the image is there."),
    BLOCK_OF_TERM("Not in it are",
                  "connecting, transferring, checking and saving, and CPU "
                  "time, whether of the client, the server or the kernel. All "
                  "that is overhead."),
    BLOCK_OF_TEXT(
        "With one request at a time, it is the sum of the delays; with all of "
        "them at once, the longest delay; in between, a list schedule. No run "
        "is faster than its ideal, if it did the same work."),
    BLOCK_OF_TEXT(
        "It is an estimate, and marked `~`, where the weather is not known, at "
        "a server that the comparison did not start: there each item is taken "
        "to wait as long as in the sequential runs, by the median, from having "
        "a connection to the last byte of the answer. Without a sequential "
        "cell there is none. It is an estimate, too, where a server has more "
        "than delays, as a limit. Where the requests of a cell, by the median, "
        "take half as long again as the sequential ones, the server queues "
        "them, or the way to it is full: then the report says that rather "
        "than to speak of overhead."),
    BLOCK_OF_SECTION("BESIDE THE DELAYS"),
    BLOCK_OF_TERM("`--connect-delay`",
                  "Each connection is held so long before anything is read on "
                  "it, so that `--reuse` means something on this machine. The "
                  "ideal has it once for each place that requests have, or "
                  "without reuse for each request, and after a timeout, which "
                  "closes a connection. A delay that is drawn hangs on the "
                  "number of the connection; which request meets it is not "
                  "known, where there are several at a time: the ideal is an "
                  "estimate, marked `~`."),
    BLOCK_OF_TERM(
        "`--http`",
        "Cells that speak HTTP/1.1 and cells that speak HTTP/2, to a "
        "server that has both. HTTP/2 is agreed on by TLS, so it needs "
        "`--tls`. Over HTTP/2 the requests of async share "
        "one connection, and its `--connect-delay` (which all that "
        "start at once wait for); each thread has its own. The ideal "
        "is an estimate where they share a `--bandwidth`, too. "
        "Programs speak what they like."),
    BLOCK_OF_TERM("`--tls`", "The server speaks https. What TLS computes is no "
                             "part of the ideal."),
    BLOCK_OF_TERM("`--size`",
                  "The server has images of so many bytes, made for the "
                  "comparison, in place of the flags."),
    BLOCK_OF_TERM("`--bandwidth`",
                  "The bodies come at so many bytes a second on each "
                  "connection. The ideal has the time that the body takes. "
                  "The head, of some 300 bytes, is overhead."),
    BLOCK_OF_TERM("`--work`",
                  "The client computes so long on each image that came, by "
                  "the clock of the thread's processor, before the file is in "
                  "place. Threads compute at the same time, as many as there "
                  "are processors; one loop computes one after the other, and "
                  "serves nobody meanwhile. The ideal says the same: an "
                  "attempt that has come to its computing waits for the first "
                  "processor to be free, of one, or, with threads, of all "
                  "that the machine has. The server needs some of them, too."),
    BLOCK_OF_SECTION("SAME WORK"),
    BLOCK_OF_TEXT(
        "Times can be compared if the work is the same. For each item, all "
        "runs must agree on its status, on the number of attempts, and on the "
        "SHA-256 digest of the file that is in place. What weather and files "
        "predict is the model; at a server that was not started here, what "
        "most runs did. A run that did anything else is named on standard "
        "error "
        "and does not count, and the exit status is 6. Items that end in "
        "error, or are not found, in all runs alike are the same work; the "
        "report tells how many there are. Where nothing is in place after any "
        "run, there is nothing to compare: no run counts, no condition is "
        "judged, and the exit status is that of `flags get`."),
    BLOCK_OF_SECTION("BEFORE AND AFTER"),
    BLOCK_OF_TEXT(
        "`--baseline` reads the JSON of an earlier comparison and relates each "
        "cell to its like there, as cells are related to the first one; all of "
        "these ratios together are wrong in 5 % of comparisons. It is refused "
        "where weather, seeds, codes, their files, server, timeout or the "
        "versions "
        "of flags, its libraries or recipes were others, unless "
        "`--force-baseline` "
        "is given. "
        "The machine may be in another mood than it was then: the first cell "
        "of `--self-check` shows how far apart the same is within one "
        "comparison."),
    BLOCK_OF_SECTION("CONDITIONS"),
    BLOCK_OF_TEXT("A condition of `--fail-if` is a comparison of two sums, in "
                  "quotes, for the shell has its own use of `<` and `>`:"),
    BLOCK_OF_CODE("'async.median > 0.2 * sequential.median'\n"
                  "'async[100].peak_rss > 2 * async[10].peak_rss + 1M'"),
    BLOCK_OF_TERM("{CELL}`.`{FIELD}",
                  "A value. The cell is a strategy; where there are several of "
                  "it, `async[20]` has so many requests in flight, "
                  "`async[20,no]` reuses no connections as well, and "
                  "`async[20,no,h2]` speaks HTTP/2."),
    BLOCK_OF_TERM("times", "`median`, `mean`, `stddev`, `min`, `max`, `ideal`, "
                           "`overhead`, `process`, `cpu`, `user`, `system`, "
                           "`p50`, `p90`, `p99`, `late_p50`, "
                           "`late_p90`, `late_p99`, `connecting`, "
                           "`client_wait`, `server_wait`, `cpu_pressure`, "
                           "`start_cpu`, `span`"),
    BLOCK_OF_TERM("sizes", "`peak_rss`, `server_bytes`"),
    BLOCK_OF_TERM("plain numbers",
                  "`ratio`, `efficiency`, `threads`, `descriptors`, "
                  "`switches`, `voluntary`, `involuntary`, `connections`, "
                  "`peak_in_flight`, `requests`, `run_count`, `outliers`, "
                  "`errors`, `error_runs`, `invalid`"),
    BLOCK_OF_TERM("numbers",
                  "`0.2`, with a unit if need be: `us`, `ms`, `s`, `m`, `h`; "
                  "`k`, `M`, `G`, which are powers of 1024; `%`. Without one, "
                  "they are seconds, bytes or plain numbers, as the other side "
                  "wants it."),
    BLOCK_OF_TERM("between them",
                  "`+`, `-`, `*`, `/` and parentheses; once, `<`, `<=`, `>` or "
                  "`>=`. A time is not compared with a size."),
    BLOCK_OF_TEXT(
        "The interval is taken into account. The condition is worked out anew "
        "for 10000 samples of the runs, drawn with replacement, and for the "
        "interval that holds 95 % of the differences between its two sides. "
        "Where the `ratio` of one cell is all that varies in it, the interval "
        "is that of the ratio, the one that the report shows:"),
    BLOCK_OF_TERM("failed", "It holds in all of the interval. Status 6."),
    BLOCK_OF_TERM("passed", "It holds nowhere in the interval."),
    BLOCK_OF_TERM("undecided", "Anything between, and whatever varies between "
                               "fewer than five runs. No failure, unless with "
                               "`--undecided fail`; more runs make the "
                               "interval narrower."),
    BLOCK_OF_TERM("impossible",
                  "It cannot be judged, as no run of a cell counts, or a value "
                  "is not known at this server. Status 6."),
    BLOCK_OF_SECTION("EXPORTS"),
    BLOCK_OF_TEXT("`-` is standard output for one of them; the report then "
                  "goes to standard error. A file that exists is replaced when "
                  "there are results, and not before."),
    BLOCK_OF_TERM("`--export-json`",
                  "All of the above and each run, with its place in the order "
                  "of all, its start and the times of its requests, in the "
                  "form `flags.compare/2`: seconds and bytes as numbers, null "
                  "for what is not known. Everything that is printed can be "
                  "computed from it."),
    BLOCK_OF_TERM("`--export-markdown`", "Tables, to paste."),
    BLOCK_OF_TERM("`--export-html`",
                  "One page without scripts or anything to load: bars, runs, a "
                  "sweep as a curve, and waterfalls."),
    BLOCK_OF_TERM("`--trace`",
                  "The Trace Event Format, which https://ui.perfetto.dev "
                  "opens: a process for each cell, with a thread for each "
                  "thread or place in flight."),
    BLOCK_OF_TEXT(
        "Credentials of a server's address, and those of URLs in a program's "
        "command, are in nothing that is printed or exported; nor are their "
        "query strings, which may have a token in them, unless "
        "`--keep-query` is given."),
    BLOCK_OF_TEXT("The trace, the waterfalls and `--timeline` show of each "
                  "cell the run that is nearest to its median."),
    BLOCK_OF_SECTION("THE BOOK"),
    BLOCK_OF_TEXT(
        "`--book` is the example of Fluent Python, chapter 17: three runs of "
        "each strategy, one strategy after the other, in the texts of the "
        "book, with the codes in the order in which they arrive. The flags "
        "and the order are its own, so it refuses codes, and the options that "
        "choose these. Its weather, too, has delays like those of the book; "
        "`--weather` scales it, as in `--weather lognormal:.03:.65` for a "
        "tenth."),
    {.kind = BLOCK_STATUSES},
    BLOCK_OF_TEXT(
        "SIGINT, SIGTERM, SIGHUP and SIGQUIT end the run that is under way; "
        "the report "
        "tells of the runs before it, and the program ends by that signal."),
    BLOCK_OF_SECTION("ENVIRONMENT"),
    BLOCK_OF_TERM("`TMPDIR`",
                  "Where the runs keep their files, in a directory "
                  "`flags-compare-XXXXXX`; `/tmp` without it. What a killed "
                  "comparison left there, the next one of the same user "
                  "removes."),
    BLOCK_OF_TERM("`XDG_CONFIG_HOME`, `HOME`", "Where recipes are."),
    BLOCK_OF_TERM("`NO_COLOR`, `TERM`, `LC_ALL`",
                  "How the report is drawn; see `flags`(1)."),
    BLOCK_OF_TEXT("`FLAGS_SERVER` has no meaning here."),
    BLOCK_OF_SECTION("CAVEATS"),
    BLOCK_OF_TEXT(
        "Client and server share this machine. Where it has few processors and "
        "the work is many small answers at once, they are in each other's way, "
        "and the overhead is the machine's rather than the strategy's."),
    BLOCK_OF_TEXT(
        "The loopback interface has no round trip worth the name: what kept "
        "connections save on a network shows here as CPU time only."),
    BLOCK_OF_TEXT(
        "A busy machine is slow for everybody, and the interval does not know "
        "why; the report has the load at the start. With fewer than five runs, "
        "no difference is told from chance: sentences tell the times alone."),
    BLOCK_OF_TEXT(
        "The more pairs of cells are compared, the more look unlike by chance. "
        "So the pairs that sentences choose from share the 5 % (Holm), and a "
        "sentence has wider bounds than the table, where each interval stands "
        "for itself; with many cells it takes more than five runs to tell "
        "anything. That more requests in flight gain nothing is said only "
        "where it is shown that they gain less than 5 %."),
    {.kind = BLOCK_EXAMPLES},
    BLOCK_OF_TERM("`flags compare --timeline`",
                  "Who waited for what, as a drawing."),
    BLOCK_OF_TERM("`flags compare --all -m 1,2,5,10,20,50,100`",
                  "A sweep: up to where more requests in flight gain "
                  "something."),
    BLOCK_OF_TERM("`flags compare --weather 200ms --reuse yes,no`",
                  "What it brings to keep connections."),
    BLOCK_OF_TERM("`flags compare -s https://example.org/flags BR US`",
                  "At any server. Mind its owner."),
    BLOCK_OF_TERM("`flags compare --fail-if 'async.efficiency < 80%'`",
                  "For continuous integration."),
    BLOCK_OF_TERM("`flags compare --until-decided --max-runs 40 --fail-if "
                  "'async.ratio > .2'`",
                  "Likewise, with as many runs as it takes to tell."),
    {.kind = BLOCK_END},
};

const struct manual compare_manual = {
    .blocks = blocks,
    .statuses = MANUAL_STATUS(EXIT_STATUS_NOTHING) |
                MANUAL_STATUS(EXIT_STATUS_NOT_FOUND) |
                MANUAL_STATUS(EXIT_STATUS_CHECK),
};
