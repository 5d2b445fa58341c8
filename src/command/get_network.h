#pragma once

#include "cli/network.h"
#include "cli/option.h"
#include "transfer/transfer.h"

/*
 * get_network: what the options of cli/network.h mean, checked before anybody
 * is contacted. Main thread.
 */

/* What is made of them: lists as libcurl wants them. Zeros are empty. */
struct get_network {
    const char **headers; /* NULL at the end; NULL: none */
    struct curl_slist *resolve;
    struct curl_slist *connect_to;
};

/*
 * 0; -EINVAL: a usage error, in line->error, without what may be a secret;
 * -ENOMEM. Nothing is left on failure. The texts are borrowed from the
 * settings. On success the caller calls get_network_close().
 */
int get_network_make(struct get_network *network,
                     const struct network_settings *settings,
                     struct command_line *line);
void get_network_close(struct get_network *network);

/* Fill in what transfers are told; it borrows both. Proxies and certificates
   of the environment are read here. */
void get_network_apply(struct transfer_options *options,
                       const struct get_network *network,
                       const struct network_settings *settings);
