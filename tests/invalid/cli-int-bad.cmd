borgmatic --keep-daily seven
