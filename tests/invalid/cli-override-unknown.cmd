borgmatic --override keep_dialy=7 create --bad
