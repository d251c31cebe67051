borgmatic create --healthchecks.ping-ulr https://x
