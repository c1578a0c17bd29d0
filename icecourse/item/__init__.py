"""The item: its grammar and kinds, its journal, its scoring, what is said to a response, its text form."""
