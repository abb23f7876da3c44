"""BCF files: issues of a project as other programs exchange them, written and read."""
