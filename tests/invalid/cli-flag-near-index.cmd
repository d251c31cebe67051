borgmatic create --repositories[3].lable x
