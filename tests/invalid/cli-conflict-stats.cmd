borgmatic create --stats --quick-stats
