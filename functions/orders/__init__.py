"""Orders: the list that customers and operators look at, and the watch over what does not move."""
