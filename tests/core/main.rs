//! Tests of what needs no network.
