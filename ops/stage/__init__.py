"""A stage as commands see it: connection, names, templates, prices, errors of AWS."""
