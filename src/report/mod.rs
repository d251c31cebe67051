//! What is shown: listeners of the bus.
