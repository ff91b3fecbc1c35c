"""研判: the team reads its letters, answers through the receipt, writes findings.

In: opened letters of one's own communities. Out: findings in the team's words.
"""
