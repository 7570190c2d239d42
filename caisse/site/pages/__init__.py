"""The pages that anyone may read: one file per subject, each page a function of a screen."""
