"""What the course knows, as data with its readers: facts, cases, words, objectives, glossary."""
