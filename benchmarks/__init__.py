"""Measurements of Parley as a real process between local platforms. They print figures and assert nothing."""
