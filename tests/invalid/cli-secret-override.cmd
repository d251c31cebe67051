borgmatic --override encryption_passphrase=hunter2 create --bad
