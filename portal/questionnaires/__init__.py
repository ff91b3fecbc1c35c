"""Stage `questionnaires`: what residents are asked, and what they may answer.

In: a definition as JSON (`qdef-1.schema.json`) and the fields a browser posted. Out:
the questions that apply, the answers that count, and one frozen revision a round.
"""
