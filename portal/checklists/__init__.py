"""Stage `checklists`: what an inspection looks for, in versions that stand.

In: lists of aspects, points and problems: shipped samples, workbooks, small changes on
screen. Out: the points a round's questions are linked to and its findings tagged with.
"""

from portal.checklists.columns import KIND_WORDS
from portal.checklists.differences import Difference, PointChange
from portal.checklists.drafting import (
    adopt,
    begin,
    codes_elsewhere,
    draft_of,
    install_samples,
    keep_draft,
    rename,
    revise,
    reword,
    title_from,
    tried,
)
from portal.checklists.keeping import (
    RoundChecklist,
    keep,
    kept,
    latest,
    points,
    points_for,
    rounds_with,
    titles,
)
from portal.checklists.lists import (
    Aspect,
    Checklist,
    Point,
    Problem,
    get_checklist,
    get_point,
    newest,
    sizes,
    versions,
)
from portal.checklists.outline import Form, Outline, Scope, UnitKind
from portal.checklists.publishing import changes_of, publish, renamed
from portal.checklists.reading import ChecklistFileError, read_outline
from portal.checklists.samples import Sample, sample, samples
from portal.checklists.writing import outline_workbook, template_workbook
from portal.kernel.versions import VersionState, discard, restore, retire

__all__ = [
    "KIND_WORDS",
    "Aspect",
    "Checklist",
    "ChecklistFileError",
    "Difference",
    "Form",
    "Outline",
    "Point",
    "PointChange",
    "Problem",
    "RoundChecklist",
    "Sample",
    "Scope",
    "UnitKind",
    "VersionState",
    "adopt",
    "begin",
    "changes_of",
    "codes_elsewhere",
    "discard",
    "draft_of",
    "get_checklist",
    "get_point",
    "install_samples",
    "keep",
    "keep_draft",
    "kept",
    "latest",
    "newest",
    "outline_workbook",
    "points",
    "points_for",
    "publish",
    "read_outline",
    "rename",
    "renamed",
    "restore",
    "retire",
    "revise",
    "reword",
    "rounds_with",
    "sample",
    "samples",
    "sizes",
    "template_workbook",
    "title_from",
    "titles",
    "tried",
    "versions",
]
