"""The adapter to Stripe: chosen by a stage, and imported only then."""
