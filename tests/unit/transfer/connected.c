#include "connected.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <unistd.h>

struct connections all;
struct connection connection;
struct connection_use use;
struct pair pair;

void connected_teardown(void)
{
    close(pair.client);
    close(pair.server);
}

void expect_rest(int64_t bytes)
{
    connections_remove(&connection);
    cr_expect(eq(i64, use.rest, bytes));
    cr_expect(eq(ptr, use.connection, NULL));
}
