"""How what the outbox holds reaches people outside: text messages, mail and webhooks. See docs/adr/0008-deliveries.md."""
