"""Interview: the questions before an injection, and who decides."""
