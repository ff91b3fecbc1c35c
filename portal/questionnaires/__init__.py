"""Stage `questionnaires`: what residents are asked, and what they may answer.

In: a definition as JSON (`qdef-1.schema.json`), shipped or the office's own, and the
fields a browser posted. Out: the questions that apply, the answers that count, and one
version a round, frozen; drafts of coming versions beside it.
"""
