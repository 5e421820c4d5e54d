"""The ground of saccade: settings, errors, variables, scopes, names.

Nothing in here knows about layers or models.
"""
