"""Templates, blocks, notifications, deliveries, conversations, and the engine that sends."""
