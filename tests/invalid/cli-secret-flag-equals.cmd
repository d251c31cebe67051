borgmatic --encryption-passphrase=hunter2 --bad create
