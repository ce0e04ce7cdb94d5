"""One figure for each answer: `draw(answer, lang, size)` returns it at its printed width."""
