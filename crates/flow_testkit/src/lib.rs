//! Development only: fixtures, the slow obvious oracle.
