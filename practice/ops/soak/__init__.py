"""soak: eight people do the day's work through the real server, which is killed at random; then all of it is proved.
"""
