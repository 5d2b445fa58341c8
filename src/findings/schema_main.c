/* Writes the schema of a comparison's JSON to standard output: for the build.
 */

#include "findings/schema.h"

int main(void)
{
    return schema_write(stdout) < 0 || fflush(stdout) != 0 ? 1 : 0;
}
