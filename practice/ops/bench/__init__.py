"""The bench: a practice of a chosen size loaded in bulk, and what the daily pages cost on it, as ratios in one run.

sizes.py how much is in it, charts.py and rows.py what, load.py puts it there, measure.py asks and times,
report.py prints.
"""
