"""The office: clinics, staff, settings, figures."""
