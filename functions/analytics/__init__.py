"""Analytics: how many orders a day, what became of them, and what they brought."""
