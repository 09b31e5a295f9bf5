//! Kinds of `polyot what-if`.
