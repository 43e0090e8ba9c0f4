//! PROMPT -> PICTURE as data.
