//! The exact formulas, one file each: pure, no I/O, no binary float.
