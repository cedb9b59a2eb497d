"""rights: what a client may ask for: a copy, corrections, erasure; and who may see their chart. Link by url_for."""
