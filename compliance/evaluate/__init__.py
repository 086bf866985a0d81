"""Tables + compiled checks -> outcomes and scores.  Pure: no clock, no network, no locale."""
