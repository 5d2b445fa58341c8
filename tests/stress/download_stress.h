#pragma once

#include "await_stress.h"
#include "download/downloader.h"

/*
 * download_stress: downloads under load against a server of the test's own:
 * all 676 codes, some answers slow, some broken; and runs stopped at every
 * stage. What must hold afterwards is checked. `loops` is of async.
 */
int stress_downloader(const struct downloader *downloader, unsigned loops);
