"""Measures saccade beside Keras and PyTorch: `python -m benchmarks.run`.

README.md says how; nothing here is installed with the library.
"""
