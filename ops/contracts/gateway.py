"""Parts of the OpenAPI document that no route declares: tokens, and answers of API Gateway."""

SCHEMES = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "The Idempotency-Key that the order was placed with: its bearer may see and"
        " cancel the order.",
    },
    "jwt": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of the stage's OIDC issuer, for its audience.",
    },
}
"""The security schemes of the routes' bearer tokens."""

GATEWAYS = {
    "application/json": {
        "schema": {"type": "object", "properties": {"message": {"type": "string"}}}
    }
}
"""The body of an error of API Gateway itself."""

THROTTLED = {
    "description": "Too many requests, of all callers together; retry later.",
    "content": GATEWAYS,
}
"""API Gateway's answer beyond a route's rate."""

CHALLENGE = {
    "WWW-Authenticate": {
        "description": "The authentication scheme.",
        "required": True,
        "schema": {"type": "string"},
    }
}
