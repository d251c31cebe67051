borgmatic --encryption-passphrse hunter2 create
