"""The zoo: real browsers, driven by real tools and operated by people's hands, against the real demo.

``make zoo`` runs it and writes docs/detection.md. A subject is a row of subjects.toml; a driver that plays it is a file of drivers/.
"""
