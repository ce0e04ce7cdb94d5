"""Pages that move, without the internet: one on which a station is dragged, one that replays a day.

Nothing is computed in a page. It shows numbers and sentences that the floors below have made.
"""
