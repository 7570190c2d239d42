"""The caisse at a glance: from figures in cents to what the page and its sheets show, no HTML.

A folder of its own beside the rooms: the page is made of several capabilities, and what it says
must be testable without a browser.
"""
