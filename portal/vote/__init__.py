"""The satisfaction vote by slips (design §5): anybody can recount it.

In: an election's terms and manifests of paper slips, then ballots. Out: after the
close by two people, lists without a common key, a signed closing record, and the
verifier that recounts them. Where no slips are made a round may let whoever has the
QR code rate instead (开放评价): ratings are counted, and stand for nobody else.
"""

from portal.vote.ballots import (
    MissingScoresError,
    OtherCommunityError,
    Receipt,
    TooEarlyError,
    UnknownSlipError,
    VoteClosedError,
    cast,
    require_open,
    require_slip,
)
from portal.vote.box import BallotBox
from portal.vote.close import (
    BallotsLeftError,
    NotFirstError,
    SamePersonError,
    agree,
    count,
    countersign,
    destroy_ballots,
)
from portal.vote.election import (
    Election,
    ElectionState,
    Electorate,
    VoteMode,
    election_at,
    elections,
    find_election,
    prepare,
)
from portal.vote.key import (
    Closer,
    NotACloserError,
    Signatory,
    closers_of,
    open_election,
)
from portal.vote.ledger import (
    ElectionResult,
    PlaceResult,
    printer_fingerprint,
    published_files,
    result_of,
)
from portal.vote.manifest import (
    BadManifestError,
    Manifest,
    fingerprint,
    make_manifest,
    short_fingerprint,
)
from portal.vote.open_tally import OpenResult, PlaceRatings, open_result_of
from portal.vote.posting import (
    PlaceManifest,
    ask_items,
    choose_mode,
    enrol,
    find_manifest,
    manifests,
    post_manifest,
    revise,
    roll,
)
from portal.vote.ratings import RatingBox, rate
from portal.vote.slips import (
    NotASecretError,
    Precinct,
    Slip,
    make_slips,
    read_secret,
    slip_of,
)
from portal.vote.terms import DEFAULT_TERMS, Dimension, Option, Terms

__all__ = [
    "DEFAULT_TERMS",
    "BadManifestError",
    "BallotBox",
    "BallotsLeftError",
    "Closer",
    "Dimension",
    "Election",
    "ElectionResult",
    "ElectionState",
    "Electorate",
    "Manifest",
    "MissingScoresError",
    "NotACloserError",
    "NotASecretError",
    "NotFirstError",
    "OpenResult",
    "Option",
    "OtherCommunityError",
    "PlaceManifest",
    "PlaceRatings",
    "PlaceResult",
    "Precinct",
    "RatingBox",
    "Receipt",
    "SamePersonError",
    "Signatory",
    "Slip",
    "Terms",
    "TooEarlyError",
    "UnknownSlipError",
    "VoteClosedError",
    "VoteMode",
    "agree",
    "ask_items",
    "cast",
    "choose_mode",
    "closers_of",
    "count",
    "countersign",
    "destroy_ballots",
    "election_at",
    "elections",
    "enrol",
    "find_election",
    "find_manifest",
    "fingerprint",
    "make_manifest",
    "make_slips",
    "manifests",
    "open_election",
    "open_result_of",
    "post_manifest",
    "prepare",
    "printer_fingerprint",
    "published_files",
    "rate",
    "read_secret",
    "require_open",
    "require_slip",
    "result_of",
    "revise",
    "roll",
    "short_fingerprint",
    "slip_of",
]
