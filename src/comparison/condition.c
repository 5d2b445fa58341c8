#include "comparison/condition.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "comparison/condition_reader.h"

enum { DEEPEST = 64 };

/* What a part of an expression is measured in: powers of seconds and bytes. A
   number without a unit fits everywhere. */
struct dimension {
    bool any;
    int time, size;
};

struct parser {
    struct condition *condition;
    struct reader reader;
    unsigned depth;
};

static int add_node(struct parser *parser, const char *where,
                    struct condition_node node)
{
    struct condition *condition = parser->condition;

    if (condition->node_count == CONDITION_NODES)
        return reader_refuse(&parser->reader, where,
                             "the expression is too long");
    condition->nodes[condition->node_count++] = node;
    return 0;
}

/* Units multiply, or divide: a double holds 1000 and not a thousandth. */
static const struct {
    const char *name;
    double times, over;
    enum figure_unit unit;
} units[] = {
    {"us", 1, 1e6, UNIT_TIME},       {"ms", 1, 1e3, UNIT_TIME},
    {"s", 1, 1, UNIT_TIME},          {"m", 60, 1, UNIT_TIME},
    {"h", 3600, 1, UNIT_TIME},       {"k", 1024, 1, UNIT_SIZE},
    {"K", 1024, 1, UNIT_SIZE},       {"KiB", 1024, 1, UNIT_SIZE},
    {"M", 1048576, 1, UNIT_SIZE},    {"MiB", 1048576, 1, UNIT_SIZE},
    {"G", 1073741824, 1, UNIT_SIZE}, {"GiB", 1073741824, 1, UNIT_SIZE},
    {"%", 1, 100, UNIT_NONE},
};

static struct dimension dimension_of(enum figure_unit unit)
{
    return (struct dimension){.time = unit == UNIT_TIME,
                              .size = unit == UNIT_SIZE};
}

/* The unit at the number that begins at `begin`, if there is one. */
static int parse_unit(struct parser *parser, const char *begin, double *number,
                      struct dimension *dimension)
{
    size_t size =
        *parser->reader.at == '%' ? 1 : reader_word_size(parser->reader.at);

    *dimension = (struct dimension){.any = true};
    if (size == 0)
        return 0;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        if (strlen(units[i].name) == size &&
            memcmp(units[i].name, parser->reader.at, size) == 0) {
            *number = *number * units[i].times / units[i].over;
            *dimension = dimension_of(units[i].unit);
            parser->reader.at += size;
            return 0;
        }
    }
    return reader_refuse(&parser->reader, begin,
                         "'%.*s' is no unit: us, ms, s, m, h; k, M, G; %%",
                         reader_shown(size), parser->reader.at);
}

static int parse_number(struct parser *parser, struct dimension *dimension)
{
    const char *begin = parser->reader.at;
    size_t size = reader_digits_size(begin);
    double number = reader_digits_value(begin, size);
    int error;

    parser->reader.at += size;
    if (*parser->reader.at == '.') {
        double place = 1;

        if (!reader_is_digit(*++parser->reader.at))
            return reader_refuse(&parser->reader, parser->reader.at,
                                 "a digit is expected after the period");
        for (; reader_is_digit(*parser->reader.at); parser->reader.at++)
            number += (*parser->reader.at - '0') / (place *= 10);
    }
    error = parse_unit(parser, begin, &number, dimension);
    if (error)
        return error;
    if (number > reader_greatest)
        return reader_refuse(&parser->reader, begin, "the number is too large");
    return add_node(
        parser, begin,
        (struct condition_node){.kind = NODE_NUMBER, .number = number});
}

/* What stands between brackets: "20", "no", "20,no", "20,no,h2". */
static int parse_which(struct parser *parser, struct condition_node *node)
{
    do {
        size_t size;
        double number;

        reader_skip_blanks(&parser->reader);
        size = reader_word_size(parser->reader.at);
        if (size == 3 && memcmp(parser->reader.at, "yes", size) == 0) {
            node->reuse = 1;
        } else if (size == 2 && memcmp(parser->reader.at, "no", size) == 0) {
            node->reuse = 0;
        } else if (size == 2 && *parser->reader.at == 'h' &&
                   (parser->reader.at[1] == '1' ||
                    parser->reader.at[1] == '2')) {
            node->http = parser->reader.at[1] - '0';
        } else {
            number = reader_digits_value(parser->reader.at,
                                         reader_digits_size(parser->reader.at));
            if (size == 0 || size != reader_digits_size(parser->reader.at) ||
                number < 1 || number > UINT_MAX)
                return reader_expected(&parser->reader,
                                       "a value of -m, yes or no, h1 or h2");
            node->max_req = (unsigned)number;
        }
        parser->reader.at += size;
    } while (reader_take(&parser->reader, ','));
    return reader_take(&parser->reader, ']')
               ? 0
               : reader_expected(&parser->reader, "]");
}

static int refuse_field(struct parser *parser, size_t size)
{
    char names[CONDITION_WHY_SIZE] = "";
    size_t used = 0;

    for (size_t i = 0; i < FIGURES && used < sizeof(names); i++)
        used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
                                 i > 0 ? " " : "", figures[i].name);
    return reader_refuse(&parser->reader, parser->reader.at,
                         "'%.*s' is no field; there are %s", reader_shown(size),
                         parser->reader.at, names);
}

static int parse_value(struct parser *parser, struct dimension *dimension)
{
    struct condition_node node = {.kind = NODE_VALUE, .reuse = -1};
    const char *begin = parser->reader.at;
    size_t size = reader_word_size(begin);
    int error = 0;

    node.begin = (size_t)(begin - parser->condition->text);
    node.strategy_size = size;
    parser->reader.at += size;
    if (reader_take(&parser->reader, '['))
        error = parse_which(parser, &node);
    if (error)
        return error;
    if (!reader_take(&parser->reader, '.'))
        return reader_expected(&parser->reader, "a period and a field");
    reader_skip_blanks(&parser->reader);
    size = reader_word_size(parser->reader.at);
    if (size == 0)
        return reader_expected(&parser->reader, "a field");
    while (node.field < FIGURES &&
           (strlen(figures[node.field].name) != size ||
            memcmp(figures[node.field].name, parser->reader.at, size) != 0))
        node.field++;
    if (node.field == FIGURES)
        return refuse_field(parser, size);
    parser->reader.at += size;
    node.size = (size_t)(parser->reader.at - begin);
    *dimension = dimension_of(figures[node.field].unit);
    return add_node(parser, begin, node);
}

static int parse_sum(struct parser *parser, struct dimension *dimension);

static int parse_factor(struct parser *parser, struct dimension *dimension)
{
    const char *begin;
    int error;

    reader_skip_blanks(&parser->reader);
    begin = parser->reader.at;
    if (reader_is_digit(*begin) || *begin == '.')
        return parse_number(parser, dimension);
    if (reader_word_size(begin) > 0)
        return parse_value(parser, dimension);
    if (*begin != '-' && *begin != '(')
        return reader_expected(&parser->reader, "a number or a value");
    if (parser->depth == DEEPEST)
        return reader_refuse(&parser->reader, begin,
                             "the expression is too deep");
    parser->depth++;
    parser->reader.at++;
    if (*begin == '-') {
        error = parse_factor(parser, dimension);
        if (!error)
            error = add_node(parser, begin,
                             (struct condition_node){.kind = NODE_NEGATE});
    } else {
        error = parse_sum(parser, dimension);
        if (!error && !reader_take(&parser->reader, ')'))
            error = reader_expected(&parser->reader, ")");
    }
    parser->depth--;
    return error;
}

static int parse_product(struct parser *parser, struct dimension *dimension)
{
    int error = parse_factor(parser, dimension);

    while (!error) {
        bool times = reader_take(&parser->reader, '*');
        const char *where = parser->reader.at - times;
        struct dimension other;

        if (!times && !reader_take(&parser->reader, '/'))
            break;
        error = parse_factor(parser, &other);
        if (error)
            break;
        dimension->any &= other.any;
        dimension->time += times ? other.time : -other.time;
        dimension->size += times ? other.size : -other.size;
        error = add_node(parser, where,
                         (struct condition_node){.kind = times ? NODE_MULTIPLY
                                                               : NODE_DIVIDE});
    }
    return error;
}

static enum figure_unit unit_of(struct dimension dimension)
{
    if (dimension.time == 0 && dimension.size == 0)
        return UNIT_NONE;
    if (dimension.time == 1 && dimension.size == 0)
        return UNIT_TIME;
    if (dimension.time == 0 && dimension.size == 1)
        return UNIT_SIZE;
    return UNIT_OTHER;
}

/* Let what is compared or added be of one dimension. */
static int unite(struct parser *parser, const char *where,
                 struct dimension *dimension, struct dimension other)
{
    static const char *const names[] = {
        [UNIT_NONE] = "a plain number",
        [UNIT_TIME] = "a time",
        [UNIT_SIZE] = "a size",
        [UNIT_OTHER] = "something in other units",
    };

    if (dimension->any) {
        *dimension = other;
        return 0;
    }
    if (other.any ||
        (dimension->time == other.time && dimension->size == other.size))
        return 0;
    return reader_refuse(&parser->reader, where,
                         "%s and %s cannot be compared or added",
                         names[unit_of(*dimension)], names[unit_of(other)]);
}

static int parse_sum(struct parser *parser, struct dimension *dimension)
{
    int error = parse_product(parser, dimension);

    while (!error) {
        bool plus = reader_take(&parser->reader, '+');
        const char *where = parser->reader.at - plus;
        struct dimension other;

        if (!plus && !reader_take(&parser->reader, '-'))
            break;
        error = parse_product(parser, &other);
        if (!error)
            error = unite(parser, where, dimension, other);
        if (!error)
            error = add_node(parser, where,
                             (struct condition_node){
                                 .kind = plus ? NODE_ADD : NODE_SUBTRACT});
    }
    return error;
}

static int parse_relation(struct parser *parser)
{
    enum condition_relation *relation = &parser->condition->relation;

    if (reader_take(&parser->reader, '<'))
        *relation = RELATION_LESS;
    else if (reader_take(&parser->reader, '>'))
        *relation = RELATION_GREATER;
    else
        return reader_expected(&parser->reader, "<, <=, > or >=");
    if (*parser->reader.at == '=') {
        parser->reader.at++;
        *relation = *relation == RELATION_LESS ? RELATION_LESS_EQUAL
                                               : RELATION_GREATER_EQUAL;
    }
    return 0;
}

int condition_parse(struct condition *condition, const char *text, char *why)
{
    struct parser parser = {.condition = condition,
                            .reader = {.text = text, .at = text, .why = why}};
    struct dimension left;
    struct dimension right;
    const char *where = text;
    int error;

    *condition = (struct condition){.text = text};
    error = parse_sum(&parser, &left);
    if (!error) {
        reader_skip_blanks(&parser.reader);
        where = parser.reader.at;
        error = parse_relation(&parser);
    }
    if (!error)
        error = parse_sum(&parser, &right);
    if (!error)
        error = unite(&parser, where, &left, right);
    if (!error)
        error = add_node(&parser, where,
                         (struct condition_node){.kind = NODE_SUBTRACT});
    if (error)
        return error;
    condition->unit = unit_of(left);
    reader_skip_blanks(&parser.reader);
    if (*parser.reader.at == '<' || *parser.reader.at == '>')
        return reader_refuse(&parser.reader, parser.reader.at,
                             "there can be one comparison only");
    return *parser.reader.at ? reader_expected(&parser.reader, "an operator")
                             : 0;
}
