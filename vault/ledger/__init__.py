"""The signed, chained history: events, entries, the rules that judge them, and the witness that follows them."""
