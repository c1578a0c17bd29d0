"""For who writes the course: pages made from its data, and pages on paper."""
