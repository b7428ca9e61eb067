"""What tests stand on: real servers, a real browser, a clock that is set by hand. No rule of the hotline lives here."""
