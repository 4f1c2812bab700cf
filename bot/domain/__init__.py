"""Rules without I/O: guides, contests, applications, people, pushes, moments. Time comes in as an argument."""
