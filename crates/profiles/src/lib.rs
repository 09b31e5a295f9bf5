//! Device profiles as data: recognition, facts, what a session with the device looks like, what its configuration text means. Text to text.
