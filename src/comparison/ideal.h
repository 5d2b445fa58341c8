#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "country/selection.h"
#include "country/source.h"
#include "download/outcome.h"
#include "fixture/weather.h"
#include "transfer/digest.h"

/*
 * compare_ideal: how long the work of a comparison takes at the least: the
 * schedule that the strategies obey (download/schedule.h), in virtual time,
 * over attempts that last as long as the server lets them wait.
 *
 * In it: the delays of an attempt's requests, the limit of requests in flight,
 * the attempt's timeout; where they are asked for, the delays of connections,
 * their bandwidth and the work on images. Not in it: connecting else,
 * transferring without a bandwidth, saving, CPU.
 */

struct ideal_basis {
    const struct selection *selection;
    const struct source *source; /* with a base */
    bool country_names;
    int64_t timeout_us;
    bool reuse;        /* connections are kept for the next request, */
    bool shares;       /* and all requests are on the same one */
    int64_t bandwidth; /* of a connection, bytes a second, which bodies come at;
                          0: no bound */
    int64_t work_us;   /* on each image, of a processor, of which there are */
    unsigned processors;

    /* Of a server whose weather is known, */
    const struct weather *weather;
    const char *root; /* its corpus: what is not there is not found; "": the
                         one in the program */
    /* or of any other (weather NULL): how long each item waited for its
       answers, by its place in the selection. */
    const int64_t *wait_us;
};

/* What becomes of an item, as weather and corpus have it. */
struct prediction {
    enum status status;
    long http_status; /* of an error that is an answer; 0: a timeout; -1: not
                         told, as of what is wrong with metadata */
    unsigned attempts;
    struct digest digest; /* of the file that is in place then */
    int64_t bytes;
};

struct ideal {
    int64_t total_us;
    bool exact; /* else the weather has what delays alone do not tell */
    struct counts counts;
};

/*
 * What becomes of each item, whoever downloads it: *predictions has one for
 * each code of the selection, to be freed. NULL with 0: it cannot be told, as
 * the weather has more in it than delays and answers. A negative errno value:
 * *predictions is untouched.
 */
int compare_predict(struct prediction **predictions,
                    const struct ideal_basis *basis);

/* How long the weather lets a request for a code wait: number 1 is that for the
   image, 2 for its metadata. 0 or -ENOMEM. */
int compare_delay(int64_t *delay_us, const struct source *source,
                  const struct weather *weather, const char *code,
                  unsigned number, unsigned attempt);

/* With `max_req` requests in flight. 0 or -ENOMEM: *ideal is untouched. Reads
   no more of the disk than whether files are there. */
int compare_ideal(struct ideal *ideal, const struct ideal_basis *basis,
                  unsigned max_req);
