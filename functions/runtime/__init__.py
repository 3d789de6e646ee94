"""What services share: the only code that knows Lambda, DynamoDB, SNS and SQS shapes."""
