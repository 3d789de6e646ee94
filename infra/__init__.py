"""Infrastructure: stages, stacks and constructs, derived from the map."""
