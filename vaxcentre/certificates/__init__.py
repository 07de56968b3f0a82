"""Papers: issue, print, verify, revoke."""
