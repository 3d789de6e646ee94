"""The cloud's shape: stacks, constructs and stages, derived from the map."""
