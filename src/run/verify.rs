//! Doing a run again.
