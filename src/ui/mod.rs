//! What is on screen, one file for each part.
