borgmatic create --no-healthchecks.verify-tls
