"""Views: orders, mails and figures of a stage, read and never changed."""
