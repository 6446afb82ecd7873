"""Tests of the worker: ``python3 -m unittest discover -s worker/tests -t worker``."""

import logging

logging.getLogger("videoexpress").addHandler(logging.NullHandler())  # what tests provoke need not be printed
