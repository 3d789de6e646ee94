"""What only operators do to a stage: read the whole log, fill a queue, blank an order.

No function has it in its package.
"""
