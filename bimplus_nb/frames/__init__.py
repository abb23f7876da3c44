"""Records to DataFrames: columns, dtypes, units. Pure: no request, nothing but pandas.

Columns are named in snake_case; a number that is no longer in the service's millimetres has its unit in its name, and
`df.attrs["units"]` says the unit of each column that has one, `df.attrs["attributes"]` the id of the attribute it comes
from, and `df.attrs["unit_definitions"]` is what `convert` converts by. Text is `str`, a choice `category`, a number
`float64` or `Int64`, yes or no `boolean`, a date `datetime64[us, UTC]`. What could not be read as what its column holds
is missing there and listed in `df.attrs["problems"]`, a tuple of `Problem`.
"""

from bimplus_nb.frames.attribute import Attribute
from bimplus_nb.frames.attributes import Definition, Definitions, attributes_frame
from bimplus_nb.frames.columns import Columns, with_columns
from bimplus_nb.frames.comments import attachments_frame, comments_frame
from bimplus_nb.frames.comparing import Comparison, changes_frame, comparison_frame
from bimplus_nb.frames.completeness import completeness_frame
from bimplus_nb.frames.edits import UNKNOWN, Edit, Fetched, called, edits, remember
from bimplus_nb.frames.history import history_frame, since_frame
from bimplus_nb.frames.issues import by_storey, issues_frame, people, person
from bimplus_nb.frames.models import layers_frame, models_frame
from bimplus_nb.frames.objects import objects_frame
from bimplus_nb.frames.pins import pins_frame
from bimplus_nb.frames.plain import plain_frame
from bimplus_nb.frames.properties import Properties, properties_frame, samples, unclear
from bimplus_nb.frames.quantities import quantities_frame
from bimplus_nb.frames.slides import slides_frame
from bimplus_nb.frames.structures import hanging, structures_frame
from bimplus_nb.frames.topology import Node, at_and_below, nodes, topology_frame
from bimplus_nb.frames.units import Units, convert, units_frame
from bimplus_nb.frames.values import Problem

__all__ = [
    "UNKNOWN",
    "Attribute",
    "Columns",
    "Comparison",
    "Definition",
    "Definitions",
    "Edit",
    "Fetched",
    "Node",
    "Problem",
    "Properties",
    "Units",
    "at_and_below",
    "attachments_frame",
    "attributes_frame",
    "by_storey",
    "called",
    "changes_frame",
    "comments_frame",
    "comparison_frame",
    "completeness_frame",
    "convert",
    "edits",
    "hanging",
    "history_frame",
    "issues_frame",
    "layers_frame",
    "models_frame",
    "nodes",
    "objects_frame",
    "people",
    "person",
    "pins_frame",
    "plain_frame",
    "properties_frame",
    "quantities_frame",
    "remember",
    "samples",
    "since_frame",
    "slides_frame",
    "structures_frame",
    "topology_frame",
    "unclear",
    "units_frame",
    "with_columns",
]
