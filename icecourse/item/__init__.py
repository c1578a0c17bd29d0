"""The item: its grammar, its journal, its scoring, what is said to a response, its text form."""
