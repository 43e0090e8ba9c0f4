//! NumPy's `SeedSequence`: many good seeds from one.
