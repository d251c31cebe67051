borgmatic creat
