borgmatic check --max-duration 1h
