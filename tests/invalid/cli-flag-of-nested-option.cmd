borgmatic --repositories.label x
