"""What the visitors' pages say: from articles, figures and places to texts and links, no HTML.

A folder of its own beside the rooms, as `glance`: what a page says is tested without a browser.
"""
