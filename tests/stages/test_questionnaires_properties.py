"""Whatever the format allows is read, named, and stays what it was."""

import json

from hypothesis import given, settings

from portal.questionnaires.definition import canonical, parse, revision
from tests.stages.definitions import Document, documents


@settings(max_examples=200, deadline=None)
@given(documents())
def test_every_document_is_read_and_reads_the_same_from_its_canonical_form(
    document: Document,
) -> None:
    again = json.loads(canonical(document))
    assert parse(again) == parse(document)
    assert revision(again) == revision(document)
