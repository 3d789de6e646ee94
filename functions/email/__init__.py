"""Email: mails customers the progress of their orders."""
