-- Those that expired long ago are found by the clock, whatever organization they are of.
CREATE INDEX invitations_expiry ON invitations (expires_at, id);
