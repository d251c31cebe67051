borgmatic --repositories[one].label x
