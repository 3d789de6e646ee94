"""Test kit: builders of events, and stories of orders in memory or under moto.

docs/test-a-consumer.md shows its use. Our own tests use it too; no deployed code imports it.
"""
