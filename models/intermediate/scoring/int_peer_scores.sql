-- One row per day to score, scorecard version and signal whose policy it is: the median
-- score of those who have it, five at least.

{{ peer_scores(ref('int_signal_measurements')) }}
