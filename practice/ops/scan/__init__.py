"""Scanners of others let loose on a demo of its own, as each role. Neither they nor this run in the tests."""
