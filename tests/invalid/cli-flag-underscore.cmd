borgmatic --keep_daily 7
