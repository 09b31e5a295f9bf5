//! Seed 5: reports: query, shape, evidence.
