"""One small sibling for each protocol: see ``bootctl.wait.probe.Probe``."""
