"""The programs that play the subjects, one a file, each a process of its own. What they are to do is in :mod:`zoo.drivers.task`."""
