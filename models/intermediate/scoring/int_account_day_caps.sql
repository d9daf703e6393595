-- One row per account per day to score on which a cap holds: the lowest one. Of a value
-- that is unknown there is no cap.

{{ lowest_caps(ref('int_signal_scores'), ref('int_account_day_ids')) }}
