borgmatic --prun
