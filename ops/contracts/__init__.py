"""Contracts: stored schemas, compatibility checks, AsyncAPI and OpenAPI documents."""
