"""Reports as one HTML file each: readable offline, on a phone and on paper.

`training_report` tells of a training run, `ladder_report` of augmentations tried. The
blocks are here for other reports.
"""

from ._charts import Curve as Curve
from ._charts import bar as bar
from ._charts import bars_cell as bars_cell
from ._charts import line_chart as line_chart
from ._facts import TrainingFacts as TrainingFacts
from ._html import Html as Html
from ._html import escape as escape
from ._html import join as join
from ._html import tag as tag
from ._ladder import LadderFacts as LadderFacts
from ._ladder import RungFacts as RungFacts
from ._ladder import ladder_report as ladder_report
from ._ladder import preview_report as preview_report
from ._page import Section as Section
from ._page import blocks as blocks
from ._page import bullets as bullets
from ._page import name as name
from ._page import page as page
from ._page import paragraph as paragraph
from ._page import settings_table as settings_table
from ._page import shortened as shortened
from ._page import table as table
from ._page import tiles as tiles
from ._page import verdict as verdict
from ._pictures import Captioned as Captioned
from ._pictures import gallery as gallery
from ._pictures import picture_of_array as picture_of_array
from ._pictures import picture_of_file as picture_of_file
from ._pictures import rows_of_variants as rows_of_variants
from ._training import training_report as training_report

__all__ = [
    "Captioned",
    "Curve",
    "Html",
    "LadderFacts",
    "RungFacts",
    "Section",
    "TrainingFacts",
    "bar",
    "bars_cell",
    "blocks",
    "bullets",
    "escape",
    "gallery",
    "join",
    "ladder_report",
    "line_chart",
    "name",
    "page",
    "paragraph",
    "picture_of_array",
    "picture_of_file",
    "preview_report",
    "rows_of_variants",
    "settings_table",
    "shortened",
    "table",
    "tag",
    "tiles",
    "training_report",
    "verdict",
]
