"""The canary: what is personal is searched in everything that the system wrote."""
