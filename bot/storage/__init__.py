"""Tables and the statements on them; transactions are opened by the services."""
