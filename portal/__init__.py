"""码上巡: what residents say in an inspection round, and what came of it."""
