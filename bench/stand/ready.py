"""Importing this makes Django ready, with the settings that the environment names."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisse.settings")
django.setup()
