"""All that a service may import besides events: declarations, reactions, ports; no AWS."""
