"""The public lists the centre works from; README.md names their sources and licences."""
