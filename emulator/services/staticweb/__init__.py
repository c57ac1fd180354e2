"""Azure Static Web Apps: the built files of a front end, served as its own configuration says."""
