"""Benchmarks, run by hand: ``python -m benchmarks.bench_queue``."""
