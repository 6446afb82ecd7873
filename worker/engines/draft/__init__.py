"""Engines that make real media on a CPU, within seconds, marked as drafts."""
