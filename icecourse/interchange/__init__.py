"""Items for other programs, and theirs for us: Moodle XML and QTI 3.0."""
