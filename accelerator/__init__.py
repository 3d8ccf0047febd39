"""French IMPACT: one folder per subject of the public service. See docs/decisions/ and README.md."""
