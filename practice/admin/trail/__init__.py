"""trail: who saw a client, whose records an account saw, and the complaint pack. Link by url_for."""
