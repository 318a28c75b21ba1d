//! What tests need to start and question a hub.
