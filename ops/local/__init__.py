"""Stage `local`: the whole system on this machine, started and removed by one command."""
