//! Seed 1: the configurations of devices: fetched, kept as revisions, compared.
