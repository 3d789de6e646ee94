"""Stage `local`: the whole system on this machine, from nothing and back to nothing."""
