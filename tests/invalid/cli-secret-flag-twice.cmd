borgmatic --encryption-passphrase hunter2 --encryption-passphrase s3cret --bad
