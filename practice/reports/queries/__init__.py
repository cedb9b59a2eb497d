"""Readers of reports: rows.py (what figures are added up from), sums.py and work.py (added up), report.py (figures),
details.py (the tables behind them), closed.py (as a month was kept), journal.py (what is booked)."""
