//! Seed 7: taking over what is there: imports from other tools as previewed plans.
