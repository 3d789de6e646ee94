"""Actions that change a stage; on a stage in an account they need confirmation."""
