"""The course's programs as whole processes, with pictures few or many.

`CASE` uses the small data sets, where starting is all; `FULL` those of the real size
(60,000 pictures), for the programs that read them.
"""

from ._kinds import Programs, Target

TARGETS = (Target(("keras-tensorflow",), 3.0),)

CASE = Programs(
    name="programs",
    title="whole course programs, second start",
    programs=("01", "02", "03", "04", "05", "10", "11", "13", "14", "15", "16", "17"),
    quick_programs=("05", "10", "14"),
    full_data=False,
    targets=TARGETS,
)
FULL = Programs(
    name="programs-full",
    title="whole course programs on 60,000 pictures, second start",
    programs=("10", "11", "14", "17"),
    quick_programs=(),
    full_data=True,
    targets=TARGETS,
)
