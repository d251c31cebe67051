borgmatic --encryption-pasphrase=hunter2 create
