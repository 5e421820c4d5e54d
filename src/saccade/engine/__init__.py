"""The engine: turns a model and data into compiled loops.

It sees a model only through the protocol in `_spec` and knows nothing of kinds of
layers.
"""
