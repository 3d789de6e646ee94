"""In-memory implementations of the ports, held to the same contract tests as DynamoDB, SNS and SQS.

For tests, the simulator and cost model; no function has it in its package.
"""
