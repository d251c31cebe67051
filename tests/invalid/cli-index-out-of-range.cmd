borgmatic --repositories[7].label x create
