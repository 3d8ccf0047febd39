"""What is measured, on what data, against what: `python -m benchmarks` prints one table.

The data are synthetic, drawn from a seed, and stand in a database of their own (the embedded server's cluster called
"bench"): 100,000 organisations, or `BENCH_SIZE`. `BENCH_KERNEL=1500000` also measures the search kernel alone at the
scale of all the associations of France.
"""
