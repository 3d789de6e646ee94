"""Operations on a stage that no function does: scan the log, fill a queue, erase an order.

No function has it in its package.
"""
