"""Everything Flask: what residents open and what staff open."""
