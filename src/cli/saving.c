#include "cli/saving.h"

const char *const saving_verify_names[] = {"auto", "off", NULL};
