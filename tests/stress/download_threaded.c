#include "download_stress.h"

int main(void)
{
    return stress_downloader(&downloader_threaded, 1);
}
