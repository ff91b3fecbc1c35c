"""Pages residents and the public open: no cookie, no account, no script needed."""
