"""Analytics: orders, outcomes and revenue by day."""
