"""The door: from what a resident typed to a sealed item in the letterbox, and out.

In: raw form values and an entrance. Out, after the box was opened: responses,
remarks and letters that tell neither who nor when.
"""
