"""What is measured, on what data, against what: `python -m benchmarks` prints one table.

The data are synthetic, drawn from a seed, and stand in a database of their own (the embedded server's cluster called
"bench"): 100,000 organisations, or `BENCH_SIZE` (1500000: all the associations of France).
"""
