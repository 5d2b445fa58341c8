#include "findings/schema.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>

#include "comparison/figures.h"

/* Of compare.schema.json, by scripts/embed. */
extern const signed char compare_schema[];
extern const size_t compare_schema_size;

/* Which of the schema's definitions a figure is. */
static const char *definition_of(const struct figure *figure)
{
    if (figure->how == HOW_RATIO)
        return "#/$defs/interval";
    if (figure->how == HOW_OVERHEAD)
        return "#/$defs/difference";
    if (figure->unit == UNIT_TIME)
        return "#/$defs/seconds";
    if (figure->unit == UNIT_SHARE)
        return "#/$defs/share";
    return figure->how == HOW_COUNTED ? "#/$defs/count" : "#/$defs/median";
}

static bool add_figure(json_t *object, const struct figure *figure)
{
    json_t *made = json_pack("{s:s, s:s}", "$ref", definition_of(figure),
                             "description", figure->means);

    return json_object_set_new(json_object_get(object, "properties"),
                               figure->name, made) == 0 &&
           json_array_append_new(json_object_get(object, "required"),
                                 json_string(figure->name)) == 0;
}

static bool add_figures(json_t *schema)
{
    json_t *definitions = json_object_get(schema, "$defs");
    bool added = true;

    for (enum figure_id id = 0; id < FIGURES && added; id++) {
        added = add_figure(json_object_get(definitions, "cell"), &figures[id]);
        if (added && figures[id].how == HOW_MEASURED)
            added =
                add_figure(json_object_get(definitions, "run"), &figures[id]);
    }
    return added;
}

int schema_write(FILE *out)
{
    json_t *schema =
        json_loadb((const char *)compare_schema, compare_schema_size, 0, NULL);
    int rc = schema && add_figures(schema) ? 0 : -ENOMEM;

    if (rc == 0 && json_dumpf(schema, out, JSON_INDENT(2)) < 0 && !ferror(out))
        rc = -ENOMEM;
    json_decref(schema);
    fputc('\n', out);
    return rc;
}
