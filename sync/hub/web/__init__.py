"""The county's screens: thin handlers over the towns' spaces."""
