#include "download_stress.h"

#include "download/loops.h"

int main(void)
{
    return stress_downloader(&downloader_async, LOOPS_AUTO);
}
